/** What is wrong with the arguments of a DjangoApp, and what is doubtful. The checks are those of a stack's config. */
import * as pulumi from "@pulumi/pulumi";
import {
  argumentTransport,
  type Checked,
  checkArguments,
  checkedOnce,
  isLater,
  nomadProblems,
  nomadTransport,
  type Problem,
} from "../arguments";
import { hasSecrets, secretNames } from "../arguments/environmentRules";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { transformShapeProblems, transformsOf } from "../arguments/transforms";
import { appSpec, environment, migrateEnvironment, type Resolved } from "./djangoAppSpec";
import { unmadeOwner } from "../guards/owner";
import {
  buildJob,
  migrateSecretsPath,
  registryPasswordName,
  type SecretsSpec,
  secretsPath,
  type Transform,
  transformed,
} from "../jobspec";
import { isSeparate } from "../arguments/databaseRoles";

export type DjangoAppProblem = Problem;

function checked(args: DjangoAppArgs, name: string): Checked {
  // Two components may share one object of arguments, and take their job ids from their own names.
  return args.jobName === undefined ? check(args, name) : checkedOnce(args, () => check(args, name));
}

function check({ transform, nomad, ...args }: DjangoAppArgs, name: string): Checked {
  const jobName = args.jobName ?? name;
  const config = new pulumi.Config("nomad");
  const found = checkArguments(
    { ...args, jobName },
    nomad === undefined ? nomadTransport((setting) => config.get(setting)) : argumentTransport(nomad),
  );
  found.problems.push(...nomadProblems(nomad, args.region), ...transformShapeProblems(transform));
  const { job } = transformsOf(found.problems.length === 0 ? transform : undefined);
  if (job) found.problems.push(...transformProblems(args, job, jobName));
  return found;
}

/** A transform is tried on the job as far as it is known; what is not known yet, `up` tries again. */
function transformProblems(args: DjangoAppArgs, transform: Transform, jobName: string): Problem[] {
  const known = knownValues(args, jobName);
  if (!known) return [];
  const job = buildJob(
    appSpec(args, {
      ...known,
      ...unmadeOwner,
      jobName,
      owner: undefined,
      release: undefined,
      description: undefined,
    }),
  );
  return transformed(job, transform).problems.map((message) => ({ key: "transform", message }));
}

/** What the arguments can leave to Pulumi's outputs, without the values of secrets. */
export type KnownValues = Pick<Resolved, "image" | "env" | "migrateEnv" | "jobMeta" | "secrets">;

/** Those that are known before anything runs; undefined when not all are. */
export function knownValues(args: DjangoAppArgs, jobName: string): KnownValues | undefined {
  const { djangoImage: image, meta } = args;
  const maps = [environment(args), migrateEnvironment(args), meta ?? {}];
  const values = maps.flatMap((map): unknown[] =>
    isLater(map) ? [map] : Object.values(map as Record<string, unknown>),
  );
  if (![image, ...values].every((value) => typeof value === "string")) return undefined;
  const [env, migrateEnv] = maps as Record<string, string>[];
  return {
    image: image as string,
    env,
    migrateEnv,
    jobMeta: meta as Record<string, string> | undefined,
    secrets: knownSecrets(args, jobName),
  };
}

/** The secrets as far as they are known before anything runs. Their fingerprint is not: none has this one. */
function knownSecrets(args: DjangoAppArgs, jobName: string): SecretsSpec | undefined {
  if (!hasSecrets(args)) return undefined;
  const { database } = args;
  const migrate = { path: migrateSecretsPath(jobName), names: ["POSTGRES_PASSWORD"] };
  return {
    path: secretsPath(jobName),
    names: secretNames(args),
    fingerprint: "00000000",
    ...(database && isSeparate(database) ? { migrate } : {}),
  };
}

/** The arguments that were outputs, once their values are known; of secrets the names alone. */
export function resolvedArgs(
  djangoImage: string,
  envVars: Record<string, string>,
  migrateEnvVars: Record<string, string>,
  secrets: SecretsSpec | undefined,
  meta?: Record<string, string>,
): Partial<DjangoAppArgs> {
  const names = (secrets?.names ?? []).filter((name) => name !== registryPasswordName);
  return {
    djangoImage,
    envVars,
    migrateEnvVars,
    ...(meta === undefined ? {} : { meta }),
    // Its names are among those of the secrets now, as if somebody had given them.
    secretKeyVersion: undefined,
    ...(names.length > 0 ? { secretEnvVars: Object.fromEntries(names.map((name) => [name, ""])) } : {}),
  };
}

/**
 * Every problem at once; empty when the arguments can be used. Touches nothing.
 * @param name of the component: the job id where `jobName` is not given.
 */
export function djangoAppProblems(args: DjangoAppArgs, name = pulumi.getProject()): DjangoAppProblem[] {
  return checked(args, name).problems;
}

/** What is allowed and most likely not meant. Touches nothing. */
export function djangoAppWarnings(args: DjangoAppArgs, name = pulumi.getProject()): DjangoAppProblem[] {
  return checked(args, name).warnings;
}
