import type { ConfigArgs } from "./configArgs";
import { defaults } from "./keys";

/** Instances of each process, by its name. A parked application runs none. */
export function processCounts({
  count = defaults.count,
  processes = {},
}: Pick<ConfigArgs, "count" | "processes">): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, process]) => [
      name,
      count === 0 ? 0 : (process.count ?? defaults.processes.count),
    ]),
  );
}
