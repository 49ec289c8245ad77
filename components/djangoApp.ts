import * as pulumi from "@pulumi/pulumi";
import { appAccess } from "./access/appAccess";
import { adoptionHooks, ownerMark } from "./adoption";
import { createBackupVariables, createScheduledBackup } from "./backups/backupResources";
import type { DjangoAppArgs } from "./djangoAppArgs";
import {
  djangoAppProblems,
  djangoAppWarnings,
  type KnownValues,
  knownValues,
  resolvedArgs,
} from "./djangoAppProblems";
import { type AppSecrets, appSecrets, plainValues, secretsSpec } from "./djangoAppSecrets";
import { secretKeys } from "./generatedSecrets";
import { appSpec, environment, migrateEnvironment } from "./djangoAppSpec";
import { defaults, renderJobspec, seconds } from "./jobspec";
import { guardedOptions } from "./guardedOptions";
import { createJob, createVariables, namespaceOf, patience } from "./nomadResources";
import { connectionsFor, PostgresContainer } from "./postgresContainer";
import { PostgresDatabase } from "./postgresDatabase";
import { type JobMarks, retryMetaKey, Rollout } from "./rollout";

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
  /** What was made on an existing server, when there is one. */
  readonly database: PostgresDatabase | undefined;

  constructor(name: string, args: DjangoAppArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseProblems(name, args);
    for (const { key, message } of djangoAppWarnings(args)) void pulumi.log.warn(`${key}: ${message}`);
    const jobName = args.jobName ?? pulumi.getProject();
    const adoption = { jobName, namespace: args.namespace, adopt: args.adopt ?? defaults.adopt };
    const access = { app: appAccess(args, jobName, namespaceOf(args)), patienceSeconds: patience(args) };
    super("django-nomad:index:DjangoApp", name, {}, guardedOptions({ adoption, access }, opts));
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
    const { secretKeyVersion } = args;
    const secrets = appSecrets(args, {
      database: this.database,
      keys: secretKeyVersion === undefined ? undefined : secretKeys(name, secretKeyVersion, this),
    });
    const hooks = adoptionHooks(adoption);
    const backups = { name, jobName, args, secrets, parent: this };
    const variables = [
      ...createVariables(name, jobName, secrets, args, hooks, this),
      ...createBackupVariables(backups, hooks),
    ];
    const rollout = createRollout(jobName, args, secrets);
    const databases = [this.postgres, this.database].filter((one) => one !== undefined);
    const jobspec = renderSpec(name, jobName, args, secrets, rollout);
    const job = createJob(name, jobspec, args, rollout, hooks, this.database?.separation ?? [], {
      parent: this,
      dependsOn: [...variables, ...databases],
    });
    createScheduledBackup(backups, databases);

    // An `up` that changes nothing must not be green over a rollout that failed or still runs.
    this.jobName = pulumi.all([job.name, rollout.conclude(job)]).apply(([registered]) => registered);
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

function renderSpec(
  name: string,
  jobName: string,
  args: DjangoAppArgs,
  values: AppSecrets,
  rollout: Rollout,
): pulumi.Output<string> {
  const renderWith =
    (resolved: KnownValues) =>
    ({ retryOf, description }: JobMarks): string => {
      const meta: Record<string, string> = retryOf === undefined ? {} : { [retryMetaKey]: retryOf };
      const spec = appSpec(args, { ...resolved, jobName, owner: ownerMark(), meta, description });
      return renderJobspec(spec, args.transform);
    };
  const known = knownValues(args, jobName);
  if (known) rollout.expect(renderWith(known));
  return pulumi
    .all([args.djangoImage, environment(args), migrateEnvironment(args), secretsSpec(jobName, values)])
    .apply(([image, env, migrateEnv, secrets]) => {
      // What was not known before is checked as soon as it is.
      refuseProblems(name, { ...args, ...resolvedArgs(image, env, migrateEnv, secrets) });
      return rollout.render(renderWith({ image, env, migrateEnv, secrets }));
    });
}

function createRollout(jobName: string, args: DjangoAppArgs, secrets: AppSecrets): Rollout {
  return new Rollout({
    jobName,
    namespace: args.namespace,
    strategy: args.update?.strategy ?? defaults.update.strategy,
    count: args.count ?? defaults.count,
    serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
    patienceSeconds: patience(args),
    secrets: plainValues(secrets),
  });
}
