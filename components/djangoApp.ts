import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { djangoAppProblems, djangoAppWarnings, resolvedArgs } from "./djangoAppProblems";
import { appSpec, environment, timerSettings } from "./djangoAppSpec";
import {
  defaults,
  formatSeconds,
  registryPasswordName,
  renderJobspec,
  type SecretsSpec,
  seconds,
  secretsFingerprint,
  secretsPath,
  timers,
} from "./jobspec";
import { PostgresContainer } from "./postgresContainer";
import { retryMetaKey, retryOfFailedRollout, rolloutHooks } from "./rollout";

/**
 * A Django application on Nomad: instances that start serving only when the migrations that come with
 * their image are applied. `pulumi up` succeeds when the new version serves, and fails when it does not.
 *
 * @example
 * ```ts
 * const app = new DjangoApp("shop", {
 *   djangoImage: "registry.example.com/shop:1.4",
 *   count: 2,
 *   httpService: { serviceName: "shop" },
 *   envVars: { POSTGRES_HOST: "db.example.com" },
 *   secretEnvVars: config.requireSecretObject("secretEnvVars"),
 * });
 * export const job = app.jobName;
 * ```
 * @throws {pulumi.RunError} when the arguments don't fit together; nothing is registered then.
 */
export class DjangoApp extends pulumi.ComponentResource {
  /** Nomad job id. */
  readonly jobName: pulumi.Output<string>;
  /** Nomad namespace of the job. */
  readonly namespace: pulumi.Output<string>;
  /** The image that serves. */
  readonly image: pulumi.Output<string>;
  /** Instances. */
  readonly count: number;
  /** Name of the registered service, when there is one. */
  readonly serviceName: string | undefined;
  /** Who migrates, in words. */
  readonly migration: string;
  /** The container beside the application, when there is one. */
  readonly postgres: PostgresContainer | undefined;

  constructor(name: string, args: DjangoAppArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseProblems(name, args);
    for (const { key, message } of djangoAppWarnings(args)) void pulumi.log.warn(`${key}: ${message}`);
    super("django-nomad:index:DjangoApp", name, {}, opts);
    const jobName = args.jobName ?? pulumi.getProject();
    const count = args.count ?? defaults.count;

    this.postgres =
      args.postgres && new PostgresContainer(`${name}-postgres`, args.postgres, { parent: this });
    const values = secretValues(args);
    const variable = values && createVariable(name, jobName, values, args, this);
    const job = createJob(name, jobName, renderSpec(name, jobName, args, values), args, values, {
      parent: this,
      dependsOn: [...(variable ? [variable] : []), ...(this.postgres ? [this.postgres] : [])],
    });

    this.jobName = job.name;
    this.namespace = job.namespace;
    this.image = pulumi.output(args.djangoImage);
    this.count = count;
    this.serviceName = args.httpService?.serviceName;
    this.migration =
      (args.migrationLeader ?? defaults.migrationLeader) === "index-zero"
        ? "allocation 0 migrates, the others wait for it"
        : "the first allocation to get the database's lock migrates, the others wait for it";
    this.registerOutputs({
      jobName: this.jobName,
      namespace: this.namespace,
      image: this.image,
      count: this.count,
      serviceName: this.serviceName,
      migration: this.migration,
    });
  }
}

/** Before the component is registered: an argument that is wrong leaves nothing in the stack. */
function refuseProblems(name: string, args: DjangoAppArgs): void {
  const problems = djangoAppProblems(args).map(({ key, message }) => `  ${key}: ${message}`);
  if (problems.length > 0) {
    throw new pulumi.RunError(`The arguments of DjangoApp "${name}" are wrong:\n${problems.join("\n")}`);
  }
}

/** Every secret that the tasks get; undefined when there is none. Users' values win over the container's. */
function secretValues(args: DjangoAppArgs): pulumi.Output<Record<string, string>> | undefined {
  const { postgres, registryAuth, secretEnvVars } = args;
  if (secretEnvVars === undefined && !postgres && !registryAuth) return undefined;
  const ours: Record<string, pulumi.Input<string>> = {
    ...(postgres ? { POSTGRES_PASSWORD: postgres.password } : {}),
    ...(registryAuth ? { [registryPasswordName]: registryAuth.password } : {}),
  };
  return pulumi.secret(pulumi.all([ours, secretEnvVars ?? {}]).apply(([all, own]) => ({ ...all, ...own })));
}

/** Names and fingerprint are not secret; only they leave the secret behind. */
function secretsSpec(
  jobName: string,
  values: pulumi.Output<Record<string, string>> | undefined,
): pulumi.Output<SecretsSpec | undefined> {
  if (!values) return pulumi.output(undefined);
  return pulumi.unsecret(
    values.apply((plain) => ({
      path: secretsPath(jobName),
      names: Object.keys(plain).sort(),
      fingerprint: secretsFingerprint(jobName, withoutRegistryPassword(plain)),
    })),
  );
}

/** It counts when an image is pulled, and not for an instance that runs: a new one is no rollout. */
function withoutRegistryPassword({
  [registryPasswordName]: _,
  ...rest
}: Record<string, string>): Record<string, string> {
  return rest;
}

function renderSpec(
  name: string,
  jobName: string,
  args: DjangoAppArgs,
  values: pulumi.Output<Record<string, string>> | undefined,
): pulumi.Output<string> {
  return pulumi
    .all([
      args.djangoImage,
      environment(args),
      args.migrateEnvVars ?? {},
      secretsSpec(jobName, values),
      retryOfFailedRollout(jobName, args.namespace),
    ])
    .apply(([image, env, migrateEnv, secrets, retryOf]) => {
      const meta: Record<string, string> = retryOf === undefined ? {} : { [retryMetaKey]: retryOf };
      // What was not known before is checked as soon as it is.
      refuseProblems(name, { ...args, ...resolvedArgs(image, env, migrateEnv, secrets) });
      return renderJobspec(appSpec(args, { jobName, image, env, migrateEnv, secrets, meta }), args.transform);
    });
}

function createVariable(
  name: string,
  jobName: string,
  values: pulumi.Output<Record<string, string>>,
  { namespace }: DjangoAppArgs,
  parent: pulumi.Resource,
): nomad.Variable {
  const where = namespace === undefined ? {} : { namespace };
  return new nomad.Variable(
    `${name}-secrets`,
    { path: secretsPath(jobName), items: values, ...where },
    { parent },
  );
}

function createJob(
  name: string,
  jobName: string,
  jobspec: pulumi.Output<string>,
  args: DjangoAppArgs,
  secrets: pulumi.Output<Record<string, string>> | undefined,
  opts: pulumi.CustomResourceOptions,
): nomad.Job {
  const wait = formatSeconds(timers(timerSettings(args)).customTimeout);
  return new nomad.Job(
    `${name}-job`,
    {
      jobspec,
      json: true,
      // Without it `pulumi up` is green before the migration has started.
      detach: false,
      // Without it a first deployment that failed counts as unchanged, and the next `up` is green.
      rerunIfDead: true,
      purgeOnDestroy: true,
    },
    {
      ...opts,
      customTimeouts: { create: wait, update: wait },
      hooks: rolloutHooks({
        jobName,
        namespace: args.namespace,
        serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
        secrets: secrets ? secrets.apply((values) => Object.values(values)) : [],
      }),
    },
  );
}
