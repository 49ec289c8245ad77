/** What Pulumi keeps for backups beside the application: the passwords' variables and the job of the schedule. */
import type * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { hasScheduledSecrets } from "../arguments/environmentRules";
import { adoptionHooks, type AdoptionHooks } from "../guards/adoption";
import { unmadeOwner } from "../guards/owner";
import {
  backupJobName,
  backupSecretsPath,
  backupTaskName,
  companionText,
  registryPasswordName,
  scheduledBackupPath,
} from "../jobspec";
import type { Application } from "./application";
import { createBatchJob } from "./batchJob";
import { companionJob } from "./companionJobs";
import { changeOf } from "./companionSpecs";
import type { AppSecrets } from "./djangoAppSecrets";
import { appSpec } from "./djangoAppSpec";
import { scheduledBackupSuffix } from "./nomadNames";
import { createVariable } from "./nomadResources";
import { protection } from "./protection";
import { migratorsSecrets } from "./secretCopies";

/** Secrets as the migrate task has them, where the task of one job alone may read them. */
function createSecrets(
  app: Application,
  secrets: AppSecrets,
  names: string[],
  { name, path }: { name: string; path: string },
  hooks: AdoptionHooks,
): nomad.Variable {
  const items = migratorsSecrets(secrets, names);
  return createVariable(app, name, { path, items, source: "backups" }, hooks);
}

/** For the task beside `migrate`, if the common variable holds another role's password: the application's. */
export function createBackupVariables(app: Application, secrets: AppSecrets): nomad.Variable[] {
  const { name, jobName, args } = app;
  if (!args.backupBeforeMigrate || !secrets.migrate) return [];
  const own = { name: `${name}-backup-secrets`, path: backupSecretsPath(jobName) };
  return [createSecrets(app, secrets, ["POSTGRES_PASSWORD"], own, app.adoptionHooks)];
}

/** The periodic job's text; its secrets are in a variable of its own. */
function renderJob(app: Application): pulumi.Output<string> {
  const { jobName, known, owner } = app;
  const companion = { kind: "scheduledBackup", name: backupTaskName } as const;
  return pulumi.all([known, owner.id]).apply(([args, ownerId]) => {
    const resolved = { ...unmadeOwner, jobName, owner: owner.stack, ownerId };
    const unneeded = { secrets: undefined, release: undefined, description: undefined };
    const spec = appSpec(args, { ...resolved, ...unneeded });
    return companionText(companionJob(spec, args, companion), changeOf(app, companion));
  });
}

/** The periodic job that makes backups, and the variables that it reads. */
export interface ScheduledBackup {
  job: nomad.Job;
  variables: nomad.Variable[];
}

/** Creates the periodic job, if there is a schedule. */
export function createScheduledBackup(
  app: Application,
  secrets: AppSecrets,
  databases: pulumi.Resource[],
): ScheduledBackup | undefined {
  const { name, jobName, args, adoption, onNomad, transforms } = app;
  if (args.backups?.schedule === undefined) return undefined;
  const suffix = scheduledBackupSuffix;
  // Another stack or tool may have a job with this id, as with the application's job.
  const own = { ...adoption, jobName: backupJobName(jobName), kind: "schedule" as const };
  const hooks = adoptionHooks(`${name}-${suffix}`, own);
  const copy = { name: `${name}-${suffix}-secrets`, path: scheduledBackupPath(jobName) };
  const variables = hasScheduledSecrets(args)
    ? [createSecrets(app, secrets, ["POSTGRES_PASSWORD", registryPasswordName], copy, hooks)]
    : [];
  const job = createBatchJob(app, {
    ...{ suffix, hooks, jobName: own.jobName },
    jobspec: renderJob(app),
    transform: transforms.scheduledBackup,
    dependsOn: onNomad.dependsOn.apply((none) => [...none, ...variables, ...databases]),
    options: protection(args),
  });
  return { job, variables };
}
