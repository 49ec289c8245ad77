/** Rules about numbers that an autoscaler sets. */
import { defaults } from "./keys";
import type { Problem } from "./problem";
import { type Rule, when } from "./rule";

interface Scaled {
  count?: number;
  scaling?: { min?: number; max: number };
}

/** @param prefix of the group's keys, such as `processes.worker.`. @param stops what `count` 0 does. */
function ofGroup({ count, scaling }: Scaled, prefix: string, stops: string): Problem[] {
  if (!scaling) return [];
  const { min = defaults.scaling.min, max } = scaling;
  if (min > max) {
    const shown = scaling.min === undefined ? `${min} unless you set it` : String(min);
    return when(
      true,
      `${prefix}scaling.min`,
      `is ${shown}, more than ${prefix}scaling.max (${max}): lower it, or raise the other`,
    );
  }
  return when(
    count !== undefined && count !== 0 && (count < min || count > max),
    `${prefix}count`,
    `is ${count}, but ${prefix}scaling allows ${min} to ${max}: it is the number to begin with. Choose one of these, leave ` +
      `it out, or set 0, which ${stops}`,
  );
}

export const scalingRules: Rule[] = [
  { keys: ["count", "scaling.*"], problems: (given) => ofGroup(given, "", "parks the application") },
  {
    keys: ["processes.*"],
    problems: ({ processes = {} }) =>
      Object.entries(processes).flatMap(([name, process]) =>
        ofGroup(process, `processes.${name}.`, "stops the process"),
      ),
  },
];
