/**
 * Are separate roles separate? A REVOKE by an administrator who neither owns a schema nor is a superuser changes nothing
 * and only warns, so the server is asked what the application's role may really do.
 */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import * as pulumi from "@pulumi/pulumi";
import type { ClientConfig } from "pg";
import { fail } from "../messages/failure";
import { canHook } from "../nomad/canHook";

/** Where to ask, and about whom. */
export interface SeparationArgs {
  host: string;
  port: number;
  database: string;
  adminUser: string;
  adminPassword?: string;
  sslmode: "verify-full" | "verify-ca" | "require" | "disable";
  sslRootCert?: string;
  /** Role of the application. */
  appUser: string;
  /** Role of the migrations. */
  migrateUser: string;
}

/** The same, of which each may be an output. */
export type SeparationInputs = { [K in keyof SeparationArgs]: pulumi.Input<SeparationArgs[K]> };

/** A schema in which the application's role may make things, found where migrations look for functions. */
export interface OpenSchema {
  schema: string;
  owner: string;
  /** Whether everybody may, and not this role by a grant of its own. */
  everybody: boolean;
}

/** What the server says of the application's role. */
export interface Separation {
  schemas: OpenSchema[];
  /** May make schemas, also one of the migrator's name, in which migrations look first. */
  makesSchemas: boolean;
  /** May act as the migrator. */
  isMigrator: boolean;
}

const schemasQuery = `
  select n.nspname as schema, pg_get_userbyid(n.nspowner) as owner, has_schema_privilege('public', n.oid, 'CREATE') as everybody
    from pg_namespace n
   where n.nspname in ('public', $2) and has_schema_privilege($1, n.oid, 'CREATE') order by 1`;

const rightsQuery = `
  select has_database_privilege($1, current_database(), 'CREATE') as "makesSchemas", pg_has_role($1, $2, 'MEMBER') as "isMigrator"`;

/**
 * Stops what it is a hook of, unless the application's role is as separate as the documentation says. Empty under
 * Pulumi's mocks.
 */
export function separationHooks(name: string, later: SeparationInputs): pulumi.ResourceHook[] {
  if (!canHook()) return [];
  const check = async (): Promise<void> => {
    const args = await new Promise<SeparationArgs>(
      (resolve) => void pulumi.output(later).apply((known) => resolve(known as SeparationArgs)),
    );
    const fault = separationFault(args, await askServer(args));
    if (fault !== undefined) fail(fault);
  };
  return [new pulumi.ResourceHook(`separation-${name}`, check)];
}

/** Why the roles are not separate, and what to do; undefined when they are. */
export function separationFault(
  { appUser, migrateUser, adminUser, database }: Omit<SeparationArgs, "host">,
  { schemas, makesSchemas, isMigrator }: Separation,
): string | undefined {
  const app = quoted(appUser);
  const found = [
    ...schemas.map(({ schema, owner, everybody }) => ({
      what: `it may create functions and tables in the schema ${schema}${everybody ? ", as everybody may" : ""}; the schema belongs to ${owner}`,
      sql:
        // From then on the grants of its owner count, and the grants of an administrator who is a member of it.
        (owner === migrateUser ? "" : `ALTER SCHEMA ${quoted(schema)} OWNER TO ${quoted(migrateUser)}; `) +
        `REVOKE CREATE ON SCHEMA ${quoted(schema)} FROM ${everybody ? "PUBLIC" : app};`,
    })),
    ...(makesSchemas
      ? [
          {
            what: "it may create schemas",
            sql: `REVOKE CREATE ON DATABASE ${quoted(database)} FROM ${app}, PUBLIC;`,
          },
        ]
      : []),
    ...(isMigrator
      ? [{ what: `it may act as ${migrateUser}`, sql: `REVOKE ${quoted(migrateUser)} FROM ${app};` }]
      : []),
  ];
  if (found.length === 0) return undefined;
  return (
    `database.roles is "separate", but the role ${appUser} is not separate from ${migrateUser}: migrations may run what ` +
    `the application creates, with the rights of ${migrateUser}. Nothing was deployed.\n` +
    found.map(({ what }) => `  ${what}\n`).join("") +
    `${adminUser} could not change that. Let a superuser, or the owner, run in the database ${database}:\n` +
    found.map(({ sql }) => `  ${sql}\n`).join("") +
    "and then run `pulumi up` again. To use one role: pulumi config set --path database.roles single"
  );
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function askServer(args: SeparationArgs): Promise<Separation> {
  const { appUser, migrateUser, host, port, database } = args;
  const password = args.adminPassword ?? process.env.PGPASSWORD;
  // Only an up that changes something asks: nothing else waits for this to be loaded.
  const { Client } = await import("pg");
  const client = new Client({
    ...{ host, port, database, user: args.adminUser, password, ssl: transport(args) },
    connectionTimeoutMillis: 15_000,
    query_timeout: 15_000,
  });
  try {
    await client.connect();
    const schemas = await client.query<OpenSchema>(schemasQuery, [appUser, migrateUser]);
    const rights = await client.query<Omit<Separation, "schemas">>(rightsQuery, [appUser, migrateUser]);
    return { schemas: schemas.rows, ...rights.rows[0] };
  } catch (error) {
    return fail(
      `Can't check at ${host}:${port} whether the role ${appUser} is separate from ${migrateUser}: ${(error as Error).message}. ` +
        "Nothing was deployed. If the server has its own certificate authority, name it in database.sslRootCert",
    );
  } finally {
    await client.end().catch(() => undefined); // the first error is the one to tell
  }
}

/** TLS as libpq and the provider have it. */
function transport({ sslmode, sslRootCert, host }: SeparationArgs): ClientConfig["ssl"] {
  if (sslmode === "disable") return false;
  const ca = sslRootCert === undefined ? systemAuthorities() : [readFileSync(sslRootCert, "utf8")];
  // Without an authority of its own "require" encrypts and does not look whom it talks to.
  if (sslmode === "require" && sslRootCert === undefined) return { rejectUnauthorized: false };
  return {
    ca,
    ...(sslmode === "verify-full" ? { host } : { checkServerIdentity: () => undefined }),
  };
}

/** Where Linux and macOS keep them; Node.js brings the public ones and knows of no others. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

function systemAuthorities(): string[] {
  const files = process.env.SSL_CERT_FILE === undefined ? bundles : [process.env.SSL_CERT_FILE];
  return [...rootCertificates, ...files.flatMap(readIfThere)];
}

function readIfThere(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    // Each system has one of them; where none is, the public authorities count alone.
    return [];
  }
}
