/** Escape hatches: what a component's resources look like at last. */
import type * as docker from "@pulumi/docker";
import type * as nomad from "@pulumi/nomad";
import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import type { CompanionTransform, Transform as JobTransform } from "../jobspec";

/** Values to set in place of the component's own, or a function that changes arguments and options in place. */
export type ResourceTransform<T> =
  Partial<T> | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => void);

/** Of the container beside the application. */
export interface PostgresTransforms {
  network?: ResourceTransform<docker.NetworkArgs>;
  volume?: ResourceTransform<docker.VolumeArgs>;
  container?: ResourceTransform<docker.ContainerArgs>;
}

/** Of what is made on an existing server. */
export interface DatabaseTransforms {
  role?: ResourceTransform<postgresql.RoleArgs>;
  database?: ResourceTransform<postgresql.DatabaseArgs>;
  extension?: ResourceTransform<postgresql.ExtensionArgs>;
}

/**
 * One function for each kind of resource.
 *
 * @example
 * ```ts
 * transform: {
 *   job: (job) => ({ ...job, AllAtOnce: true }),
 *   companionJob: (job, { kind }) => (kind === "schedule" ? { ...job, Priority: 30 } : job),
 *   postgres: { container: (args) => { args.shmSize = 512; } },
 * }
 * ```
 */
export interface Transforms {
  /** The job, as Nomad's API takes it. Called more than once, so without side effects; what it returns is checked. */
  job?: JobTransform;
  /**
   * Each job beside it, as Nomad's API takes it: of a singleton, a schedule, one-off commands, `afterRollout` and the
   * scheduled backup. The second argument, `{ kind, name }`, says which one. Called and checked as `job` is.
   */
  companionJob?: CompanionTransform;
  /** The `nomad.Job` itself. Its jobspec is `job`'s; the component follows the rollout, so `detach` stays false. */
  jobResource?: ResourceTransform<nomad.JobArgs>;
  /** Each Nomad variable. Path, namespace and items stay: the job reads them. */
  variable?: ResourceTransform<nomad.VariableArgs>;
  /**
   * The `nomad.Job` of each job beside the application's own but the scheduled backup: of a singleton, a schedule, one-off
   * commands and `afterRollout`. Its jobspec is `companionJob`'s.
   */
  companion?: ResourceTransform<nomad.JobArgs>;
  /** The `nomad.Job` of the periodic job that makes backups. Its jobspec is `companionJob`'s. */
  scheduledBackup?: ResourceTransform<nomad.JobArgs>;
  postgres?: PostgresTransforms;
  /** The broker beside the database. */
  redis?: ResourceTransform<docker.ContainerArgs>;
  database?: DatabaseTransforms;
}

/** Both spellings of the argument `transform`: the function alone is the job's. */
export function transformsOf(transform: JobTransform | Transforms | undefined): Transforms {
  return typeof transform === "function" ? { job: transform } : (transform ?? {});
}

/**
 * Name, arguments and options for a resource's constructor.
 * @param fixed arguments that no transform changes. Parent, provider and hooks stay, too.
 */
export function applied<T extends object, O extends pulumi.CustomResourceOptions>(
  transform: ResourceTransform<T> | undefined,
  name: string,
  args: T,
  opts: O,
  fixed: readonly (keyof T)[] = [],
): [name: string, args: T, opts: O] {
  if (transform === undefined) return [name, args, opts];
  const [changed, changedOpts] = [{ ...args }, { ...opts }];
  if (typeof transform === "function") transform(changed, changedOpts, name);
  else Object.assign(changed, transform);
  for (const key of fixed) restore(changed, args, key);
  for (const key of ["parent", "provider", "hooks"] as const) restore(changedOpts, opts, key);
  return [name, changed, changedOpts];
}

function restore<T extends object>(changed: T, original: T, key: keyof T): void {
  if (key in original) changed[key] = original[key];
  else Reflect.deleteProperty(changed, key);
}

/** Of functions from a job to a job. */
const functionKeys: readonly string[] = ["job", "companionJob"];

const resourceKeys = {
  jobResource: true,
  variable: true,
  companion: true,
  scheduledBackup: true,
  redis: true,
  postgres: ["network", "volume", "container"],
  database: ["role", "database", "extension"],
} as const;

/** What is wrong with the argument itself, by key; of jobs' functions only whether they are functions. */
export function transformShapeProblems(transform: unknown): { key: string; message: string }[] {
  if (transform === undefined || typeof transform === "function") return [];
  if (!isMap(transform)) {
    return [
      { key: "transform", message: "is not a function from a job to a job, nor a map of them: remove it" },
    ];
  }
  const known = [...functionKeys, ...Object.keys(resourceKeys)];
  return Object.entries(transform).flatMap(([key, value]) => {
    const path = `transform.${key}`;
    if (value === undefined) return [];
    if (functionKeys.includes(key)) return typeof value === "function" ? [] : [{ key: path, message: noJob }];
    if (!(key in resourceKeys)) {
      return [{ key: path, message: `is not a known key: known are ${known.join(", ")}` }];
    }
    const inner = resourceKeys[key as keyof typeof resourceKeys];
    if (inner === true) return isTransform(value) ? [] : [{ key: path, message: noTransform }];
    if (!isMap(value)) return [{ key: path, message: `is not a map with the keys ${inner.join(", ")}` }];
    return Object.entries(value).flatMap(([name, one]) => {
      if (!(inner as readonly string[]).includes(name)) {
        return [{ key: `${path}.${name}`, message: `is not a known key: known are ${inner.join(", ")}` }];
      }
      return one === undefined || isTransform(one) ? [] : [{ key: `${path}.${name}`, message: noTransform }];
    });
  });
}

const noJob = "is not a function from a job to a job: remove it";
const noTransform = "is neither a map of arguments nor a function that changes them: remove it";

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTransform(value: unknown): boolean {
  return typeof value === "function" || isMap(value);
}
