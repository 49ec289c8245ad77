/** Rules about backups: what they need beside their own settings. */
import { hasPlainPassword } from "./environmentRules";
import { majorOfTag, postgresMajor } from "./postgresVersion";
import type { Problem } from "./problem";
import { isLater } from "./later";
import { type Given, type Rule, when } from "./rule";

/** How the task that dumps finds the database, where this program did not make it. */
const connection = ["POSTGRES_HOST", "POSTGRES_NAME", "POSTGRES_USER"] as const;

function unknownDatabase({ postgres, database, envVars = {}, migrateEnvVars = {} }: Given): Problem[] {
  if (postgres || database) return [];
  // What an output holds is judged once it is known.
  if (isLater(envVars) || isLater(migrateEnvVars)) return [];
  const missing = connection.filter((name) => !(name in envVars) && !(name in migrateEnvVars));
  return when(
    missing.length > 0,
    "backups",
    `can't reach the database: set postgres or database, or ${missing.join(", ")} in envVars`,
  );
}

function passwordless(given: Given): Problem[] {
  const { postgres, database, secretEnvVars } = given;
  const known = postgres || database || hasPlainPassword(given) || isLater(secretEnvVars);
  return when(
    !known && !("POSTGRES_PASSWORD" in (secretEnvVars ?? {})),
    "backups",
    "have no password for the database: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD (it asks for the value)",
  );
}

export const backupRules: Rule[] = [
  {
    keys: ["backupBeforeMigrate", "backups"],
    problems: ({ backupBeforeMigrate, backups }) =>
      when(
        backupBeforeMigrate === true && !backups,
        "backupBeforeMigrate",
        "is true, but nothing says where dumps go: pulumi config set --path backups.volume NAME",
      ),
  },
  {
    keys: ["backupBeforeMigrate", "backups.schedule"],
    problems: ({ backupBeforeMigrate, backups }) =>
      when(
        backups !== undefined && !backupBeforeMigrate && backups.schedule === undefined,
        "backups",
        "would never run: set backupBeforeMigrate to true, backups.schedule, or both",
      ),
  },
  {
    keys: ["backups.timeZone", "backups.schedule"],
    problems: ({ backups }) =>
      when(
        backups?.timeZone !== undefined && backups.schedule === undefined,
        "backups.timeZone",
        `is "${backups?.timeZone}", but there is no backups.schedule: set it, or remove this`,
      ),
  },
  {
    keys: ["backups.image", "postgres"],
    problems: ({ backups, postgres }) =>
      when(
        backups !== undefined && backups.image === undefined && !postgres,
        "backups.image",
        "is required: an image with pg_dump of the server's major version, such as postgres:16",
      ),
  },
  {
    keys: ["backups.image", "postgres.image", "postgres.version"],
    problems: ({ backups, postgres }) => {
      const [tool, server] = [majorOfTag(backups?.image ?? ""), postgres && postgresMajor(postgres)];
      return when(
        tool !== undefined && server !== undefined && tool !== server,
        "backups.image",
        `is "${backups?.image}", but the server is PostgreSQL ${server}: remove it, or use an image of that version`,
      );
    },
  },
  {
    keys: ["backups", "postgres", "database", "envVars", "migrateEnvVars", "secretEnvVars"],
    problems: (given) => (given.backups ? [...unknownDatabase(given), ...passwordless(given)] : []),
  },
];
