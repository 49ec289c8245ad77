/** Rules about the migration and its gate. */
import type { DjangoAppArgs } from "./djangoAppArgs";
import { gateSettings } from "./gateArguments";
import { defaults, seconds } from "../jobspec";
import { gateSettingsErrors } from "../gate";
import type { Problem } from "./problem";
import { type Given, repeated, type Rule, when } from "./rule";

/** The gate counts in seconds; users write a duration under another key. */
const durationKeys: Record<string, keyof DjangoAppArgs> = {
  migrationTimeoutSeconds: "migrationTimeout",
  migrationLockTimeoutSeconds: "migrationLockTimeout",
  migrationStatementTimeoutSeconds: "migrationStatementTimeout",
};

/** The gate's settings that have no other check, or a further one. */
const gateKeys = [
  "manageCommand",
  "migrationTimeout",
  "migrationDatabases",
  "migrationLockTimeout",
  "migrationStatementTimeout",
  "beforeMigrate",
  "afterMigrate",
] as const;

/** Of "KEY is VALUE and must be ...", the key apart. */
export function keyed(sentence: string): Problem {
  const [key, ...rest] = sentence.split(" ");
  return { key, message: rest.join(" ") };
}

function ofTheGate(given: Given): Problem[] {
  return gateSettingsErrors(gateSettings(given))
    .map(keyed)
    .map(({ key, message }) => {
      const named = durationKeys[key];
      if (named === undefined) return { key, message };
      const least = key === "migrationTimeoutSeconds" ? "1s" : "1ms";
      return { key: named, message: `is ${String(given[named])} and must be ${least} or more` };
    });
}

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
  ...gateKeys.map((key) => ({
    keys: [`${key}.*`],
    problems: (given: Given) => ofTheGate(given).filter((problem) => problem.key === key),
  })),
  limitWithin("migrationLockTimeout"),
  limitWithin("migrationStatementTimeout"),
  {
    keys: ["migrationDatabases.*"],
    problems: ({ migrationDatabases = [] }) =>
      repeated(migrationDatabases, (index) => `migrationDatabases[${index}]`),
  },
];
