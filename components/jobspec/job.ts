/** The whole job, as Nomad's API takes it. Pure: the same spec gives the same bytes. */
import type { AppSpec, UpdateSpec } from "./appSpec";
import { nanoseconds } from "./duration";
import type { NomadJob, UpdateStrategy } from "./nomadTypes";
import { renderService, usesConnect } from "./service";
import { stableJson } from "./stableJson";
import { migrateTask, serverTask } from "./tasks";

const second = 1e9;

/** The one task group of the job. */
export const groupName = "app";

function canaries(update: UpdateSpec, count: number): number {
  switch (update.strategy) {
    case "canary":
      return 1;
    case "blue-green":
      return count;
    case "rolling":
    case "recreate":
      return 0;
  }
}

function updateStrategy(spec: AppSpec): UpdateStrategy {
  const { update } = spec;
  const canary = canaries(update, spec.count);
  return {
    MaxParallel: update.strategy === "recreate" ? spec.count : update.maxParallel,
    Canary: canary,
    AutoPromote: canary > 0,
    // Nomad would go back to the version that "recreate" has stopped: a job that does not run.
    AutoRevert: update.autoRevert && update.strategy !== "recreate",
    HealthCheck: "checks",
    MinHealthyTime: nanoseconds(update.minHealthyTime),
    HealthyDeadline: update.healthyDeadline * second,
    ProgressDeadline: update.progressDeadline * second,
  };
}

function metaBlock({ meta, secrets }: AppSpec): { Meta?: Record<string, string> } {
  const all = { ...meta, ...(secrets ? { secrets_fingerprint: secrets.fingerprint } : {}) };
  return Object.keys(all).length > 0 ? { Meta: all } : {};
}

/** The job of an application. */
export function buildJob(spec: AppSpec): NomadJob {
  const connect = spec.service && usesConnect(spec.service) ? renderService(spec, spec.service) : undefined;
  return {
    ID: spec.jobName,
    Name: spec.jobName,
    Type: "service",
    ...(spec.namespace === undefined ? {} : { Namespace: spec.namespace }),
    ...(spec.region === undefined ? {} : { Region: spec.region }),
    Datacenters: [...spec.datacenters],
    ...(spec.description === undefined ? {} : { UI: { Description: spec.description } }),
    TaskGroups: [
      {
        Name: groupName,
        Count: spec.count,
        ...metaBlock(spec),
        Networks: [
          { Mode: connect ? "bridge" : "host", DynamicPorts: [{ Label: spec.portLabel, To: spec.port }] },
        ],
        RestartPolicy: { Attempts: 2, Delay: 15 * second, Interval: 1800 * second, Mode: "fail" },
        Update: updateStrategy(spec),
        ...(connect ? { Services: [connect] } : {}),
        Tasks: [migrateTask(spec), serverTask(spec)],
      },
    ],
  };
}

/** The jobspec text for `nomad.Job` with `json: true`. */
export function renderJobspec(spec: AppSpec): string {
  return stableJson({ Job: buildJob(spec) });
}
