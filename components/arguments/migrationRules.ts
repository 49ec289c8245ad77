/** Rules about the migration. */
import { seconds } from "../jobspec";
import { defaults } from "./keys";
import { repeated, type Rule, when } from "./rule";

/** A limit inside the migration that the migration's own would always come before. */
function limitWithin(key: "migrationLockTimeout" | "migrationStatementTimeout"): Rule {
  return {
    keys: [key, "migrationTimeout"],
    problems: (given) => {
      const [limit, whole] = [given[key], given.migrationTimeout ?? defaults.migrationTimeout];
      return when(
        limit !== undefined && seconds(limit) >= seconds(whole),
        key,
        `is ${limit}, but migrationTimeout ends the migration after ${whole}: set it below that, or raise migrationTimeout`,
      );
    },
  };
}

/** A key that something which does not migrate can't heed. */
function onlyWhereItMigrates(key: string): Rule {
  return {
    keys: [key, "migrations"],
    problems: (given) => {
      const value = (given as Record<string, unknown>)[key];
      const isSet = Array.isArray(value) ? value.length > 0 : Boolean(value);
      return when(
        isSet && given.migrations !== undefined && given.migrations !== "run",
        key,
        `is set, but migrations is ${given.migrations} and nothing is migrated here: ` +
          (key === "releaseCommands"
            ? "use startCommands, which every instance runs"
            : "remove one of the two"),
      );
    },
  };
}

export const migrationRules: Rule[] = [
  {
    keys: ["afterRollout", "migrations", "recordReleases"],
    problems: ({ afterRollout = [], migrations, recordReleases }) => [
      ...when(
        afterRollout.length > 0 && migrations === "none",
        "afterRollout",
        'is set, but migrations is "none": a database has to record that its commands have run. Use startCommands, or remove one of the two',
      ),
      ...when(
        afterRollout.length > 0 && recordReleases === false,
        "afterRollout",
        "is set, but recordReleases is false: the database has to record that its commands have run. Remove one of the two",
      ),
    ],
  },
  limitWithin("migrationLockTimeout"),
  limitWithin("migrationStatementTimeout"),
  ...["backupBeforeMigrate", "beforeMigrate", "afterMigrate", "fakeInitial", "releaseCommands"].map(
    onlyWhereItMigrates,
  ),
  {
    keys: ["migrationLockRetries", "migrationLockTimeout"],
    problems: ({ migrationLockRetries = 0, migrationLockTimeout }) =>
      when(
        migrationLockRetries > 0 && migrationLockTimeout === undefined,
        "migrationLockRetries",
        `is ${migrationLockRetries}, but without migrationLockTimeout a migration waits for a table until the server ends it: set both`,
      ),
  },
  {
    keys: ["manageCommand", "migrateEntrypoint"],
    problems: ({ manageCommand, migrateEntrypoint }) =>
      when(
        manageCommand?.length === 0 && migrateEntrypoint?.length === 0,
        "manageCommand",
        "is [], and migrateEntrypoint is [] as well: nothing says how the image runs manage.py. Set one of the two",
      ),
  },
  {
    keys: ["migrationLock", "migrationLeader"],
    problems: ({ migrationLock, migrationLeader }) =>
      when(
        migrationLock === "none" && migrationLeader === "first-to-lock",
        "migrationLeader",
        'is first-to-lock, but migrationLock is "none": leave migrationLeader out, and the instance with index 0 migrates',
      ),
  },
  {
    keys: ["migrationDatabases.*"],
    problems: ({ migrationDatabases = [] }) =>
      repeated(migrationDatabases, (index) => `migrationDatabases[${index}]`),
  },
];
