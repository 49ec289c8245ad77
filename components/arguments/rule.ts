/** Rules look at several arguments together. */
import type { ProcessArgs, ScheduleArgs } from "./configArgs";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { type KnownArgs, programKeys } from "./keys";
import { laterIn, withoutSecrets } from "./later";
import type { Problem } from "./problem";

/** Arguments that rules judge before all of their values are known. A rule sees no other output until its value is known. */
const judgedAsKnown = ["djangoImage", "envVars", "migrateEnvVars", "meta"] as const;
type JudgedAsKnown = (typeof judgedAsKnown)[number] | "secretEnvVars";

const variablesOfProcess = /^(processes|schedules)\.[^.]+\.envVars(\.|$)/;

/** Its variables are judged as the application's are. */
type GivenProcess = Omit<NonNullable<KnownArgs["processes"]>[string], "envVars"> &
  Pick<ProcessArgs, "envVars">;
type GivenSchedule = Omit<NonNullable<KnownArgs["schedules"]>[string], "envVars"> &
  Pick<ScheduleArgs, "envVars">;

/** What was read of the arguments; what could not be read is not there. Secrets may be outputs. */
export type Given = Partial<
  Omit<KnownArgs, JudgedAsKnown | "processes" | "schedules"> &
    Pick<DjangoAppArgs, JudgedAsKnown> & {
      processes: Record<string, GivenProcess>;
      schedules: Record<string, GivenSchedule>;
      nomad: { region?: string };
    }
>;

export interface Rule {
  /**
   * The keys that it judges: while one of them has a problem of its own, or is an output, there is nothing to judge. `volumes.*`
   * means all that is inside; `postgres` alone means that it is there, whatever is wrong inside.
   */
  keys: readonly string[];
  problems(given: Given): Problem[];
}

/** What the rules say about the keys that can be judged by now. */
export function judged(rules: readonly Rule[], given: Given, sofar: readonly Problem[]): Problem[] {
  const later = laterIn(withoutSecrets(given, programKeys)).filter(
    ([path]) => !judgedAsKnown.some((key) => isWithin(path, key)) && !variablesOfProcess.test(path),
  );
  const spoilt = (key: string): boolean => {
    const whole = key.replace(/\.\*$/, "");
    const isAll = whole !== key;
    return (
      sofar.some((problem) => isWithin(whole, problem.key) || (isAll && isWithin(problem.key, whole))) ||
      later.some(
        ([path]) => isWithin(whole, path) || path.startsWith(`${whole}[`) || (isAll && isWithin(path, whole)),
      )
    );
  };
  return rules.filter(({ keys }) => !keys.some(spoilt)).flatMap((rule) => rule.problems(given));
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

/** The one problem, when there is one. */
export function when(wrong: boolean, key: string, message: string): Problem[] {
  return wrong ? [{ key, message }] : [];
}

/** Items that came before, each under the key that repeats it. */
export function repeated(items: readonly (string | undefined)[], key: (index: number) => string): Problem[] {
  return items.flatMap((item, index) => {
    const first = items.indexOf(item);
    return item === undefined || first === index
      ? []
      : [{ key: key(index), message: `"${item}" is already used by ${key(first)}: give each its own` }];
  });
}
