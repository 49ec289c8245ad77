/**
 * `npm run nomad-login -- --stack NAME`: a Nomad token for this CI job, in exchange for its ID token. No secret is
 * stored anywhere: the token ends with the job, or after the auth method's MaxTokenTTL.
 */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withoutCredentials } from "../../components/nomad/address";
import { NomadApi, NomadApiError, nomadConnection } from "../../components/nomad/api";
import { main, shown, UserError } from "../base/step";
import { isEncrypted, nomadSettings, settingText } from "../pulumi/nomadOfStack";
import { fileOf, noSuchFile, stackConfig } from "../pulumi/stackFile";
import { claimsOf, idToken } from "./idToken";

const usage = "Usage: npm run --silent nomad-login -- --stack NAME [--auth-method NAME] [--audience TEXT]";

interface Options {
  stack: string;
  /** Of Nomad's; NOMAD_AUTH_METHOD unless given. */
  method: string;
  /** For whom the ID token is; the address of Nomad unless given. */
  audience?: string;
}

interface Login {
  SecretID: string;
  Name: string;
  Policies: string[] | null;
  Roles: { Name: string }[] | null;
  ExpirationTime: string | null;
}

function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const text = { type: "string" } as const;
  let values: { stack?: string; "auth-method"?: string; audience?: string };
  try {
    const options = { stack: { ...text, short: "s" }, "auth-method": text, audience: text };
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
  const { stack, audience, "auth-method": method = env.NOMAD_AUTH_METHOD } = values;
  if (!stack) throw new UserError(usage);
  if (!method) throw new UserError(`Name Nomad's auth method: --auth-method, or NOMAD_AUTH_METHOD\n${usage}`);
  return { stack, method, audience };
}

/** Claims that rules are written from, where the token has them. */
const telling = ["iss", "aud", "sub", "repository", "environment", "event_name", "ref", "project_path"];

function refusal(method: string, error: NomadApiError, jwt: string, note: string): UserError {
  const claims = claimsOf(jwt);
  const lines = telling.filter((name) => name in claims).map((name) => `  ${name}: ${String(claims[name])}`);
  return new UserError(
    `Nomad's auth method ${method} gave no token. ${error.message}\nThe ID token says:\n${lines.join("\n")}\n` +
      "Compare it with BoundIssuer and BoundAudiences of the auth method, and with the selectors of its binding rules" +
      note,
  );
}

/** @throws {UserError} when Nomad gives no token. */
async function logIn(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Login & { address: string }> {
  const { stack, method, audience } = readOptions(args, env);
  const config = stackConfig(stack);
  if (!config) throw new UserError(`${noSuchFile(stack)}. It says where Nomad is`);
  const settings = Object.entries(nomadSettings(config));
  // Only Pulumi opens them, and a job logs in before it has Pulumi.
  const unread = settings.filter(([name, value]) => name !== "secretId" && isEncrypted(value));
  const texts = new Map(
    settings.map(([name, value]) => [name, isEncrypted(value) ? undefined : settingText(value)]),
  );
  // A token that is there already must not decide on the answer.
  const connection = { ...nomadConnection((name) => texts.get(name), env), token: undefined };
  const { address } = connection;
  const jwt = await idToken(env, audience ?? address);
  const api = new NomadApi(connection, undefined, AbortSignal.timeout(30_000));
  try {
    const login = await api.post<Login>("/v1/acl/login", { AuthMethodName: method, LoginToken: jwt });
    return { ...login, address };
  } catch (error) {
    if (error instanceof NomadApiError) throw refusal(method, error, jwt, unreadNote(stack, unread));
    throw error;
  }
}

function unreadNote(stack: string, unread: readonly [name: string, value: unknown][]): string {
  if (unread.length === 0) return "";
  const names = unread.map(([name]) => `nomad:${name}`).join(", ");
  return `\n${names} of ${fileOf(stack)} ${unread.length === 1 ? "is" : "are"} encrypted: this command reads no secrets, and asked without`;
}

/** On GitHub the later steps of the job get it as NOMAD_TOKEN, and the log shows stars; elsewhere it is all of standard output. */
function handOver(token: string, env: NodeJS.ProcessEnv): void {
  if (!env.GITHUB_ENV) return void process.stdout.write(`${token}\n`);
  process.stdout.write(`::add-mask::${token}\n`);
  appendFileSync(env.GITHUB_ENV, `NOMAD_TOKEN=${token}\n`);
}

main(async () => {
  const { SecretID, Name, Policies, Roles, ExpirationTime, address } = await logIn(
    process.argv.slice(2),
    process.env,
  );
  handOver(SecretID, process.env);
  const rights = [...(Policies ?? []), ...(Roles ?? []).map((role) => `role ${role.Name}`)];
  process.stderr.write(
    `${shown(
      `Logged in to Nomad at ${withoutCredentials(address)} as ${Name}, with ${rights.join(", ") || "no policy"}` +
        (ExpirationTime === null ? "" : `, until ${ExpirationTime}`),
    )}\n`,
  );
});
