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

export const migrationRules: Rule[] = [
  limitWithin("migrationLockTimeout"),
  limitWithin("migrationStatementTimeout"),
  {
    keys: ["migrationDatabases.*"],
    problems: ({ migrationDatabases = [] }) =>
      repeated(migrationDatabases, (index) => `migrationDatabases[${index}]`),
  },
];
