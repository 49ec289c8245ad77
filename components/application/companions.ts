/**
 * Jobs beside the application's own: singletons and schedules. Each is registered once the rollout
 * of the application's job is green, so that it never has new code on an old schema; a failed rollout leaves it alone.
 */
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { companionNames, hasManage, singletonCounts } from "../arguments/processCounts";
import { applied } from "../arguments/transforms";
import { adoptionHooks, type AdoptionHooks } from "../guards/adoption";
import {
  companionJobName,
  formatSeconds,
  manageMigratorPath,
  manageName,
  migrateSecretsPath,
  secretsPath,
} from "../jobspec";
import type { Rollout } from "../rollout";
import { replacementOptions } from "../rollout/recreate";
import { type Application, companionAdoption } from "./application";
import { createBatchJob } from "./batchJob";
import { renderBatch, renderSingleton, type Served, strategyOf } from "./companionSpecs";
import type { AppSecrets, SecretValues } from "./djangoAppSecrets";
import { createVariable } from "./nomadResources";
import { singletonPatience } from "./patience";
import { createSingletonRollout } from "./rolloutOf";

/** What a companion waits for, and what it is made of. */
export interface CompanionParts extends Served {
  secrets: AppSecrets;
  /** The application's job. */
  job: nomad.Job;
  rollout: Rollout;
  /** Databases of the application. */
  databases: readonly pulumi.Resource[];
}

/** The jobs, by the names of what they run, and the variables that they read. */
export interface Companions {
  jobs: Readonly<Record<string, nomad.Job>>;
  variables: readonly nomad.Variable[];
}

/** One companion in the making. */
export interface Companion {
  name: string;
  parts: CompanionParts;
  hooks: AdoptionHooks;
  /** Done once the application's rollout is green. */
  green: pulumi.Output<unknown>;
  variables: nomad.Variable[];
  dependsOn: pulumi.Output<pulumi.Resource[]>;
}

/** Creates the jobs of the singletons, schedules and one-off commands that the arguments ask for. */
export function createCompanions(app: Application, parts: CompanionParts): Companions {
  const singletons = Object.keys(singletonCounts(app.args)).sort();
  const schedules = Object.keys(app.args.schedules ?? {}).sort();
  if (companionNames(app.args).length === 0) return { jobs: {}, variables: [] };
  const green = parts.rollout.served(parts.job);
  const made = [...singletons, ...schedules].map((name) => {
    const isSingleton = singletons.includes(name);
    const source = isSingleton ? `processes.${name}` : `schedules.${name}`;
    const companion = beginCompanion(app, parts, name, { green, isSingleton, source });
    const job = isSingleton ? createSingleton(app, companion) : createSchedule(app, companion);
    return { name, job, variables: companion.variables };
  });
  if (hasManage(app.args)) made.push(createManage(app, parts, green));
  return {
    jobs: Object.fromEntries(made.map(({ name, job }) => [name, job])),
    variables: made.flatMap(({ variables }) => variables),
  };
}

/** Checks who owns a companion's job before anything of it is created, and creates its copies of the secrets. */
export function beginCompanion(
  app: Application,
  parts: CompanionParts,
  name: string,
  { green, isSingleton, source }: { green: pulumi.Output<unknown>; isSingleton: boolean; source: string },
): Companion {
  const { common, migrate } = parts.secrets;
  const jobName = companionJobName(app.jobName, name);
  const hooks = adoptionHooks(`${app.name}-${name}`, companionAdoption(app.adoption, app.args, name));
  // Not by a value alone: Pulumi would put the value's name before the message of a rollout that failed.
  const rolledOut = pulumi.all([app.onNomad.dependsOn, green]).apply(([none]) => none);
  const waiting = { ...app, onNomad: { ...app.onNomad, dependsOn: rolledOut } };
  const copy = (suffix: string, path: string, items: SecretValues): nomad.Variable =>
    createVariable(waiting, `${app.name}-${name}-${suffix}`, { path, items, source }, hooks, {});
  const variables = [
    ...(common ? [copy("secrets", secretsPath(jobName), common)] : []),
    ...(migrate && isSingleton ? [copy("gate-secrets", migrateSecretsPath(jobName, name), migrate)] : []),
    ...(migrate && name === manageName
      ? [copy("migrator-secrets", manageMigratorPath(app.jobName), migrate)]
      : []),
  ];
  const needed = [parts.job, ...variables, ...parts.databases];
  const dependsOn = rolledOut.apply((none) => [...none, ...needed]);
  return { name, parts, hooks, green, variables, dependsOn };
}

/** Its rollout is followed and verified as the application's is. */
function createSingleton(app: Application, { name, parts, hooks, green, dependsOn }: Companion): nomad.Job {
  const { args, onNomad, transforms } = app;
  const rollout = createSingletonRollout(app, parts.secrets, name);
  const wait = formatSeconds(singletonPatience(args, name));
  const jobspec = renderSingleton(app, name, parts, green, rollout);
  const own: nomad.JobArgs = {
    ...{ jobspec, json: true, detach: false },
    rerunIfDead: singletonCounts(args)[name] > 0,
    // A purge forgets an instance that still stops, and the next one waits for it.
    purgeOnDestroy: strategyOf(app) !== "recreate" && !args.protect,
  };
  const { beforeCreate = [], ...rest } = rollout.hooks();
  const opts = {
    ...onNomad,
    dependsOn,
    // The rollout of "recreate" has stopped it behind Pulumi's back: an update would find a job that it does not know.
    ...replacementOptions(strategyOf(app), jobspec),
    customTimeouts: { create: wait, update: wait },
    hooks: { ...rest, beforeCreate: [...hooks.job, ...beforeCreate] },
  };
  const fixed = ["jobspec", "json", "detach"] as const;
  const job = new nomad.Job(...applied(transforms.companion, `${app.name}-${name}`, own, opts, fixed));
  rollout.conclude(job);
  return job;
}

function createSchedule(app: Application, { name, parts, hooks, dependsOn }: Companion): nomad.Job {
  const jobspec = renderBatch(app, { kind: "schedule", name }, parts);
  return createBatchJob(app, {
    ...{ suffix: name, jobspec, hooks, dependsOn },
    jobName: companionJobName(app.jobName, name),
    transform: app.transforms.companion,
    options: replacementOptions(strategyOf(app), jobspec),
  });
}

/** The job of one-off commands, always at the version that serves. */
function createManage(
  app: Application,
  parts: CompanionParts,
  green: pulumi.Output<unknown>,
): { name: string; job: nomad.Job; variables: nomad.Variable[] } {
  const name = manageName;
  const begun = beginCompanion(app, parts, name, { green, isSingleton: false, source: "manage" });
  const { hooks, dependsOn, variables } = begun;
  const jobspec = renderBatch(app, { kind: "manage", name }, parts);
  const job = createBatchJob(app, {
    ...{ suffix: name, jobspec, hooks, dependsOn },
    jobName: companionJobName(app.jobName, name),
    transform: app.transforms.companion,
    options: replacementOptions(strategyOf(app), jobspec),
  });
  return { name, job, variables };
}
