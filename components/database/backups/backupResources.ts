/** What Pulumi keeps for backups beside the application: the passwords' variables and the job of the schedule. */
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { adoptionHooks, type AdoptionHooks } from "../../guards/adoption";
import { hasScheduledSecrets } from "../../arguments/environmentRules";
import type { DjangoAppArgs } from "../../arguments/djangoAppArgs";
import type { AppSecrets } from "../../application/djangoAppSecrets";
import { appSpec, environment, migrateEnvironment, unmadeOwner } from "../../application/djangoAppSpec";
import {
  backupJobName,
  backupSecretsPath,
  registryPasswordName,
  renderBackupJobspec,
  scheduledBackupPath,
} from "../../jobspec";
import { defaults } from "../../arguments/keys";
import { createVariable, protection } from "../../application/nomadResources";
import type { OwnerMark } from "../../guards/owner";

export interface BackupContext {
  /** First part of the resources' names. */
  name: string;
  jobName: string;
  args: DjangoAppArgs;
  secrets: AppSecrets;
  owner: OwnerMark;
  /** Options of every resource. */
  child: { parent: pulumi.Resource; dependsOn: pulumi.Output<pulumi.Resource[]> };
}

/** Of the job that runs by the clock: its id may be somebody else's, like the application's. */
function ofSchedule({ jobName, args, owner }: BackupContext): AdoptionHooks {
  const adopt = args.adopt ?? defaults.adopt;
  return adoptionHooks({ jobName: backupJobName(jobName), namespace: args.namespace, adopt, owner });
}

/** Secrets as the migrate task has them, where the task of one job alone may read them. */
function createSecrets(
  { args, secrets: { common, migrate }, child }: BackupContext,
  names: string[],
  name: string,
  path: string,
  hooks: AdoptionHooks,
): nomad.Variable {
  const items = pulumi.secret(
    pulumi.all([common ?? {}, migrate ?? {}]).apply(([ours, own]) => {
      const all: Record<string, string> = { ...ours, ...own };
      return Object.fromEntries(Object.entries(all).filter(([one]) => names.includes(one)));
    }),
  );
  return createVariable(name, { path, items, source: "backups" }, args, hooks, child);
}

/** For the task beside `migrate`, where the common variable has another password: that of the application's role. */
export function createBackupVariables(context: BackupContext, hooks: AdoptionHooks): nomad.Variable[] {
  const { name, jobName, args, secrets } = context;
  if (!args.backupBeforeMigrate || !secrets.migrate) return [];
  const path = backupSecretsPath(jobName);
  return [createSecrets(context, ["POSTGRES_PASSWORD"], `${name}-backup-secrets`, path, hooks)];
}

/** The periodic job's text; its secrets are in a variable of its own. */
function renderJob({ jobName, args, owner }: BackupContext): pulumi.Output<string> {
  return pulumi
    .all([args.djangoImage, environment(args), migrateEnvironment(args), owner.id])
    .apply(([image, env, migrateEnv, ownerId]) => {
      const resolved = { ...unmadeOwner, jobName, owner: owner.stack, ownerId, image, env, migrateEnv };
      const unneeded = { secrets: undefined, release: undefined, description: undefined };
      const spec = appSpec(args, { ...resolved, ...unneeded });
      return renderBackupJobspec(spec) ?? "";
    });
}

/** Nothing without a schedule. */
export function createScheduledBackup(
  context: BackupContext,
  dependsOn: pulumi.Resource[],
): nomad.Job | undefined {
  const { name, jobName, args, child } = context;
  if (args.backups?.schedule === undefined) return undefined;
  const hooks = ofSchedule(context);
  const names = ["POSTGRES_PASSWORD", registryPasswordName];
  const path = scheduledBackupPath(jobName);
  const variables = hasScheduledSecrets(args)
    ? [createSecrets(context, names, `${name}-scheduled-backup-secrets`, path, hooks)]
    : [];
  return new nomad.Job(
    `${name}-scheduled-backup`,
    {
      jobspec: renderJob(context),
      json: true,
      // There is no deployment to wait for: the clock starts it.
      detach: true,
      rerunIfDead: true,
      purgeOnDestroy: !args.protect,
    },
    {
      ...child,
      ...protection(args),
      dependsOn: child.dependsOn.apply((none) => [...none, ...variables, ...dependsOn]),
      hooks: { beforeCreate: hooks.job },
    },
  );
}
