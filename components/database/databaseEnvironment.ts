/** What the tasks are told about a database on an existing server; the passwords travel apart. */
import { readFileSync } from "node:fs";
import { certificatesIn } from "../arguments/certificates";
import type { FileSpec } from "../jobspec";
import { defaults, type KnownArgs } from "../arguments/keys";

import { appUser, migrateUser } from "../arguments/databaseRoles";

type KnownDatabase = NonNullable<KnownArgs["database"]>;

/** Environment of the server task, which connects through the pooler, if there is one. libpq reads the PG* variables itself. */
export function databaseEnvironment(args: KnownDatabase): Record<string, string> {
  return {
    POSTGRES_NAME: args.name,
    POSTGRES_USER: appUser(args),
    POSTGRES_HOST: args.pooler?.host ?? args.host,
    POSTGRES_PORT: String(
      args.pooler ? (args.pooler.port ?? defaults.database.pooler.port) : serverPort(args),
    ),
    PGSSLMODE: args.sslmode ?? defaults.database.sslmode,
    PGSSLROOTCERT: args.sslRootCert === undefined ? systemAuthorities : `/${caPath}`,
  };
}

/** Added to it in the migrate task, which connects to the server itself, as the role that owns the schema. */
export function migrateDatabaseEnvironment(args: KnownDatabase): Record<string, string> {
  return {
    POSTGRES_USER: migrateUser(args),
    POSTGRES_HOST: args.host,
    POSTGRES_PORT: serverPort(args),
  };
}

/** The certificate of the server's authority, for both tasks. @throws {RangeError} when the file is something else. */
export function caFile(sslRootCert: string): FileSpec {
  const { pem, fault } = certificatesIn(readFileSync(sslRootCert, "utf8"));
  if (pem === undefined) throw new RangeError(`database.sslRootCert is "${sslRootCert}", which ${fault}`);
  return { path: caPath, content: pem };
}

/** Nomad mounts a task's `local` folder at /local. */
const caPath = "local/database-ca.pem";
/** Where Debian's and Alpine's images keep them; another place is PGSSLROOTCERT of envVars. */
const systemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

function serverPort({ port }: KnownDatabase): string {
  return String(port ?? defaults.database.port);
}
