/** The whole job, as Nomad's API takes it. Pure: the same spec gives the same bytes. */
import type { AppSpec } from "./appSpec";
import { backupTask, backupVolume } from "./backup";
import { groupName } from "./names";
import { jobMeta } from "./ownerMeta";
import type { NomadJob } from "./nomadTypes";
import { placement, reschedulePolicy, restartPolicy } from "./placement";
import { processGroup } from "./processes";
import { renderService, usesConnect } from "./service";
import { stableJson, withoutUndefined } from "./stableJson";
import { type Transform, transformed } from "./transform";
import { failAtOnce, metaBlock, migrateTask, serverTask, shutdownDelay } from "./tasks";
import { updateStrategy } from "./update";
import { groupVolumes } from "./volumes";

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
        Update: updateStrategy(spec.update, spec.count),
        ...(connect ? { Services: [connect], ShutdownDelay: shutdownDelay(spec) } : {}),
        ...groupVolumes(spec.volumes, beforeMigrate ? backupVolume(beforeMigrate) : {}),
        Tasks: [
          migrateTask(spec),
          ...(beforeMigrate ? [backupTask(spec, beforeMigrate, failAtOnce)] : []),
          serverTask(spec),
        ],
      },
      ...(spec.processes ?? []).map((process) => processGroup(spec, process)),
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
