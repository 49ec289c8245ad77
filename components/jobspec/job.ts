/** The whole job, as Nomad's API takes it. Pure: the same spec gives the same bytes. */
import type { AppSpec, UpdateSpec } from "./appSpec";
import { backupTask, backupVolume } from "./backup";
import { nanoseconds } from "./duration";
import { groupName } from "./names";
import { ownerMeta } from "./ownerMeta";
import type { NomadJob, UpdateStrategy } from "./nomadTypes";
import { placement, reschedulePolicy, restartPolicy } from "./placement";
import { renderService, usesConnect } from "./service";
import { stableJson, withoutUndefined } from "./stableJson";
import { type Transform, transformed } from "./transform";
import { failAtOnce, migrateTask, serverTask, shutdownDelay } from "./tasks";
import { groupVolumes } from "./volumes";

const second = 1e9;

function canaries(update: UpdateSpec, count: number): number {
  switch (update.strategy) {
    case "canary":
      return 1;
    case "blue-green":
      // Of a parked application none is started, but Nomad promotes nothing by itself without a canary.
      return Math.max(1, count);
    case "rolling":
    case "recreate":
      return 0;
  }
}

function updateStrategy(spec: AppSpec): UpdateStrategy {
  const { update } = spec;
  const canary = canaries(update, spec.count);
  return {
    // All at once: no old instance is left to serve beside a new one.
    MaxParallel: update.strategy === "recreate" ? Math.max(1, spec.count) : update.maxParallel,
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

/** Its change replaces every allocation, so that a changed secret is a rollout. */
function metaBlock({ secrets }: AppSpec): { Meta?: Record<string, string> } {
  return secrets ? { Meta: { secrets_fingerprint: secrets.fingerprint } } : {};
}

/** Texts of the whole job: the user's, and whose job it is. A change replaces every allocation. */
function jobMeta(spec: AppSpec): { Meta?: Record<string, string> } {
  const all = { ...spec.jobMeta, ...ownerMeta(spec) };
  return Object.keys(all).length > 0 ? { Meta: all } : {};
}

/** The job of an application. */
export function buildJob(spec: AppSpec): NomadJob {
  const connect = spec.service && usesConnect(spec.service) ? renderService(spec, spec.service) : undefined;
  const beforeMigrate = spec.backup?.beforeMigrate ? spec.backup : undefined;
  return withoutUndefined<NomadJob>({
    ID: spec.jobName,
    Name: spec.jobName,
    Type: "service",
    ...placement(spec),
    ...jobMeta(spec),
    ...(spec.description === undefined ? {} : { UI: { Description: spec.description } }),
    TaskGroups: [
      {
        Name: groupName,
        Count: spec.count,
        ...metaBlock(spec),
        Networks: [
          { Mode: connect ? "bridge" : "host", DynamicPorts: [{ Label: spec.portLabel, To: spec.port }] },
        ],
        RestartPolicy: restartPolicy(spec.restart),
        ...(spec.reschedule ? { ReschedulePolicy: reschedulePolicy(spec.reschedule) } : {}),
        Update: updateStrategy(spec),
        ...(connect ? { Services: [connect], ShutdownDelay: shutdownDelay(spec) } : {}),
        ...groupVolumes(spec.volumes, beforeMigrate ? backupVolume(beforeMigrate) : {}),
        Tasks: [
          migrateTask(spec),
          ...(beforeMigrate ? [backupTask(spec, beforeMigrate, failAtOnce)] : []),
          serverTask(spec),
        ],
      },
    ],
  });
}

/**
 * The jobspec text for `nomad.Job` with `json: true`.
 * @throws {RangeError} that names what is wrong with the job that the transform gave back.
 */
export function renderJobspec(spec: AppSpec, transform?: Transform): string {
  const built = buildJob(spec);
  if (!transform) return stableJson({ Job: built });
  const { job, problems } = transformed(built, transform);
  if (problems.length > 0) throw new RangeError(problems.join("; "));
  return stableJson({ Job: job });
}
