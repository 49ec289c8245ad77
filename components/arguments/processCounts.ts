/** How many instances of what run beside the web server. */
import { defaults } from "./keys";

/** All of them are plain values. */
export interface CountArgs {
  count?: number;
  processes?: Record<string, { count?: number; singleton?: boolean }>;
  schedules?: Record<string, unknown>;
}

function counts({ count = defaults.count, processes = {} }: CountArgs, ofSingletons: boolean) {
  return Object.fromEntries(
    Object.entries(processes)
      .filter(([, { singleton = defaults.processes.singleton }]) => singleton === ofSingletons)
      .map(([name, process]) => [name, count === 0 ? 0 : (process.count ?? defaults.processes.count)]),
  );
}

/** Instances of each process that is a group of the job, by its name. A parked application runs none. */
export function processCounts(args: CountArgs): Record<string, number> {
  return counts(args, false);
}

/** Instances of each process that is a job of its own because it may run only once: 0 or 1. */
export function singletonCounts(args: CountArgs): Record<string, number> {
  return counts(args, true);
}

/** Names of what runs in jobs beside the application's own, in an order of their own. */
export function companionNames(args: CountArgs): string[] {
  return [...Object.keys(singletonCounts(args)), ...Object.keys(args.schedules ?? {})].sort();
}

/** Instances beside the web server that may run at the same time, in whatever job. A parked application runs none. */
export function instancesBeside(args: CountArgs): number {
  const { count = defaults.count, schedules = {} } = args;
  const running = [...Object.values(processCounts(args)), ...Object.values(singletonCounts(args))];
  return running.reduce((sum, one) => sum + one, count === 0 ? 0 : Object.keys(schedules).length);
}
