/** The one check of all arguments: those of a stack's config and those of a program. Touches nothing. */
import { backupRules } from "./backupRules";
import { databaseRules } from "./databaseRules";
import { environmentRules } from "./environmentRules";
import { migrationRules } from "./migrationRules";
import { networkRules } from "./networkRules";
import { placementRules } from "./placementRules";
import { discreet, type Problem } from "./problem";
import { type Given, judged } from "./rule";
import { protectRules } from "./protectRules";
import { readConfig } from "./schema";
import { updateRules } from "./updateRules";
import { volumeRules } from "./volumeRules";
import { warningRules } from "./warnings";

const rules = [
  ...migrationRules,
  ...updateRules,
  ...networkRules,
  ...environmentRules,
  ...placementRules,
  ...volumeRules,
  ...databaseRules,
  ...backupRules,
  ...protectRules,
];

export interface Checked {
  /** What could be read, typed; of use when there are no problems. */
  values: ReturnType<typeof readConfig>;
  /** All that is wrong: values first, then what does not fit together. */
  problems: Problem[];
  /** All that is allowed and doubtful. */
  warnings: Problem[];
}

/**
 * Reads raw arguments: texts of a config, values of a program, outputs of Pulumi's where a field takes them.
 * What is right is judged even when something else is wrong, so that every problem is told at once.
 */
export function checkArguments(raw: unknown): Checked {
  const problems: Problem[] = [];
  const values = readConfig(raw, "", problems);
  const given = (values ?? {}) as Given;
  const together = judged(rules, given, problems);
  return {
    values,
    problems: [...problems, ...together].map(discreet),
    warnings: judged(warningRules, given, [...problems, ...together]).map(discreet),
  };
}
