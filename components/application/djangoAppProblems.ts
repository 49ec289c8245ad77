/** Checks the arguments of a DjangoApp as a stack's config is checked, and warns of doubtful ones. */
import * as pulumi from "@pulumi/pulumi";
import {
  argumentTransport,
  type Checked,
  checkArguments,
  checkedOnce,
  type KnownArgs,
  keys,
  laterIn,
  nomadTransport,
  type Problem,
  programKeys,
  readProgram,
  settled,
  withoutSecrets,
  withSecrets,
} from "../arguments";
import { known } from "../nomad/known";
import { imageOf } from "../nomad/models";
import { hasSecrets, secretNames } from "../arguments/environmentRules";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { transformShapeProblems, transformsOf } from "../arguments/transforms";
import { companionIds, companionJob } from "./companionJobs";
import { appSpec } from "./djangoAppSpec";
import { knownArgs } from "./knownArgs";
import { unmadeOwner } from "../guards/owner";
import {
  type AppSpec,
  buildJob,
  type CompanionId,
  type CompanionJob,
  companionTransformed,
  companionWords,
  migrateSecretsPath,
  type NewerField,
  newerFields,
  registryPasswordName,
  type SecretsSpec,
  secretsPath,
  type Transformed,
  transformed,
} from "../jobspec";
import { isSeparate } from "../arguments/databaseRoles";

export type DjangoAppProblem = Problem;

/** What the check of the arguments has found, which runs once. */
export function checkedArgs(args: DjangoAppArgs, name: string): Checked {
  return checkedOnce(args, args.jobName ?? name, () => check(args, name));
}

function check({ transform, ...args }: DjangoAppArgs, name: string): Checked {
  const { nomad } = args;
  const jobName = args.jobName ?? name;
  const config = new pulumi.Config("nomad");
  const found = checkArguments(
    { ...args, jobName },
    isMap(nomad) ? argumentTransport(nomad) : nomadTransport((setting) => config.get(setting)),
    readProgram,
  );
  found.problems.push(...transformShapeProblems(transform));
  if (found.problems.length === 0) {
    found.problems.push(...transformProblems({ ...(found.values as DjangoAppArgs), transform }, jobName));
  }
  return found;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Transforms are tried when everything about the jobs is known; otherwise `up` tries them. */
function transformProblems(args: DjangoAppArgs, jobName: string): Problem[] {
  return tried(args, jobName).flatMap(({ key, problems }) => problems.map((message) => ({ key, message })));
}

/** What came of a transform, by its key. */
type Tried = Transformed<CompanionJob> & { key: string; companion?: CompanionId };

/** Of each job that has a transform; nothing while something about the jobs is not known. */
function tried(args: DjangoAppArgs, jobName: string): Tried[] {
  const { job: transform, companionJob: ofCompanions } = transformsOf(args.transform);
  const known = transform || ofCompanions ? knownArgs(args) : undefined;
  if (!known) return [];
  const spec = appSpec(known, {
    ...unmadeOwner,
    jobName,
    secrets: knownSecrets(args, jobName),
    owner: undefined,
    release: undefined,
    description: undefined,
  });
  const built = buildJob(spec);
  const own = transform ? transformed(built, transform) : { job: built, problems: [] };
  const all: Tried[] = [{ key: "transform", ...own }];
  if (!ofCompanions || own.problems.length > 0) return all;
  const image = imageOf(own.job);
  const marked = { ...spec, ...companionMarks() };
  const beside = companionIds(args).map((companion): Tried => {
    const change = { companion, transform: ofCompanions, image };
    const result = companionTransformed(companionJob(marked, known, companion, "1"), change);
    return { key: "transform.companionJob", companion, ...result };
  });
  return [...all, ...beside];
}

/** Stand for what only `up` knows, so that a transform that loses them is found before it. */
function companionMarks(): Required<Pick<AppSpec, "owner" | "ownerId" | "servedAs">> {
  return {
    owner: `${pulumi.getProject()}/${pulumi.getStack()}`,
    ownerId: "0".repeat(16),
    servedAs: "0",
  };
}

/**
 * What the transforms of jobs set and not every Nomad knows. Waits for values that are outputs; in a preview for those alone
 * that are known before `up`, and then finds nothing if others are left.
 */
export async function newerFieldsOf(args: DjangoAppArgs, jobName: string): Promise<NewerField[]> {
  const { job, companionJob: ofCompanions } = transformsOf(args.transform);
  if (!job && !ofCompanions) return [];
  return tried(await nowKnown(args), jobName).flatMap(({ key, job: after, companion }) => {
    const by = companion ? `${key}: ${companionWords(after, companion)}` : key;
    return newerFields(after).map((field) => ({ ...field, by }));
  });
}

/** The arguments with the values that outputs have by now. */
async function nowKnown(args: DjangoAppArgs): Promise<DjangoAppArgs> {
  const open = withoutSecrets(args, programKeys);
  if (laterIn(open).length === 0) return args;
  const now = await settled(open, async (later) => (await known(later)) ?? later);
  return withSecrets(now, args, programKeys);
}

/** What is known of the secrets before anything runs. The fingerprint stands for one that is not made yet. */
export function knownSecrets(
  args: Omit<DjangoAppArgs, "postgres"> & { postgres?: object },
  jobName: string,
): SecretsSpec | undefined {
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

/** The arguments with what was an output before; of secrets the names alone. */
export function resolvedArgs(
  args: DjangoAppArgs,
  known: KnownArgs,
  secrets: SecretsSpec | undefined,
): DjangoAppArgs {
  const names = (secrets?.names ?? []).filter((name) => name !== registryPasswordName);
  return {
    ...withSecrets<DjangoAppArgs>(known as DjangoAppArgs, args, keys),
    // The names of generated keys are among the given secrets now, so the key that made them is left out.
    secretKeyVersion: undefined,
    ...(names.length > 0 ? { secretEnvVars: Object.fromEntries(names.map((name) => [name, ""])) } : {}),
  };
}

/**
 * What is found as soon as values that were outputs are known, in the same words as of plain ones. Waits for them; in a
 * preview for those alone that are known before `up`.
 * @returns problems, and warnings that the arguments did not lead to before.
 */
export async function lateFindings(
  args: DjangoAppArgs,
  name: string,
): Promise<Pick<Checked, "problems" | "warnings">> {
  if (laterIn(withoutSecrets(args, programKeys)).length === 0) return { problems: [], warnings: [] };
  const { problems, warnings } = check(await nowKnown(args), name);
  const told = checkedArgs(args, name).warnings.map(({ key, message }) => `${key}: ${message}`);
  return { problems, warnings: warnings.filter((one) => !told.includes(`${one.key}: ${one.message}`)) };
}

/**
 * Every problem at once; empty when the arguments can be used. Touches nothing.
 * @param name of the component: the job id where `jobName` is not given.
 */
export function djangoAppProblems(args: DjangoAppArgs, name = pulumi.getProject()): DjangoAppProblem[] {
  return checkedArgs(args, name).problems;
}

/** Warns of values that are allowed but probably a mistake. Touches nothing. */
export function djangoAppWarnings(args: DjangoAppArgs, name = pulumi.getProject()): DjangoAppProblem[] {
  return checkedArgs(args, name).warnings;
}
