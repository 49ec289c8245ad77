import { defaults } from "./keys";

/** All of them are plain values. */
export interface CountArgs {
  count?: number;
  processes?: Record<string, { count?: number }>;
}

/** Instances of each process, by its name. A parked application runs none. */
export function processCounts({ count = defaults.count, processes = {} }: CountArgs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, process]) => [
      name,
      count === 0 ? 0 : (process.count ?? defaults.processes.count),
    ]),
  );
}
