/** How many instances each group of the job has, and how many it may come to have. */
import { groupName } from "../jobspec";
import { defaults } from "./keys";

interface Instances {
  count?: number;
  scaling?: { min?: number; max: number };
}

/** All of them are plain values. */
export interface CountArgs extends Instances {
  processes?: Record<string, Instances>;
}

/** Instances by the name of their group. */
export type Numbers = Readonly<Record<string, number>>;

/** @param registered what Nomad has: it counts for a group that is left to an autoscaler, within its limits. */
function instances({ count, scaling }: Instances, unset: number, registered?: number): number {
  if (count === 0 || !scaling) return count ?? unset;
  const { min = defaults.scaling.min, max } = scaling;
  return Math.min(max, Math.max(min, registered ?? count ?? unset));
}

/** Web servers. @param registered what Nomad has. */
export function webCount(args: CountArgs, registered: Numbers = {}): number {
  return instances(args, defaults.count, registered[groupName]);
}

/** Instances of each process, by its name. A parked application runs none. @param registered what Nomad has. */
export function processCounts(
  { count = defaults.count, processes = {} }: CountArgs,
  registered: Numbers = {},
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, process]) => [
      name,
      count === 0 ? 0 : instances(process, defaults.processes.count, registered[name]),
    ]),
  );
}

/** The most instances of each group: what an autoscaler may come to, or the number itself. */
export function mostInstances(args: CountArgs): Record<string, number> {
  const processes = Object.entries(args.processes ?? {});
  const largest = ({ scaling }: Instances, number: number): number => scaling?.max ?? number;
  const counts = processCounts(args);
  return {
    [groupName]: largest(args, webCount(args)),
    ...Object.fromEntries(processes.map(([name, process]) => [name, largest(process, counts[name])])),
  };
}

/** Groups whose number an autoscaler sets; none of a parked application, and none that is stopped by `count` 0. */
export function scaledGroups({ count, scaling, processes = {} }: CountArgs): string[] {
  if (count === 0) return [];
  const isScaled = (one: Instances): boolean => one.scaling !== undefined && one.count !== 0;
  return [
    ...(scaling ? [groupName] : []),
    ...Object.entries(processes).flatMap(([name, process]) => (isScaled(process) ? [name] : [])),
  ];
}
