/** How to reach Nomad. */
import { readFileSync } from "node:fs";
import { isTrue } from "./address";
import { providerEnvironment } from "./environment";

/** Of an agent on this machine. */
export const defaultAddress = "http://127.0.0.1:4646";

/** The same sources as the provider's: its config, then the environment. */
export interface NomadConnection {
  /** For example `https://nomad.example.com:4646`. */
  address: string;
  /** ACL token. */
  token?: string;
  region?: string;
  /** PEM texts. */
  ca?: string;
  cert?: string;
  key?: string;
  /** Name in the server's certificate, where it is not the address's. */
  serverName?: string;
  skipVerify?: boolean;
  /** Sent with each request. */
  headers?: Record<string, string>;
  /** Why no request can be made: a file that can't be read, for one. */
  problem?: string;
  /** What the settings' names begin with in messages. @default "nomad:" */
  prefix?: SettingPrefix;
}

/** `nomad:` for the provider's config, `nomad.` for the component's argument. */
export type SettingPrefix = "nomad:" | "nomad.";

/** Reads a setting of the provider's by its name, for example `caFile`. */
export type Setting = (name: string) => string | undefined;

/** A setting as users write it, for example `nomad:caFile`. */
export function settingName({ prefix = "nomad:" }: Pick<NomadConnection, "prefix">, name: string): string {
  return prefix + name;
}

/**
 * @param setting the provider's own config, or the component's argument; it wins over the environment.
 * @param environment of the caller; the variables that the setting `ignoreEnvVars` names don't count.
 */
export function nomadConnection(
  setting: Setting,
  environment: NodeJS.ProcessEnv = process.env,
  prefix: SettingPrefix = "nomad:",
): NomadConnection {
  const env = providerEnvironment(setting("ignoreEnvVars"), environment);
  let problem: string | undefined;
  const read = (path: string, key: string): string | undefined => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      problem = `${key} names "${path}", which can't be read: ${(error as Error).message}`;
      return undefined;
    }
  };
  const pem = (text: string, file: string, variable: string): string | undefined => {
    const path = setting(file) ?? env[variable];
    return setting(text) ?? (path ? read(path, `${prefix}${file} (or ${variable})`) : undefined);
  };
  const headers = (): Record<string, string> => {
    try {
      return parsedHeaders(setting("headers") || "[]");
    } catch (error) {
      problem = `${prefix}headers is not a list of { name, value } in JSON: ${(error as Error).message}`;
      return {};
    }
  };
  const connection: NomadConnection = {
    address: setting("address") ?? env.NOMAD_ADDR ?? defaultAddress,
    token: setting("secretId") ?? env.NOMAD_TOKEN,
    region: setting("region") ?? env.NOMAD_REGION,
    ca: pem("caPem", "caFile", "NOMAD_CACERT"),
    cert: pem("certPem", "certFile", "NOMAD_CLIENT_CERT"),
    key: pem("keyPem", "keyFile", "NOMAD_CLIENT_KEY"),
    serverName: env.NOMAD_TLS_SERVER_NAME,
    skipVerify: isTrue(setting("skipVerify") ?? env.NOMAD_SKIP_VERIFY),
    headers: {
      ...basicAuth(setting("httpAuth") ?? env.NOMAD_HTTP_AUTH),
      ...headers(),
    },
    prefix,
  };
  return problem === undefined ? connection : { ...connection, problem };
}

function basicAuth(userAndPassword: string | undefined): Record<string, string> {
  if (!userAndPassword) return {};
  return { Authorization: `Basic ${Buffer.from(userAndPassword).toString("base64")}` };
}

/** As the provider's config has them: a list as JSON. */
function parsedHeaders(json: string): Record<string, string> {
  const all = JSON.parse(json) as { name: string; value: string }[];
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}
