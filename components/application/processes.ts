/** What runs beside the web server: from its arguments to what task groups and jobs are built from. */
import { defaults, type KnownArgs } from "../arguments/keys";
import { type Numbers, processCounts, scaledGroups, singletonCounts } from "../arguments/processCounts";
import {
  follower,
  limitedCommand,
  migratorPrefix,
  type RenderedGate,
  renderManage,
  roleMeta,
  wordsFile,
} from "../gate";
import { scalingSpec } from "./scaling";
import {
  checkServiceName,
  type LaunchSpec,
  type ManageSpec,
  type ProcessCheckSpec,
  type ProcessSpec,
  type ScheduleSpec,
  seconds,
} from "../jobspec";

type Processes = NonNullable<KnownArgs["processes"]>;
type CheckArgs = NonNullable<Processes[string]["check"]>;

/** Everything that runs beside the web server; a kind without any is undefined. */
export function besideSpecs(
  args: KnownArgs,
  { jobName, numbers }: { jobName: string; numbers?: Numbers },
  gate: RenderedGate,
): Record<"processes" | "singletons", ProcessSpec[] | undefined> & { schedules: ScheduleSpec[] | undefined } {
  return {
    processes: processSpecs(args, processCounts(args, numbers), jobName, gate),
    singletons: processSpecs(args, singletonCounts(args), jobName, gate),
    schedules: scheduleSpecs(args),
  };
}

/** Sorted by name: the order in a config makes no difference. */
function processSpecs(
  args: KnownArgs,
  counts: Readonly<Record<string, number>>,
  jobName: string,
  gate: RenderedGate,
): ProcessSpec[] | undefined {
  const names = Object.keys(counts).sort();
  if (names.length === 0) return undefined;
  const scaled = scaledGroups(args);
  const spec = (name: string, process: Processes[string]): ProcessSpec => ({
    name,
    command: process.command,
    count: counts[name],
    scaling: scaled.includes(name) ? scalingSpec(process.scaling, defaults.processes.scaling) : undefined,
    env: process.envVars ?? {},
    resources: { ...defaults.processes.resources, ...process.resources },
    killTimeout: process.killTimeout,
    killSignal: process.killSignal,
    check: process.check && checkSpec(process.check, name, jobName, args),
    gate: follower(gate),
  });
  return names.map((name) => spec(name, (args.processes ?? {})[name]));
}

function scheduleSpecs(args: KnownArgs): ScheduleSpec[] | undefined {
  const { schedules = {} } = args;
  const names = Object.keys(schedules).sort();
  if (names.length === 0) return undefined;
  return names.map((name) => {
    const { command, cron, timeZone, overlap, timeout, envVars, resources } = schedules[name];
    return {
      ...{ name, command, cron },
      launch: timeout === undefined ? undefined : launchOf(args, command, seconds(timeout)),
      timeZone: timeZone ?? defaults.schedules.timeZone,
      overlap: overlap ?? defaults.schedules.overlap,
      env: envVars ?? {},
      resources: { ...defaults.schedules.resources, ...resources },
    };
  });
}

/** A command with a time limit is started by a program that enforces it. */
function launchOf(args: KnownArgs, command: readonly string[], limit: number): LaunchSpec {
  const { manageCommand = defaults.manageCommand, entrypoint = [], migrateEntrypoint } = args;
  // The container starts with the migrate task's entrypoint; where that is another, the command needs its own.
  const own = migrateEntrypoint === undefined ? [] : entrypoint;
  return limitedCommand(manageCommand, { words: [...own, ...command], limit });
}

/** How one-off commands run. */
export function manageSpec({ manage, manageCommand }: KnownArgs): ManageSpec {
  return {
    launch: renderManage(manageCommand ?? defaults.manageCommand),
    ...{ migratorPrefix, roleMeta, wordsFile },
    resources: { ...defaults.manage.resources, ...manage?.resources },
  };
}

function checkSpec(
  check: CheckArgs,
  name: string,
  jobName: string,
  { httpService }: Pick<KnownArgs, "httpService">,
): ProcessCheckSpec {
  return {
    ...defaults.processes.check,
    ...check,
    serviceName: checkServiceName(jobName, name),
    serviceProvider: httpService?.serviceProvider ?? defaults.httpService.serviceProvider,
  };
}
