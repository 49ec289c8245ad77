/** Rules about the database: the container's version and port, the given server's transport and roles. */
import { readFileSync } from "node:fs";
import { isLoopback } from "../nomad/address";
import { certificatesIn } from "./certificates";
import { defaults, type KnownArgs } from "./keys";
import { appUser, isSeparate, migrateUser } from "./databaseRoles";
import { majorOfTag, postgresImage } from "./postgresVersion";
import type { Problem } from "./problem";
import { isLater } from "./later";
import { type Rule, when } from "./rule";

/** Everything that decides on a role. */
const roleKeys = ["roles", "name", "adminUser", "user", "migrateUser", "migratePassword"].map(
  (key) => `database.${key}`,
);

/** What is wrong with the file of a server's authority. */
function authorityFault(path: string): string | undefined {
  try {
    return certificatesIn(readFileSync(path, "utf8")).fault;
  } catch {
    return "can't be read: it must be the path of a PEM file, from the program's folder";
  }
}

function ofRoles(database: NonNullable<KnownArgs["database"]>): Problem[] {
  const separate = isSeparate(database);
  const owner = migrateUser(database);
  const admin = database.adminUser ?? defaults.database.adminUser;
  const unused = (["migrateUser", "migratePassword"] as const).filter((key) => database[key] !== undefined);
  const taken = [["user", appUser(database)], ...(separate ? [["migrateUser", owner]] : [])].filter(
    ([, role]) => role === admin,
  );
  return [
    ...(separate ? [] : unused).map((key) => ({
      key: `database.${key}`,
      message: 'is set, but database.roles is "single": remove one of them',
    })),
    ...when(
      separate && appUser(database) === owner,
      "database.migrateUser",
      `is "${owner}", which is the application's role too: give them different names, or set database.roles to "single"`,
    ),
    ...taken.map(([key, role]) => ({
      key: `database.${key}`,
      message: `is "${role}", which is database.adminUser: give the application another role`,
    })),
  ];
}

export const databaseRules: Rule[] = [
  {
    keys: ["postgres", "database"],
    problems: ({ postgres, database }) =>
      when(
        postgres !== undefined && database !== undefined,
        "database",
        "can't be set together with postgres, which brings its own database: remove one of them",
      ),
  },
  {
    keys: ["postgres.image", "postgres.version"],
    problems: ({ postgres }) => {
      if (!postgres) return [];
      const [image, version] = [postgresImage(postgres), postgres.version];
      const tagged = majorOfTag(image);
      return [
        ...when(
          version === undefined && tagged === undefined,
          "postgres.version",
          `is required: the tag of postgres.image "${image}" does not show the major version, and the rows depend on it`,
        ),
        ...when(
          version !== undefined && tagged !== undefined && version !== tagged,
          "postgres.version",
          `is ${version}, but the tag of postgres.image "${image}" says ${tagged}: remove one of them`,
        ),
      ];
    },
  },
  {
    keys: ["postgres.listenAddress", "postgres.port"],
    problems: ({ postgres }) =>
      when(
        postgres?.listenAddress !== undefined && postgres.port === undefined,
        "postgres.listenAddress",
        `is ${postgres?.listenAddress}, but without postgres.port the database is not published: set it, or remove this`,
      ),
  },
  {
    keys: ["database.host", "database.sslmode"],
    problems: ({ database }) =>
      when(
        database?.sslmode !== undefined && database.sslmode !== "verify-full" && !isLoopback(database.host),
        "database.sslmode",
        `is "${database?.sslmode}", but ${database?.host} is not this machine: without verify-full anyone on the network path ` +
          "could read passwords and rows. Remove it, and name the server's authority in database.sslRootCert if it is your own",
      ),
  },
  {
    keys: ["database.sslRootCert"],
    problems: ({ database }) => {
      const path = database?.sslRootCert;
      const fault = path === undefined ? undefined : authorityFault(path);
      return when(fault !== undefined, "database.sslRootCert", `is "${path}", which ${fault}`);
    },
  },
  {
    keys: ["postgres", "database", "secretEnvVars"],
    problems: ({ postgres, database, secretEnvVars }) => {
      const own = secretEnvVars && !isLater(secretEnvVars) ? (secretEnvVars as Record<string, string>) : {};
      return when(
        // Of values that come later the names alone are judged, and the database's own is among them by then.
        database !== undefined && !postgres && Boolean(own.POSTGRES_PASSWORD),
        "secretEnvVars.POSTGRES_PASSWORD",
        "would override database.password, the password of the application's role: " +
          "pulumi config rm --path secretEnvVars.POSTGRES_PASSWORD, and use database.password",
      );
    },
  },
  { keys: roleKeys, problems: ({ database }) => (database ? ofRoles(database) : []) },
];
