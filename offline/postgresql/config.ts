import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import {
  type CheckFailure,
  type CheckResult,
  type Properties,
  type PropertyValue,
  Unknown,
} from "../host/types";
import { isObject, unwrapAll } from "../host/values";

const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"];

/** Ways to connect that the published plugin has and this one has not. */
const ELSEWHERE = [
  "awsRdsIamAuth",
  "awsRdsIamProfile",
  "awsRdsIamProviderRoleArn",
  "awsRdsIamRegion",
  "azureIdentityAuth",
  "azureTenantId",
  "gcpIamImpersonateServiceAccount",
];

const KNOWN = [
  "clientcert",
  "connectTimeout",
  "database",
  "databaseUsername",
  "expectedVersion",
  "host",
  "maxConnections",
  "password",
  "port",
  "scheme",
  "sslMode",
  "sslmode",
  "sslrootcert",
  "superuser",
  "username",
];

/** How to reach the server, with the defaults and PG* variables of the published plugin applied. */
export interface Settings {
  host: string;
  port: number;
  username: string;
  password: string | undefined;
  /** The database for everything that is not inside another one. */
  database: string;
  /** False when the connection is not encrypted. */
  tls: ConnectionOptions | false;
  sslmode: string;
  /** Seconds; 0 waits for ever. */
  connectTimeout: number;
}

/** Refuses provider inputs that this plugin can't act on, all of them at once. */
export function checkConfig(news: Properties): CheckResult {
  const failures: CheckFailure[] = [];
  const given = unwrapAll(news);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === "" || value === "false" || value === false) continue;
    if (ELSEWHERE.includes(key)) {
      failures.push({
        property: key,
        reason: "needs the published plugin; here, give username and password",
      });
    } else if (!KNOWN.includes(key) && key !== "version" && key !== "pluginDownloadURL") {
      failures.push({ property: key, reason: `is not known. Known properties: ${KNOWN.join(", ")}` });
    }
  }
  const check = (key: string, isRight: (value: PropertyValue) => boolean, allowed: string) => {
    const value = given[key] ?? null;
    if (value === null || value instanceof Unknown || isRight(value)) return;
    failures.push({ property: key, reason: `must be ${allowed}, was ${JSON.stringify(value)}` });
  };
  check("port", (value) => Number(value) > 0 && Number(value) < 65536, "a port from 1 to 65535");
  check("connectTimeout", (value) => Number(value) >= 0, "a number of seconds, 0 for no limit");
  check("scheme", (value) => value === "postgres", '"postgres"; other schemes need the published plugin');
  for (const key of ["sslmode", "sslMode"]) {
    check(key, (value) => SSL_MODES.includes(String(value)), `one of ${SSL_MODES.join(", ")}`);
  }
  return { inputs: news, failures };
}

/** @throws Error when a certificate file can't be read, or `sslmode` is not one that is allowed. */
export function settingsFrom(inputs: Properties, env: NodeJS.ProcessEnv): Settings {
  const given = unwrapAll(inputs);
  const text = (key: string) =>
    typeof given[key] === "string" && given[key] !== "" ? given[key] : undefined;
  const number = (key: string) => {
    const value = given[key];
    return value === undefined || value === null || value === "" ? undefined : Number(value);
  };
  const sslmode = text("sslmode") ?? text("sslMode") ?? env.PGSSLMODE ?? "require";
  if (!SSL_MODES.includes(sslmode)) {
    throw new Error(`postgresql:sslmode must be one of ${SSL_MODES.join(", ")}, was "${sslmode}"`);
  }
  return {
    host: text("host") ?? env.PGHOST ?? "localhost",
    port: number("port") ?? Number(env.PGPORT ?? 5432),
    username: text("username") ?? env.PGUSER ?? "postgres",
    password: text("password") ?? env.PGPASSWORD,
    database: text("database") ?? env.PGDATABASE ?? "postgres",
    sslmode,
    tls: tlsOptions(sslmode, text("sslrootcert"), objectIn(given.clientcert)),
    connectTimeout: number("connectTimeout") ?? Number(env.PGCONNECT_TIMEOUT ?? 180),
  };
}

/** Like libpq: `require` encrypts without looking at the certificate, unless there is a root to check against. */
function tlsOptions(
  sslmode: string,
  rootcert: string | undefined,
  client: Properties,
): ConnectionOptions | false {
  if (sslmode === "disable") return false;
  const isInline = client.sslinline === true || client.sslinline === "true";
  const pem = (key: "cert" | "key") => {
    const value = client[key];
    if (typeof value !== "string") return undefined;
    return isInline ? value : readPem(`clientcert.${key}`, value);
  };
  const options: ConnectionOptions = {
    rejectUnauthorized: sslmode !== "require" || rootcert !== undefined,
    ca: rootcert === undefined ? undefined : readPem("sslrootcert", rootcert),
    cert: pem("cert"),
    key: pem("key"),
  };
  return sslmode === "verify-full" ? options : { ...options, checkServerIdentity: () => undefined };
}

function readPem(key: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`postgresql:${key}: can't read "${path}": ${(error as Error).message}`);
  }
}

/** Structured provider inputs may arrive as JSON text. */
function objectIn(value: PropertyValue | undefined): Properties {
  const parsed: PropertyValue | undefined =
    typeof value === "string" && value !== "" ? (JSON.parse(value) as PropertyValue) : value;
  return isObject(parsed) ? parsed : {};
}
