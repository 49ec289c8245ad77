/** How many instances of everything there are, and how many there may come to be. */
import { afterRolloutName, groupName, manageName } from "../jobspec";
import { defaults } from "./keys";

interface Instances {
  count?: number;
  scaling?: { min?: number; max: number };
}

interface ProcessInstances extends Instances {
  singleton?: boolean;
}

/** All of them are plain values. */
export interface CountArgs extends Instances {
  processes?: Record<string, ProcessInstances>;
  schedules?: Record<string, unknown>;
  afterRollout?: readonly unknown[];
  manage?: { enabled?: boolean };
}

/** Instances by the name of their group. */
export type Numbers = Readonly<Record<string, number>>;

/** @param registered what Nomad has: it counts for a group that is left to an autoscaler, within its limits. */
function instances({ count, scaling }: Instances, unset: number, registered?: number): number {
  if (count === 0 || !scaling) return count ?? unset;
  const { min = defaults.scaling.min, max } = scaling;
  return Math.min(max, Math.max(min, registered ?? count ?? unset));
}

function isSingleton({ singleton = defaults.processes.singleton }: ProcessInstances): boolean {
  return singleton;
}

/** Web servers. @param registered what Nomad has. */
export function webCount(args: CountArgs, registered: Numbers = {}): number {
  return instances(args, defaults.count, registered[groupName]);
}

function counts(
  { count = defaults.count, processes = {} }: CountArgs,
  ofSingletons: boolean,
  registered: Numbers = {},
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes)
      .filter(([, process]) => isSingleton(process) === ofSingletons)
      .map(([name, process]) => [
        name,
        count === 0 ? 0 : instances(process, defaults.processes.count, registered[name]),
      ]),
  );
}

/**
 * Instances of each process that is a group of the job, by its name. A parked application runs none.
 * @param registered what Nomad has.
 */
export function processCounts(args: CountArgs, registered: Numbers = {}): Record<string, number> {
  return counts(args, false, registered);
}

/** Instances of each process that is a job of its own because it may run only once: 0 or 1. */
export function singletonCounts(args: CountArgs): Record<string, number> {
  return counts(args, true);
}

/** Whether there is a job that runs commands once a release serves. */
export function runsAfterRollout({ afterRollout = [] }: CountArgs): boolean {
  return afterRollout.length > 0;
}

/** Names of what runs in jobs beside the application's own, in an order of their own. */
export function companionNames(args: CountArgs): string[] {
  const named = [...Object.keys(singletonCounts(args)), ...Object.keys(args.schedules ?? {})];
  return [...named, ...(hasManage(args) ? [manageName] : [])].sort();
}

/** Whether one-off commands have a job. */
export function hasManage({ manage }: Pick<CountArgs, "manage">): boolean {
  return manage?.enabled ?? defaults.manage.enabled;
}

/** Names of every job that follows the application's: the companions, and the one that runs commands. */
export function jobsBeside(args: CountArgs): string[] {
  return [...companionNames(args), ...(runsAfterRollout(args) ? [afterRolloutName] : [])];
}

/** The most instances of each group of the job: what an autoscaler may come to, or the number itself. */
export function mostInstances(args: CountArgs): Record<string, number> {
  const most = ({ scaling }: Instances, count: number): number => scaling?.max ?? count;
  const processes = Object.entries(processCounts(args));
  return {
    [groupName]: most(args, webCount(args)),
    ...Object.fromEntries(
      processes.map(([name, count]) => [name, most(args.processes?.[name] ?? {}, count)]),
    ),
  };
}

/** Instances beside the web server that may run at the same time, in whatever job. A parked application runs none. */
export function instancesBeside(args: CountArgs): number {
  const { [groupName]: _web, ...processes } = mostInstances(args);
  const running = [...Object.values(processes), ...Object.values(singletonCounts(args))];
  const schedules = args.count === 0 ? 0 : Object.keys(args.schedules ?? {}).length;
  return running.reduce((sum, one) => sum + one, schedules);
}

/** Instances that may run at the same time, the web servers included. */
export function mostAtOnce(args: CountArgs): number {
  return mostInstances(args)[groupName] + instancesBeside(args);
}

/** Groups whose number an autoscaler sets; none of a parked application, and none that is stopped by `count` 0. */
export function scaledGroups({ count, scaling, processes = {} }: CountArgs): string[] {
  if (count === 0) return [];
  const isScaled = (one: ProcessInstances): boolean =>
    one.scaling !== undefined && one.count !== 0 && !isSingleton(one);
  return [
    ...(scaling ? [groupName] : []),
    ...Object.entries(processes).flatMap(([name, process]) => (isScaled(process) ? [name] : [])),
  ];
}
