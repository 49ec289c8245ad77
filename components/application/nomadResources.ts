/** An application's resources on Nomad: its variables and its job. */
import * as nomad from "@pulumi/nomad";
import type * as pulumi from "@pulumi/pulumi";
import type { AdoptionHooks, GuardedVariable } from "../guards/adoption";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import type { AppSecrets, SecretValues } from "./djangoAppSecrets";
import { timerSettings } from "../arguments/timerSettings";
import { formatSeconds, migrateSecretsPath, secretsPath, timers } from "../jobspec";
import { defaults } from "../arguments/keys";
import type { Rollout } from "../rollout";

/** Where the job goes: the provider reads the same variable, but for jobs alone. */
export function namespaceOf({ namespace }: Pick<DjangoAppArgs, "namespace">): string {
  return namespace ?? process.env.NOMAD_NAMESPACE ?? "default";
}

/** Unset rather than false, so that a component that is protected as a whole protects its children, too. */
export function protection({
  protect = defaults.protect,
}: Pick<DjangoAppArgs, "protect">): pulumi.CustomResourceOptions {
  return protect ? { protect } : {};
}

/** A variable of the application's namespace that overwrites nobody else's. */
export function createVariable(
  name: string,
  variable: GuardedVariable,
  args: DjangoAppArgs,
  hooks: AdoptionHooks,
  opts: pulumi.CustomResourceOptions,
): nomad.Variable {
  const { path, items } = variable;
  const namespace = namespaceOf(args);
  return new nomad.Variable(
    name,
    { path, items, ...(namespace === "default" ? {} : { namespace }) },
    { ...opts, ...protection(args), hooks: { beforeCreate: hooks.variable(variable) } },
  );
}

/** Longest time of a rollout, in seconds. */
export function patience(args: DjangoAppArgs): number {
  return timers(timerSettings(args)).customTimeout;
}

/** Those of both tasks, and of the migrate task alone. */
export function createVariables(
  name: string,
  jobName: string,
  { common, migrate }: AppSecrets,
  args: DjangoAppArgs,
  hooks: AdoptionHooks,
  opts: pulumi.CustomResourceOptions,
): nomad.Variable[] {
  const create = (suffix: string, path: string, items: SecretValues, source: string): nomad.Variable =>
    createVariable(`${name}-${suffix}`, { path, items, source }, args, hooks, opts);
  return [
    ...(common ? [create("secrets", secretsPath(jobName), common, "secretEnvVars")] : []),
    ...(migrate ? [create("migrate-secrets", migrateSecretsPath(jobName), migrate, "database")] : []),
  ];
}

/** The job, whose changes Pulumi waits for to their end. */
export function createJob(
  name: string,
  jobspec: pulumi.Output<string>,
  args: DjangoAppArgs,
  rollout: Rollout,
  adoption: AdoptionHooks,
  /** What is asked before each registration. */
  before: pulumi.ResourceHook[],
  opts: pulumi.CustomResourceOptions,
): nomad.Job {
  const hooks = rollout.hooks();
  const wait = formatSeconds(patience(args));
  const recreates = args.update?.strategy === "recreate";
  return new nomad.Job(
    `${name}-job`,
    {
      jobspec,
      json: true,
      // Without it `pulumi up` is green before the migration has started.
      detach: false,
      // Without it a first deployment that failed counts as unchanged, and the next `up` is green. A parked
      // application has no deployment, and Nomad calls a job without instances dead: it would never be unchanged.
      rerunIfDead: args.count !== 0,
      // A purge forgets the allocations at once, and "recreate" waits for their end.
      purgeOnDestroy: !recreates && !args.protect,
    },
    {
      ...opts,
      // Each release of "recreate" is a replacement, which a protected job would refuse.
      ...(recreates ? {} : protection(args)),
      ...rollout.replacement(jobspec),
      customTimeouts: { create: wait, update: wait },
      hooks: {
        ...hooks,
        beforeCreate: [...before, ...adoption.job, ...(hooks.beforeCreate ?? [])],
        beforeUpdate: [...before, ...(hooks.beforeUpdate ?? [])],
      },
    },
  );
}
