/** Why Nomad refused a request, for people. Pure. */
import { rightFor } from "./requests";
import { describeRight } from "./rights";

export interface Refused {
  method: string;
  path: string;
  query?: string;
  /** Of the request; unset, it is the token's default one. */
  namespace?: string;
}

/** The command that prints a policy which is enough; unset, without the stack's name. */
export function policyCommand(stack?: string): string {
  return `npm run policy -- deploy${stack === undefined ? "" : ` --stack ${stack}`}`;
}

/** Names the capability that the token lacks; undefined for a request that none decides. */
export function lackingRight({ method, path, query, namespace = "default" }: Refused): string | undefined {
  const right = rightFor(method, path, query);
  if (right === undefined) return undefined;
  return `the token lacks ${describeRight(right, namespace)}; \`${policyCommand()}\` prints the policy that it needs`;
}
