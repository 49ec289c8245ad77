/** Rules look at several arguments together. */
import type { DjangoAppArgs } from "./djangoAppArgs";
import type { Problem } from "./problem";

/** What was read of the arguments; what could not be read is not there. */
export type Given = Partial<DjangoAppArgs>;

export interface Rule {
  /**
   * The keys that it judges: while one of them has a problem of its own there is nothing to judge. `volumes.*`
   * means all that is inside; `postgres` alone means that it is there, whatever is wrong inside.
   */
  keys: readonly string[];
  problems(given: Given): Problem[];
}

/** What the rules say, as far as their keys can be judged. */
export function judged(rules: readonly Rule[], given: Given, sofar: readonly Problem[]): Problem[] {
  const spoilt = (key: string): boolean => {
    const whole = key.replace(/\.\*$/, "");
    return sofar.some(
      (problem) => isWithin(whole, problem.key) || (whole !== key && isWithin(problem.key, whole)),
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
