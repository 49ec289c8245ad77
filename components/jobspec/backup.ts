/** Dumps of the database: the task beside `migrate`, and the job that makes them on a schedule. */
import type { AppSpec, BackupSpec } from "./appSpec";
import { backupTaskName, groupName } from "./names";
import { ownerMeta } from "./ownerMeta";
import type { PeriodicJob, RestartPolicy, Task, TaskGroup, Template } from "./nomadTypes";
import { placement } from "./placement";
import {
  backupSecretsPath,
  registryPasswordName,
  scheduledBackupPath,
  secretsPath,
  secretsTemplate,
} from "./secrets";
import { withoutUndefined } from "./stableJson";
import { dockerConfig, fileTemplates, once } from "./tasks";

const second = 1e9;
const folder = "/backups";
const scriptPath = "local/backup.sh";
/** Name of the volume within the job. */
export const backupVolumeName = "django-nomad-backups";

type Kind = "before-migration" | "scheduled";

/** Nomad job id of the scheduled backups. */
export function backupJobName(jobName: string): string {
  return `${jobName}-backup`;
}

/** What libpq and the script read of the application's environment, as the migrations have it. */
function connection({ env, migrateEnv }: AppSpec): Record<string, string> {
  const all = Object.entries({ POSTGRES_PORT: "5432", ...env, ...migrateEnv });
  return Object.fromEntries(all.filter(([name]) => /^(POSTGRES_|PG[A-Z]+$)/.test(name)));
}

/** The migrating role's password, unless it is an ordinary variable, and the registry's password. */
function secretTemplates(spec: AppSpec, { registryAuth }: BackupSpec, kind: Kind): Template[] {
  const { jobName, secrets } = spec;
  const password = "POSTGRES_PASSWORD" in connection(spec) ? [] : ["POSTGRES_PASSWORD"];
  const registry = registryAuth ? [registryPasswordName] : [];
  const read = (path: string, names: string[], file: string): Template[] =>
    names.length > 0 ? [{ ...secretsTemplate({ path, names }), DestPath: `secrets/${file}` }] : [];
  if (kind === "scheduled") return read(scheduledBackupPath(jobName), [...password, ...registry], "env");
  const path = secretsPath(jobName);
  if (!secrets?.migrate) return read(path, [...password, ...registry], "env");
  // The common variable has the password of the application's role.
  return [...read(path, registry, "registry_env"), ...read(backupSecretsPath(jobName), password, "env")];
}

function task(spec: AppSpec, backup: BackupSpec, kind: Kind): Task {
  const files = [...(spec.files ?? []), { path: scriptPath, content: backup.script }];
  return {
    Name: backupTaskName,
    Driver: "docker",
    Config: {
      ...dockerConfig({ ...backup, networkMode: spec.networkMode }),
      entrypoint: ["sh", `/${scriptPath}`],
    },
    Env: {
      ...connection(spec),
      BACKUP_KIND: kind,
      BACKUP_JOB: spec.jobName,
      BACKUP_STACK: spec.owner?.split("/").at(-1) ?? "",
      BACKUP_KEEP: String(backup.keep),
    },
    Templates: once([...secretTemplates(spec, backup, kind), ...fileTemplates(files)]),
    VolumeMounts: [{ Volume: backupVolumeName, Destination: folder, ReadOnly: false }],
    Resources: { CPU: backup.resources.cpu, MemoryMB: backup.resources.memory },
  };
}

/** Waits until the gate requests a dump, and ends when the gate does: Nomad stops one when the other fails. */
export function backupTask(spec: AppSpec, backup: BackupSpec, restart: RestartPolicy): Task {
  return {
    ...task(spec, backup, "before-migration"),
    Lifecycle: { Hook: "prestart", Sidecar: false },
    RestartPolicy: restart,
    // Its shell has nothing to tidy up, and the gate's end should not wait for it.
    KillTimeout: second,
  };
}

/** The group's request for the volume of the dumps. */
export function backupVolume({ volume }: BackupSpec): NonNullable<TaskGroup["Volumes"]> {
  return {
    [backupVolumeName]: {
      Name: backupVolumeName,
      Type: "host",
      Source: volume,
      ReadOnly: false,
      // Of a dynamic one: a canary needs it beside the instance that runs.
      AccessMode: "single-node-multi-writer",
      AttachmentMode: "file-system",
    },
  };
}

/** The periodic job; undefined without a schedule. */
export function buildBackupJob(spec: AppSpec): PeriodicJob | undefined {
  const { backup } = spec;
  if (!backup?.schedule) return undefined;
  const id = backupJobName(spec.jobName);
  return withoutUndefined<PeriodicJob>({
    ID: id,
    Name: id,
    Type: "batch",
    ...placement(spec),
    ...(spec.owner === undefined ? {} : { Meta: ownerMeta(spec) }),
    Periodic: {
      Enabled: true,
      SpecType: "cron",
      Specs: [backup.schedule],
      TimeZone: backup.timeZone,
      ProhibitOverlap: true,
    },
    TaskGroups: [
      {
        Name: groupName,
        Count: 1,
        // A database that is being restarted at that minute should not cost the day's backup.
        RestartPolicy: { Attempts: 3, Delay: 60 * second, Interval: 1800 * second, Mode: "fail" },
        Volumes: backupVolume(backup),
        Tasks: [task(spec, backup, "scheduled")],
      },
    ],
  });
}
