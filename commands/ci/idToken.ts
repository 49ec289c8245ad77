/** The token with which a CI system says which job this is: a JWT that it signs. */
import { unusedProxy } from "../base/proxy";
import { UserError } from "../base/step";

/** What a binding rule of Nomad's may ask for. Not secret, unlike the token itself. */
export type Claims = Record<string, unknown>;

const why =
  "On GitHub the job needs `permissions: id-token: write`; any other CI system puts its ID token into NOMAD_LOGIN_JWT";

/**
 * @param audience for which a token is asked; a given one has its own.
 * @throws {UserError} when there is none.
 */
export async function idToken(env: NodeJS.ProcessEnv, audience: string): Promise<string> {
  if (env.NOMAD_LOGIN_JWT) return env.NOMAD_LOGIN_JWT.trim();
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
  if (!url || !token) throw new UserError(`There is no ID token to log in to Nomad with. ${why}`);
  const question = new URL(url);
  question.searchParams.set("audience", audience);
  const response = await fetch(question, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    const proxy = unusedProxy(env);
    throw new UserError(`GitHub gave no ID token: ${(error as Error).message}${proxy && `. ${proxy}`}`);
  });
  if (!response.ok) throw new UserError(`GitHub gave no ID token: ${response.status} ${response.statusText}`);
  return ((await response.json()) as { value: string }).value;
}

/** Of a JWT, unverified: for a message that helps to write a rule. Nothing for another text. */
export function claimsOf(jwt: string): Claims {
  try {
    return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString("utf8")) as Claims;
  } catch {
    return {}; // Nomad says what is wrong with it.
  }
}
