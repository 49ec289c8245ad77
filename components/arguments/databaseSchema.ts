/** The shape of the arguments about the database. */
import { image } from "./image";
import { dockerName, megabytes, port } from "./names";
import { bool, input, integer, list, object, oneOf, type Reader, secretText, text } from "./readers";

const hostName = text("a host name or an IP address", /^[A-Za-z0-9_:][A-Za-z0-9.:_-]*$/);

/** PostgreSQL keeps names that begin with pg_ to itself. */
function roleName(allowed: string): Reader<string> {
  return text(
    `${allowed}: at most 63 letters, digits, _ and -, not beginning with pg_`,
    /^(?!pg_)[\w-]{1,63}$/,
  );
}

/** Part of commands, of file names and of connections, where quotes, slashes and the like mean something else. */
function plainName(allowed: string): Reader<string> {
  return text(
    `${allowed}: at most 63 letters, digits, _, ., @, + and -, beginning with a letter, a digit or _`,
    /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]{0,62}$/u,
  );
}

export const postgres = object({
  namePrefix: dockerName,
  image,
  version: integer(9, 99),
  database: plainName("a database name"),
  user: plainName("a role name"),
  password: input(secretText),
  port,
  listenAddress: text("an IP address of this host", /^[0-9a-fA-F.:]+$/),
  dataVolume: dockerName,
  keepData: bool,
  memory: megabytes(64, 1_000_000),
  maxConnections: integer(10, 10_000),
});

export const database = object(
  {
    host: hostName,
    port,
    name: roleName("a database name"),
    adminUser: roleName("a role name"),
    adminPassword: input(secretText),
    sslmode: oneOf("verify-full", "verify-ca", "require", "disable"),
    sslRootCert: text("the path of a PEM file", /^[^\p{Cc}]+$/u),
    extensions: list(text("the name of an extension", /^[a-z0-9_-]{1,63}$/)),
    roles: oneOf("separate", "single"),
    user: roleName("a role name"),
    password: input(secretText),
    migrateUser: roleName("a role name"),
    migratePassword: input(secretText),
    pooler: object({ host: hostName, port }, ["host"]),
    keepData: bool,
  },
  ["host", "name"],
);
