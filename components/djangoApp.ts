import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { djangoAppProblems } from "./djangoAppProblems";
import { appSpec, environment, migrateEnvironment, timerSettings } from "./djangoAppSpec";
import {
  defaults,
  formatSeconds,
  migrateSecretsPath,
  renderJobspec,
  type SecretsSpec,
  seconds,
  secretsFingerprint,
  secretsPath,
  timers,
} from "./jobspec";
import { connectionsFor, PostgresContainer } from "./postgresContainer";
import { isSeparate, PostgresDatabase } from "./postgresDatabase";
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
  /** What was made on an existing server, when there is one. */
  readonly database: PostgresDatabase | undefined;

  constructor(name: string, args: DjangoAppArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseProblems(name, args);
    super("django-nomad:index:DjangoApp", name, {}, opts);
    const jobName = args.jobName ?? pulumi.getProject();
    const count = args.count ?? defaults.count;

    this.postgres =
      args.postgres &&
      new PostgresContainer(
        `${name}-postgres`,
        { ...args.postgres, maxConnections: args.postgres.maxConnections ?? connectionsFor(count) },
        { parent: this },
      );
    this.database =
      args.database && new PostgresDatabase(`${name}-database`, args.database, { parent: this });
    const values = secretValues(args);
    const migrateValues = migrateSecretValues(args);
    const variables = [
      values && createVariable(`${name}-secrets`, secretsPath(jobName), values, this),
      migrateValues &&
        createVariable(`${name}-migrate-secrets`, migrateSecretsPath(jobName), migrateValues, this),
    ];
    const jobspec = renderSpec(jobName, args, values, migrateValues);
    const secrets = [values, migrateValues].filter((one) => one !== undefined);
    const job = createJob(name, jobName, jobspec, args, secrets, {
      parent: this,
      dependsOn: [...variables, this.postgres, this.database].filter((one) => one !== undefined),
    });

    this.jobName = job.name;
    this.image = pulumi.output(args.djangoImage);
    this.count = count;
    this.serviceName = args.httpService?.serviceName;
    this.migration =
      (args.migrationLeader ?? defaults.migrationLeader) === "index-zero"
        ? "allocation 0 migrates, the others wait for it"
        : "the first allocation to get the database's lock migrates, the others wait for it";
    this.registerOutputs({
      jobName: this.jobName,
      image: this.image,
      count: this.count,
      serviceName: this.serviceName,
      migration: this.migration,
    });
  }
}

/** Before the component is registered: an argument that is wrong leaves nothing in the stack. */
function refuseProblems(name: string, args: DjangoAppArgs): void {
  const problems = djangoAppProblems(args).map(({ key, message }) => `  ${key} ${message}`);
  if (problems.length > 0) {
    throw new pulumi.RunError(`The arguments of DjangoApp "${name}" are wrong:\n${problems.join("\n")}`);
  }
}

/** Every secret that the tasks get; undefined when there is none. Users' values win over the container's. */
function secretValues(args: DjangoAppArgs): pulumi.Output<Record<string, string>> | undefined {
  const database = args.postgres ?? args.database;
  if (args.secretEnvVars === undefined && !database) return undefined;
  const ofDatabase: Record<string, pulumi.Input<string>> = database
    ? { POSTGRES_PASSWORD: database.password }
    : {};
  return pulumi.secret(
    pulumi.all([ofDatabase, args.secretEnvVars ?? {}]).apply(([given, own]) => ({ ...given, ...own })),
  );
}

/** What the migrate task alone gets: the password of the role that owns the schema. */
function migrateSecretValues({ database }: DjangoAppArgs): pulumi.Output<Record<string, string>> | undefined {
  if (!database || !isSeparate(database)) return undefined;
  return pulumi.secret(
    pulumi.output(database.migratePassword ?? "").apply((password): Record<string, string> => ({
      POSTGRES_PASSWORD: password,
    })),
  );
}

/** Names and fingerprint are not secret; only they leave the secret behind. */
function secretsSpec(
  jobName: string,
  values: pulumi.Output<Record<string, string>> | undefined,
  migrateValues: pulumi.Output<Record<string, string>> | undefined,
): pulumi.Output<SecretsSpec | undefined> {
  if (!values) return pulumi.output(undefined);
  return pulumi.unsecret(
    pulumi.all([values, migrateValues]).apply(([plain, ofMigrate]) => ({
      path: secretsPath(jobName),
      names: Object.keys(plain).sort(),
      fingerprint: secretsFingerprint(jobName, { ...plain, ...prefixed("migrate/", ofMigrate ?? {}) }),
      ...(ofMigrate
        ? { migrate: { path: migrateSecretsPath(jobName), names: Object.keys(ofMigrate).sort() } }
        : {}),
    })),
  );
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

function renderSpec(
  jobName: string,
  args: DjangoAppArgs,
  values: pulumi.Output<Record<string, string>> | undefined,
  migrateValues: pulumi.Output<Record<string, string>> | undefined,
): pulumi.Output<string> {
  return pulumi
    .all([
      args.djangoImage,
      environment(args),
      migrateEnvironment(args),
      secretsSpec(jobName, values, migrateValues),
      retryOfFailedRollout(jobName),
    ])
    .apply(([image, env, migrateEnv, secrets, retryOf]) => {
      const meta: Record<string, string> = retryOf === undefined ? {} : { [retryMetaKey]: retryOf };
      return renderJobspec(appSpec(args, { jobName, image, env, migrateEnv, secrets, meta }));
    });
}

function createVariable(
  name: string,
  path: string,
  values: pulumi.Output<Record<string, string>>,
  parent: pulumi.Resource,
): nomad.Variable {
  return new nomad.Variable(name, { path, items: values }, { parent });
}

function createJob(
  name: string,
  jobName: string,
  jobspec: pulumi.Output<string>,
  args: DjangoAppArgs,
  secrets: pulumi.Output<Record<string, string>>[],
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
        serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
        secrets: pulumi.all(secrets).apply((all) => all.flatMap((values) => Object.values(values))),
      }),
    },
  );
}
