/** What Nomad says of the token that it is asked with. Pure, but for the words that name where a token comes from. */

import { printable } from "../messages/printable";

/** Answer of `GET /v1/acl/token/self`. */
export interface TokenSelf {
  AccessorID: string;
  Type: "client" | "management";
  /** Null for a token that lives for ever. */
  ExpirationTime: string | null;
}

/** A token that is kept with the stack is in its state, where a refresh takes it from, before the program runs. */
const sourceOf = (setting: string): string =>
  `NOMAD_TOKEN; or, if the stack stores it, ${setting} and then \`pulumi up --refresh=false\``;

/**
 * What is wrong with the token itself, whatever its policies; undefined when nothing is.
 * @param status of the answer to `GET /v1/acl/token/self`. @param text its body.
 * @param setting the name of the token where a stack keeps it.
 */
export function tokenProblem(status: number, text: string, setting = "nomad:secretId"): string | undefined {
  const source = sourceOf(setting);
  if (/ACL token expired/.test(text)) return `the Nomad token has expired: give a new one (${source})`;
  if (status === 403) {
    return (
      "Nomad does not know this token: it was revoked, expired some time ago, or belongs to another cluster. " +
      `Give another one (${source})`
    );
  }
  if (status === 500) return `the Nomad token is malformed: ${printable(text)}. Give another one (${source})`;
  if (status === 200 && (JSON.parse(text) as TokenSelf).AccessorID === "anonymous") {
    return `Nomad requires a token, and none is set: set one (${source})`;
  }
  return undefined;
}

/** What {@link tokenProblem} says, as the beginning of a sentence. */
export function asSentence(problem: string): string {
  return problem.charAt(0).toUpperCase() + problem.slice(1);
}

/** Why the provider may not sign in by itself. */
export const noAuthJwt =
  "is not supported: only Nomad's provider would sign in with it, not the client that checks rights and follows the rollout. " +
  "Remove it, exchange the JWT for a token before the run (npm run nomad-login in CI, nomad login elsewhere), and pass that " +
  "in NOMAD_TOKEN";
