/**
 * Jobs beside the application's own, which are registered once a release serves: singletons and
 * schedules. Pure.
 */
import { attemptMetaKey, servedMetaKey } from "./names";
import type { AppSpec, ResourcesSpec } from "./appSpec";
import { seconds } from "./duration";
import { jobMeta } from "./ownerMeta";
import type {
  DockerConfig,
  BatchGroup,
  NomadJob,
  PeriodicJob,
  Task,
  TaskGroup,
  UpdateStrategy,
} from "./nomadTypes";
import { placement } from "./placement";
import { meshOf, processGroup } from "./processes";
import type { LaunchSpec, ProcessSpec, ScheduleSpec } from "./processSpec";
import { secretsPath } from "./secrets";
import { withoutUndefined } from "./stableJson";
import {
  commandLine,
  dockerConfig,
  envBlock,
  logConfig,
  metaBlock,
  migrateEntrypoint,
  programLine,
  resources,
  withoutGate,
} from "./tasks";
import { updateStrategy } from "./update";
import { groupVolumes, volumeMounts } from "./volumes";

const second = 1e9;

/**
 * A client that the servers don't hear of stops the instance itself, and the servers start another one only after that time
 * and the time that a stop may take. Nomad before 1.8 knows no such block and drops it.
 */
const cutOff: TaskGroup["Disconnect"] = { StopOnClientAfter: 60 * second };

/** Nomad job id of a companion. */
export function companionJobName(jobName: string, companion: string): string {
  return `${jobName}-${companion}`;
}

/** The application as a companion has it: an allocation reads the variables of its own job alone. */
export function companionSpec(spec: AppSpec, companion: string): AppSpec {
  const jobName = companionJobName(spec.jobName, companion);
  const secrets = spec.secrets && { ...spec.secrets, path: secretsPath(jobName) };
  return { ...spec, jobName, secrets };
}

/** What every companion has of the application's job. @param spec as {@link companionSpec} made it. */
export function companionHead(
  spec: AppSpec,
): Pick<NomadJob, "ID" | "Name" | "Meta"> & ReturnType<typeof placement> {
  const served: Record<string, string> =
    spec.servedAs === undefined ? {} : { [servedMetaKey]: spec.servedAs };
  return {
    ...{ ID: spec.jobName, Name: spec.jobName },
    ...placement(spec),
    ...jobMeta({ ...spec, jobMeta: { ...spec.jobMeta, ...served } }),
  };
}

/** What a task without a gate runs. */
export interface CompanionTask {
  name: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  resources: ResourcesSpec;
}

/** The group of a companion that runs to its end: no gate stands in front of it. */
export function batchGroup(
  spec: AppSpec,
  { name, command, env, resources: own }: CompanionTask,
  policies: Pick<BatchGroup, "RestartPolicy" | "ReschedulePolicy">,
  launch?: LaunchSpec,
): BatchGroup {
  const runs: DockerConfig = launch
    ? { ...dockerConfig({ ...spec, entrypoint: migrateEntrypoint(spec) }), ...programLine(launch) }
    : { ...dockerConfig(spec), ...commandLine(command) };
  const task: Task = {
    Name: name,
    Driver: "docker",
    Config: runs,
    ...envBlock({ ...spec.env, ...env }),
    ...withoutGate(spec),
    ...volumeMounts("server", spec.volumes),
    ...logConfig(spec),
    Resources: resources(own),
  };
  return {
    Name: name,
    Count: 1,
    ...metaBlock(spec),
    ...meshOf(spec, name),
    ...policies,
    ...groupVolumes(spec.volumes),
    Tasks: [task],
  };
}

/** One allocation after the other: none begins before the one that it replaces has ended. */
function oneAtATime(spec: AppSpec, { count, killTimeout = "5s" }: ProcessSpec): UpdateStrategy {
  const update = updateStrategy(spec.update, { count });
  // The new allocation's time begins while the old one still has its own to end.
  const stopping = Math.ceil(seconds(killTimeout)) * second;
  return {
    ...update,
    MaxParallel: 1,
    Canary: 0,
    AutoPromote: false,
    HealthyDeadline: update.HealthyDeadline + stopping,
    ProgressDeadline: update.ProgressDeadline + stopping,
  };
}

/**
 * The job of a process that may run only once.
 * @param spec the application's.
 * @param attempt another one than before replaces an allocation that would stay as it is.
 */
export function buildSingleton(spec: AppSpec, process: ProcessSpec, attempt?: string): NomadJob {
  const own = companionSpec(spec, process.name);
  const group = processGroup(own, process);
  const mark = attempt === undefined ? {} : { Meta: { ...group.Meta, [attemptMetaKey]: attempt } };
  return withoutUndefined<NomadJob>({
    ...companionHead(own),
    Type: "service",
    TaskGroups: [{ ...group, ...mark, Update: oneAtATime(spec, process), Disconnect: cutOff }],
  });
}

/** The periodic job of a schedule. @param spec the application's. */
export function buildSchedule(spec: AppSpec, schedule: ScheduleSpec): PeriodicJob {
  const own = companionSpec(spec, schedule.name);
  return withoutUndefined<PeriodicJob>({
    ...companionHead(own),
    Type: "batch",
    Periodic: {
      // A parked application runs nothing.
      Enabled: spec.count > 0,
      SpecType: "cron",
      Specs: [schedule.cron],
      TimeZone: schedule.timeZone,
      ProhibitOverlap: !schedule.overlap,
    },
    TaskGroups: [
      batchGroup(
        own,
        schedule,
        // A run that fails is not tried again: the next one comes at its time. A run whose node is lost or drained begins
        // again elsewhere: Nomad replaces its allocation whatever these policies say.
        {
          RestartPolicy: { Attempts: 0, Delay: 15 * second, Interval: 24 * 3600 * second, Mode: "fail" },
          ReschedulePolicy: { Attempts: 0, Unlimited: false },
        },
        schedule.launch,
      ),
    ],
  });
}
