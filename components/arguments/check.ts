/** The one check of all arguments, whether a stack's config or a program gives them. Touches nothing. */
import { backupRules } from "./backupRules";
import { commandRules } from "./commandRules";
import { databaseRules } from "./databaseRules";
import { environmentRules } from "./environmentRules";
import { migrationRules } from "./migrationRules";
import { networkRules } from "./networkRules";
import { placementRules } from "./placementRules";
import { processRules } from "./processRules";
import { discreet, type Problem } from "./problem";
import { type Given, judged } from "./rule";
import { protectRules, refusedUnderProtect } from "./protectRules";
import { openTransport, type Transport } from "./transportRules";
import { readConfig, type readProgram } from "./keys";
import { nomadRules, regionProblems, regionWarnings } from "./nomadRules";
import { scalingRules } from "./scalingRules";
import { updateRules } from "./updateRules";
import { variableRules } from "./variableRules";
import { volumeRules } from "./volumeRules";
import { warningRules } from "./warnings";

const rules = [
  ...migrationRules,
  ...updateRules,
  ...networkRules,
  ...environmentRules,
  ...variableRules,
  ...placementRules,
  ...volumeRules,
  ...processRules,
  ...commandRules,
  ...scalingRules,
  ...databaseRules,
  ...backupRules,
  ...protectRules,
  ...nomadRules,
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
 * @param transport how Nomad is reached, where that is to be judged, too.
 * @param read reads the keys of a stack's config, or the arguments of a program.
 */
export function checkArguments(
  raw: unknown,
  transport?: Transport,
  read: typeof readConfig | typeof readProgram = readConfig,
): Checked {
  const problems: Problem[] = [];
  const values = read(raw, "", problems);
  const given = (values ?? {}) as Given;
  const together = [
    ...judged(rules, given, problems),
    ...(transport ? regionProblems(given, transport) : []),
  ];
  const open = transport ? openTransport(given, transport) : [];
  const warnings = [
    ...judged(warningRules, given, [...problems, ...together]),
    ...(transport ? regionWarnings(given, transport) : []),
  ];
  return {
    values,
    problems: [
      ...problems,
      ...(transport?.problems ?? []),
      ...together,
      ...refusedUnderProtect(given, open),
    ].map(discreet),
    warnings: [...warnings, ...(given.protect === true ? [] : open)].map(discreet),
  };
}

/**
 * What was found, by the arguments and the job id, so that each are checked once in a run. Two components may share one
 * object, and take their ids from their own names.
 */
const found = new WeakMap<object, Map<string, Checked>>();

/** Keeps the result of a check, for example of arguments that came from a stack's config. */
export function remember<T extends object>(args: T, jobName: string, checked: Checked): T {
  const known = found.get(args) ?? new Map<string, Checked>();
  found.set(args, known.set(jobName, checked));
  return args;
}

/** @param check is asked the first time alone. */
export function checkedOnce(args: object, jobName: string, check: () => Checked): Checked {
  const known = found.get(args)?.get(jobName);
  if (known) return known;
  const checked = check();
  remember(args, jobName, checked);
  return checked;
}
