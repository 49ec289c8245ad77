/** What is wrong with the arguments of a DjangoApp, and what is doubtful. The checks are those of a stack's config. */
import * as pulumi from "@pulumi/pulumi";
import { type Checked, checkArguments, checkedOnce, nomadTransport, type Problem } from "../arguments";
import { hasSecrets, secretNames } from "../arguments/environmentRules";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { appSpec, environment, migrateEnvironment, type Resolved, unmadeOwner } from "./djangoAppSpec";
import {
  buildJob,
  migrateSecretsPath,
  registryPasswordName,
  type SecretsSpec,
  secretsPath,
  transformed,
} from "../jobspec";
import { isSeparate } from "../arguments/databaseRoles";

export type DjangoAppProblem = Problem;

function checked(args: DjangoAppArgs): Checked {
  return checkedOnce(args, () => check(args));
}

function check({ transform, ...args }: DjangoAppArgs): Checked {
  const jobName = args.jobName ?? pulumi.getProject();
  const config = new pulumi.Config("nomad");
  const found = checkArguments(
    { ...args, jobName },
    nomadTransport((name) => config.get(name)),
  );
  if (transform !== undefined && typeof transform !== "function") {
    found.problems.push({ key: "transform", message: "is not a function from a job to a job: remove it" });
  } else if (transform && found.problems.length === 0) {
    found.problems.push(...transformProblems({ ...args, transform }, jobName));
  }
  return found;
}

/** A transform is tried on the job as far as it is known; what is not known yet, `up` tries again. */
function transformProblems(args: DjangoAppArgs, jobName: string): Problem[] {
  const known = knownValues(args, jobName);
  if (!args.transform || !known) return [];
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
  return transformed(job, args.transform).problems.map((message) => ({ key: "transform", message }));
}

/** What the arguments can leave to Pulumi's outputs, without the values of secrets. */
export type KnownValues = Pick<Resolved, "image" | "env" | "migrateEnv" | "secrets">;

/** Those that are known before anything runs; undefined when not all are. */
export function knownValues(args: DjangoAppArgs, jobName: string): KnownValues | undefined {
  const { djangoImage: image } = args;
  const [env, migrateEnv] = [environment(args), migrateEnvironment(args)];
  const values = [image, ...Object.values(env), ...Object.values(migrateEnv)];
  if (!values.every((value) => typeof value === "string")) return undefined;
  return {
    image: image as string,
    env: env as Record<string, string>,
    migrateEnv: migrateEnv as Record<string, string>,
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
): Partial<DjangoAppArgs> {
  const names = (secrets?.names ?? []).filter((name) => name !== registryPasswordName);
  return {
    djangoImage,
    envVars,
    migrateEnvVars,
    // Its names are among those of the secrets now, as if somebody had given them.
    secretKeyVersion: undefined,
    ...(names.length > 0 ? { secretEnvVars: Object.fromEntries(names.map((name) => [name, ""])) } : {}),
  };
}

/** Every problem at once; empty when the arguments can be used. Touches nothing. */
export function djangoAppProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  return checked(args).problems;
}

/** What is allowed and most likely not meant. Touches nothing. */
export function djangoAppWarnings(args: DjangoAppArgs): DjangoAppProblem[] {
  return checked(args).warnings;
}
