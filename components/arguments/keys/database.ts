/** Keys about roles and a database on a PostgreSQL server that is already there. */
import { hostName, port, roleName } from "../names";
import { bool, list, object, oneOf, secretText, text } from "../readers";
import type { Rows } from "../row";

const pooler = object("PoolerArgs", "A connection pooler in front of the server.", {
  host: { type: hostName, required: true, says: "Host name or address.", example: "pooler.example.com" },
  port: { type: port, default: 5432, says: "Port.", example: 6432 },
} as const);

export const server = {
  host: {
    type: hostName,
    required: true,
    says: "Host name or address of the server itself. Pulumi and the migrate task connect to it.",
    example: "db.example.com",
  },
  port: { type: port, default: 5432, says: "Port of the server." },
  name: {
    type: roleName("a database name"),
    required: true,
    plain: "decides",
    says: "Database to create.",
    example: "shop",
    change: "another database",
  },
  adminUser: {
    type: roleName("a role name"),
    default: "postgres",
    says: "Role that may create roles and databases. It needs no superuser.",
    change: "next up",
  },
  adminPassword: {
    type: secretText,
    secret: true,
    unset: "PGPASSWORD of the environment in which Pulumi runs",
    says: "Password of `adminUser`.",
    change: "next up",
  },
  sslmode: {
    type: oneOf("SslMode", "verify-full", "verify-ca", "require", "disable"),
    default: "verify-full",
    says:
      "`verify-full` checks the server's certificate and its host name, `verify-ca` only the certificate, `require` encrypts, " +
      "`disable` does not. Anything but `verify-full` is refused unless `host` is this machine.",
    change: "release",
  },
  sslRootCert: {
    type: text("the path of a PEM file", /^[^\p{Cc}]+$/u),
    unset: "the system's own authorities",
    plain: "decides",
    says: "PEM file of the authority that signed the server's certificate.",
    example: "certificates/database.pem",
    change: "release",
  },
  extensions: {
    type: list(text("the name of an extension", /^[a-z0-9_-]{1,63}$/)),
    default: [],
    plain: "decides",
    says: "Extensions to create in the database.",
    example: ["pg_trgm"],
    change: "next up",
  },
  roles: {
    type: oneOf("Roles", "separate", "single"),
    default: "separate",
    plain: "decides",
    says:
      "`separate`: a migrator owns the schema, and the application's role can read and write rows but not alter tables. " +
      "`single`: one role for both.",
    change: "release",
  },
  user: {
    type: roleName("a role name"),
    unset: "the database's name",
    plain: "decides",
    says:
      "Role of the application. A new role is created before the instances are replaced, and the old one is dropped after " +
      "them; together with a new password this rotates the password while the application keeps serving.",
    example: "shop_2",
    change: "role",
  },
  password: {
    type: secretText,
    secret: true,
    unset: "one is generated for each `user` and kept in the state",
    says: "Password of the application's role.",
    change: "release",
  },
  migrateUser: {
    type: roleName("a role name"),
    unset: "`name` and `_migrator`",
    plain: "decides",
    says: "Role of the migrations, with separate roles.",
    example: "shop_owner",
    change: "role",
  },
  migratePassword: {
    type: secretText,
    secret: true,
    unset: "generated, as for `password`",
    says: "Password of `migrateUser`.",
    change: "release",
  },
  pooler: {
    type: pooler,
    unset: "none",
    says: "Pooler through which the application connects. Migrations connect to `host`.",
    example: { host: "pooler.example.com", port: 6432 },
    change: "release",
  },
  keepData: {
    type: bool,
    default: true,
    plain: "decides",
    says: "Refuses to drop the database, and leaves it on the server when the stack is destroyed.",
    change: "next up",
  },
} as const satisfies Rows;

export const database = {
  database: {
    type: object(
      "PostgresDatabaseArgs",
      "Roles and a database on a PostgreSQL server that is already there.",
      server,
    ),
    unset: "no database is created",
    plain: "decides",
    says: "Roles and a database on a PostgreSQL server that is already there. Not together with `postgres`.",
    example: { host: "db.example.com", name: "shop" },
  },
} as const satisfies Rows;
