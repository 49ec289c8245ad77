/** An application's resources on Nomad: its variables and its job. */
import * as nomad from "@pulumi/nomad";
import type * as pulumi from "@pulumi/pulumi";

import type { AdoptionHooks } from "../guards/adoption";
import type { GuardedVariable } from "../guards/variableRefusal";
import { processCounts } from "../arguments/processCounts";
import { applied } from "../arguments/transforms";
import { formatSeconds, migrateSecretsPath, secretsPath } from "../jobspec";
import type { Rollout } from "../rollout";
import type { Application } from "./application";
import { patience } from "./patience";
import { protection } from "./protection";
import type { AppSecrets, SecretValues } from "./djangoAppSecrets";

/** A variable of the application's namespace that overwrites nobody else's. */
export function createVariable(
  { args, namespace, onNomad, transforms }: Application,
  name: string,
  variable: GuardedVariable,
  hooks: AdoptionHooks,
  guarded = protection(args),
): nomad.Variable {
  const { path, items } = variable;
  const own = { path, items, ...(namespace === "default" ? {} : { namespace }) };
  const opts = { ...onNomad, ...guarded, hooks: { beforeCreate: hooks.variable(variable) } };
  return new nomad.Variable(...applied(transforms.variable, name, own, opts, ["path", "items", "namespace"]));
}

/** Creates the variable that both tasks read, and the one that only `migrate` reads. */
export function createVariables(app: Application, { common, migrate }: AppSecrets): nomad.Variable[] {
  const { name, jobName, adoptionHooks: hooks } = app;
  const create = (suffix: string, path: string, items: SecretValues, source: string): nomad.Variable =>
    createVariable(app, `${name}-${suffix}`, { path, items, source }, hooks);
  return [
    ...(common ? [create("secrets", secretsPath(jobName), common, "secretEnvVars")] : []),
    ...(migrate ? [create("migrate-secrets", migrateSecretsPath(jobName), migrate, "database")] : []),
    // Nomad lets the migrate task of one group read none of another's.
    ...Object.keys(migrate ? processCounts(app.args) : {}).map((process) =>
      create(
        `${process}-migrate-secrets`,
        migrateSecretsPath(jobName, process),
        migrate as SecretValues,
        "database",
      ),
    ),
  ];
}

/** What a job is made of. */
export interface JobParts {
  jobspec: pulumi.Output<string>;
  rollout: Rollout;
  /** What is asked before each registration. */
  before: pulumi.ResourceHook[];
  /** What must be there before it. */
  dependsOn: pulumi.Resource[];
}

/** The job, whose changes Pulumi waits for to their end. */
export function createJob(
  { name, args, onNomad, adoptionHooks, transforms }: Application,
  { jobspec, rollout, before, dependsOn }: JobParts,
): nomad.Job {
  const hooks = rollout.hooks();
  const wait = formatSeconds(patience(args));
  const recreates = args.update?.strategy === "recreate";
  const own: nomad.JobArgs = {
    jobspec,
    json: true,
    // Without it `pulumi up` is green before the migration has started.
    detach: false,
    // Without it a first deployment that failed counts as unchanged, and the next `up` is green. A parked
    // application has no deployment, and Nomad calls a job without instances dead: it would never be unchanged.
    rerunIfDead: args.count !== 0,
    // A purge forgets the allocations at once, and "recreate" waits for their end.
    purgeOnDestroy: !recreates && !args.protect,
  };
  const opts: pulumi.CustomResourceOptions = {
    ...onNomad,
    dependsOn: onNomad.dependsOn.apply((none) => [...none, ...dependsOn]),
    // Each release of "recreate" is a replacement, which a protected job would refuse.
    ...(recreates ? {} : protection(args)),
    ...rollout.replacement(jobspec),
    customTimeouts: { create: wait, update: wait },
    hooks: {
      ...hooks,
      beforeCreate: [...before, ...adoptionHooks.job, ...(hooks.beforeCreate ?? [])],
      beforeUpdate: [...before, ...(hooks.beforeUpdate ?? [])],
    },
  };
  return new nomad.Job(
    ...applied(transforms.jobResource, `${name}-job`, own, opts, ["jobspec", "json", "detach"]),
  );
}
