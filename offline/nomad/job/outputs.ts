import { type Properties, type PropertyValue, Unknown } from "../../host/types";
import { type Constraint, type Job, type TaskGroup, type UpdateStrategy } from "./api";

/** Nomad's defaults for an `update` block that leaves something out. */
const DEFAULT_UPDATE: Required<UpdateStrategy> = {
  Stagger: 30e9,
  MaxParallel: 1,
  HealthCheck: "checks",
  MinHealthyTime: 10e9,
  HealthyDeadline: 300e9,
  AutoRevert: false,
  Canary: 0,
};

/** The options of the resource, as its outputs repeat them. */
export function optionOutputs(inputs: Properties): Properties {
  return {
    deregisterOnDestroy: inputs.deregisterOnDestroy ?? true,
    deregisterOnIdChange: inputs.deregisterOnIdChange ?? true,
    detach: inputs.detach ?? true,
    hcl2: inputs.hcl2 ?? null,
    jobspec: inputs.jobspec ?? null,
    json: inputs.json ?? null,
    policyOverride: inputs.policyOverride ?? null,
    preserveCounts: inputs.preserveCounts ?? false,
    purgeOnDestroy: inputs.purgeOnDestroy ?? null,
    readAllocationIds: inputs.readAllocationIds ?? false,
    rerunIfDead: inputs.rerunIfDead ?? false,
  };
}

/** What Nomad says of a registered job. */
export function jobOutputs(job: Job): Properties {
  return {
    ...specOutputs(job),
    id: job.ID,
    allAtOnce: job.AllAtOnce ?? false,
    constraints: (job.Constraints ?? []).map(constraint),
    createIndex: job.CreateIndex ?? 0,
    modifyIndex: String(job.JobModifyIndex ?? 0),
    namespace: job.Namespace ?? "default",
    parentId: job.ParentID ?? "",
    periodicConfigs: periodicConfigs(job),
    priority: job.Priority ?? 50,
    region: job.Region ?? "global",
    stable: job.Stable ?? false,
    status: job.Status ?? "",
    statusDescription: job.StatusDescription ?? "",
    stop: job.Stop ?? false,
    submitTime: job.SubmitTime ?? "0",
    updateStrategies: job.Update ? [updateStrategy(job.Update)] : [],
    version: job.Version ?? 0,
  };
}

/** What a jobspec alone tells, before it is registered. */
export function specOutputs(job: Job): Properties {
  const type = job.Type ?? "service";
  return {
    name: job.Name ?? job.ID,
    type,
    datacenters: job.Datacenters ?? ["*"],
    taskGroups: (job.TaskGroups ?? []).map((group) => taskGroup(group, mergedUpdate(job, group))),
  };
}

/** All that only Nomad can tell of a job that does not exist yet. */
export function unknownOutputs(): Properties {
  const names = [
    "id",
    "allAtOnce",
    "allocationIds",
    "constraints",
    "createIndex",
    "datacenters",
    "deploymentId",
  ];
  names.push(
    "deploymentStatus",
    "modifyIndex",
    "name",
    "namespace",
    "parentId",
    "periodicConfigs",
    "priority",
  );
  names.push("region", "stable", "status", "statusDescription", "stop", "submitTime", "taskGroups", "type");
  names.push("updateStrategies", "version");
  return Object.fromEntries(names.map((name) => [name, Unknown.instance]));
}

/** A duration as Go prints it: 300000000000 is "5m0s". */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor(nanoseconds / 60e9) % 60;
  const seconds = (nanoseconds % 60e9) / 1e9;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** The group's own `update` on top of the job's, on top of the defaults, as Nomad merges them. */
function mergedUpdate(job: Job, group: TaskGroup): UpdateStrategy | undefined {
  const registered = job.CreateIndex !== undefined;
  if (registered) return group.Update ?? undefined;
  const isService = (job.Type ?? "service") === "service";
  const jobUpdate = job.Update ?? (isService ? DEFAULT_UPDATE : undefined);
  if (jobUpdate === undefined && !group.Update) return undefined;
  return { ...DEFAULT_UPDATE, ...jobUpdate, ...group.Update };
}

function taskGroup(group: TaskGroup, update: UpdateStrategy | undefined): PropertyValue {
  return {
    name: group.Name,
    count: group.Count ?? 1,
    meta: group.Meta ?? {},
    tasks: (group.Tasks ?? []).map((task) => ({
      name: task.Name,
      driver: task.Driver,
      meta: task.Meta ?? {},
      volumeMounts: (task.VolumeMounts ?? []).map((mount) => ({
        destination: mount.Destination,
        readOnly: mount.ReadOnly ?? false,
        volume: mount.Volume,
      })),
    })),
    updateStrategies: update === undefined ? [] : [updateStrategy(update)],
    volumes: Object.entries(group.Volumes ?? {}).map(([name, volume]) => ({
      name: volume.Name ?? name,
      readOnly: volume.ReadOnly ?? false,
      source: volume.Source,
      type: volume.Type,
    })),
  };
}

function updateStrategy(update: UpdateStrategy): PropertyValue {
  return {
    autoRevert: update.AutoRevert ?? false,
    canary: update.Canary ?? 0,
    healthCheck: update.HealthCheck ?? "",
    healthyDeadline: goDuration(update.HealthyDeadline ?? 0),
    maxParallel: update.MaxParallel ?? 0,
    minHealthyTime: goDuration(update.MinHealthyTime ?? 0),
    stagger: goDuration(update.Stagger ?? 0),
  };
}

function constraint({ LTarget, Operand, RTarget }: Constraint): PropertyValue {
  return { ltarget: LTarget ?? "", operand: Operand ?? "", rtarget: RTarget ?? "" };
}

function periodicConfigs({ Periodic }: Job): PropertyValue[] {
  if (!Periodic) return [];
  return [
    {
      enabled: Periodic.Enabled,
      prohibitOverlap: Periodic.ProhibitOverlap,
      spec: Periodic.Spec,
      specType: Periodic.SpecType,
      timezone: Periodic.TimeZone,
    },
  ];
}
