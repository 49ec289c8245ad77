import { readFileSync } from "node:fs";
import { isTrue, withoutCredentials } from "../../components/nomad/address";
import { providerEnvironment } from "../../components/nomad/environment";
import { type CheckFailure, type Properties, type PropertyValue } from "../host/types";
import { containsUnknown, isList, isObject, unwrap, unwrapAll } from "../host/values";

/** How to reach Nomad: the provider's configuration, with the environment as fallback. */
export interface NomadSettings {
  /** For example `https://nomad.example.com:4646`. */
  address: string;
  region?: string;
  /** For jobs and volumes that name no namespace. */
  namespace: string;
  token?: string;
  /** Signs in with a JWT instead of a token. */
  authJwt?: { authMethod: string; loginToken: string };
  headers: Record<string, string>;
  tls: { ca?: string; cert?: string; key?: string; serverName?: string; rejectUnauthorized: boolean };
}

type Environment = Record<string, string | undefined>;

/**
 * What the provider's inputs and the environment say together.
 * @throws Error naming the key when something is missing or a certificate file can't be read.
 */
export function readSettings(inputs: Properties, environment: Environment = process.env): NomadSettings {
  const given = decode(inputs);
  const variables = providerEnvironment(given.ignoreEnvVars, environment);
  const env = (name: string) => variables[name];
  const text = (key: string, fallback?: string) => {
    const value = given[key];
    if (typeof value === "string" && value !== "") return value;
    return fallback === undefined ? undefined : env(fallback);
  };
  const pem = (key: string, fileKey: string, fallback: string) =>
    text(key) ?? readPem(text(fileKey, fallback), `${fileKey} (or ${fallback})`);

  const httpAuth = text("httpAuth", "NOMAD_HTTP_AUTH");
  return {
    address: text("address", "NOMAD_ADDR") ?? "",
    region: text("region", "NOMAD_REGION"),
    namespace: env("NOMAD_NAMESPACE") ?? "default",
    token: text("secretId", "NOMAD_TOKEN"),
    authJwt: readAuthJwt(given.authJwt),
    headers: {
      ...(httpAuth !== undefined && { Authorization: `Basic ${Buffer.from(httpAuth).toString("base64")}` }),
      ...readHeaders(given.headers),
    },
    tls: {
      ca: pem("caPem", "caFile", "NOMAD_CACERT"),
      cert: pem("certPem", "certFile", "NOMAD_CLIENT_CERT"),
      key: pem("keyPem", "keyFile", "NOMAD_CLIENT_KEY"),
      serverName: env("NOMAD_TLS_SERVER_NAME"),
      rejectUnauthorized: !isTrue(given.skipVerify ?? env("NOMAD_SKIP_VERIFY")),
    },
  };
}

/** What is wrong with the provider's configuration, all at once. */
export function checkSettings(inputs: Properties, environment: Environment = process.env): CheckFailure[] {
  const { address } = inputs;
  if (containsUnknown(address)) return [];
  const value = (address === undefined ? undefined : unwrap(address)) ?? environment.NOMAD_ADDR ?? "";
  if (value === "") {
    const reason =
      "is not set. Set it with `pulumi config set nomad:address http://HOST:4646`, or set NOMAD_ADDR in the environment";
    return [{ property: "address", reason }];
  }
  if (/^https?:\/\/[^/]+/.test(String(value))) return [];
  return [
    {
      property: "address",
      reason: `must be http://HOST:PORT or https://HOST:PORT, was "${withoutCredentials(String(value))}"`,
    },
  ];
}

/** Provider inputs travel as text: what is not text itself comes as JSON in one. */
function decode(inputs: Properties): Properties {
  const structured = ["authJwt", "headers", "ignoreEnvVars"];
  return Object.fromEntries(
    Object.entries(unwrapAll(inputs)).map(([key, value]) => {
      if (!structured.includes(key) || typeof value !== "string" || value === "") return [key, value];
      try {
        return [key, JSON.parse(value) as PropertyValue];
      } catch {
        throw new Error(`nomad:${key} must be JSON, was "${value}"`);
      }
    }),
  );
}

function readPem(file: string | undefined, key: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`nomad:${key} names "${file}", which can't be read: ${(error as Error).message}`);
  }
}

function readAuthJwt(value: PropertyValue | undefined): NomadSettings["authJwt"] {
  if (!isObject(value)) return undefined;
  const { authMethod, loginToken } = value;
  if (typeof authMethod !== "string" || typeof loginToken !== "string") {
    throw new Error("nomad:authJwt needs authMethod and loginToken, both strings");
  }
  return { authMethod, loginToken };
}

function readHeaders(value: PropertyValue | undefined): Record<string, string> {
  if (!isList(value)) return {};
  return Object.fromEntries(
    value.filter(isObject).map((header) => [String(header.name), String(header.value)]),
  );
}
