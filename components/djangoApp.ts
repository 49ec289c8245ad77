import type * as docker from "@pulumi/docker";
import type * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { createApplication } from "./application/application";
import { createAfterRollout } from "./application/afterRollout";
import { createBackupVariables, createScheduledBackup } from "./application/backupResources";
import { createCompanions } from "./application/companions";
import {
  createDatabase,
  createPostgres,
  createRedis,
  createSecretNames,
  createSecrets,
} from "./application/databases";
import { createJob, createVariables } from "./application/nomadResources";
import { createProtection } from "./application/protection";
import { withoutEmptyProviders } from "./application/givenProviders";
import { refuseArguments } from "./application/refusals";
import { createRollout, renderSpec } from "./application/rolloutOf";
import { type NextCommands, outputsOf, type StackOutputs } from "./application/stackOutputs";
import type { DjangoAppArgs } from "./arguments/djangoAppArgs";
import type { PostgresContainer } from "./database/postgresContainer";
import type { ReleaseSummary } from "./rollout";
import type { PostgresDatabase } from "./database/postgresDatabase";

/** The resources that a {@link DjangoApp} creates. */
export interface DjangoAppNodes {
  /** The application's job. */
  readonly job: nomad.Job;
  /** Nomad variables that carry secrets: of the application, of the jobs beside it, and of backups. */
  readonly variables: readonly nomad.Variable[];
  /** The PostgreSQL container, when `postgres` is set. */
  readonly postgres: PostgresContainer | undefined;
  /** The Redis container, when `redis` is set. */
  readonly redis: docker.Container | undefined;
  /** Roles and a database on an existing server, when `database` is set. */
  readonly database: PostgresDatabase | undefined;
  /** The jobs of singletons and schedules, by their names. */
  readonly companions: Readonly<Record<string, nomad.Job>>;
  /** The job that runs the commands of `afterRollout`, when there are any. */
  readonly afterRollout: nomad.Job | undefined;
  /** The periodic job that makes backups, when there is one. */
  readonly scheduledBackup: nomad.Job | undefined;
  /** Made from the argument `nomad`; undefined with the program's default provider. */
  readonly provider: nomad.Provider | undefined;
}

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
 *
 * @example Two applications on two clusters.
 * ```ts
 * const args = { djangoImage: "registry.example.com/shop:1.4" };
 * new DjangoApp("shop-eu", { ...args, nomad: { address: "https://eu.example.com:4646", secretId: euToken } });
 * new DjangoApp("shop-us", { ...args, nomad: { address: "https://us.example.com:4646", secretId: usToken } });
 * ```
 * @throws {Failure} when the arguments don't fit together; nothing is registered then.
 */
export class DjangoApp extends pulumi.ComponentResource {
  /** Outputs for a stack to export. Empty after a failed `up`, so that the stack keeps its earlier ones. */
  readonly stackOutputs: Promise<Partial<StackOutputs>>;
  /** Nomad job id, known once the new version serves. */
  readonly jobName: pulumi.Output<string>;
  /** Nomad namespace of the job. */
  readonly namespace: pulumi.Output<string>;
  /** The image that serves. */
  readonly image: pulumi.Output<string>;
  /** Number of web servers; with `scaling`, the initial one. */
  readonly count: number;
  /** Name of the registered service, when there is one. */
  readonly serviceName: pulumi.Output<string> | undefined;
  /** Who migrates, in words. */
  readonly migration: pulumi.Output<string>;
  /** The last release that was rolled out, and what it took; unset before the first one. */
  readonly release: pulumi.Output<ReleaseSummary | undefined>;
  /** What to type next. */
  readonly next: pulumi.Output<NextCommands>;
  /** The resources that it created. */
  readonly nodes: DjangoAppNodes;

  constructor(name: string, args: DjangoAppArgs, options?: pulumi.ComponentResourceOptions) {
    const opts = withoutEmptyProviders(options);
    const claimed = refuseArguments(name, args, opts);
    super("django-nomad:index:DjangoApp", name, {}, opts);

    const app = createApplication(name, args, this, claimed, opts);
    const postgres = createPostgres(app);
    const redis = createRedis(app, postgres);
    const database = createDatabase(app);
    const secrets = createSecrets(app, database);
    const variables = [...createVariables(app, secrets), ...createBackupVariables(app, secrets)];
    const rollout = createRollout(app, secrets);
    const databases = [postgres, redis, database].filter((one) => one !== undefined);
    const secretNames = createSecretNames(app, secrets);
    const jobspec = renderSpec(app, secretNames, rollout);
    const job = createJob(app, {
      ...{ jobspec, rollout },
      before: database?.separation ?? [],
      dependsOn: [...variables, ...databases],
    });
    const beside = { secrets, secretNames, jobspec, job, rollout, databases };
    const companions = createCompanions(app, beside);
    const after = createAfterRollout(app, beside, Object.values(companions.jobs));
    const backup = createScheduledBackup(app, secrets, databases);
    const jobs = [job, ...Object.values(companions.jobs), after?.job, backup?.job];
    createProtection(
      app,
      jobs.filter((one) => one !== undefined),
    );

    const { provider, outcome } = app;
    const outputs = outputsOf(app);
    this.nodes = {
      job,
      variables: [
        ...variables,
        ...companions.variables,
        ...(after?.variables ?? []),
        ...(backup?.variables ?? []),
      ],
      companions: companions.jobs,
      afterRollout: after?.job,
      ...{ postgres, redis, database, scheduledBackup: backup?.job, provider },
    };
    // An `up` that changes nothing must not be green over a rollout that failed or still runs.
    const concluded = rollout.conclude(job);
    rollout.saySummary(
      concluded,
      outputs.next.apply(({ status }) => [`next: ${status}`]),
    );
    this.jobName = pulumi.all([job.name, concluded, after?.done]).apply(([registered]) => registered);
    // As undefined, it would bring a warning of Pulumi's in each first preview, where it is not known yet.
    this.release = concluded.apply(({ release }) =>
      release === undefined ? job.id.apply(() => undefined) : pulumi.output(release),
    );
    this.namespace = job.namespace;
    this.image = outputs.image;
    this.count = outputs.count;
    this.serviceName = outputs.service;
    this.migration = outputs.migration;
    this.next = outputs.next;
    this.stackOutputs = outcome.outputs<StackOutputs>({ ...outputs, release: this.release }, job);
    this.registerOutputs({
      jobName: this.jobName,
      namespace: this.namespace,
      image: this.image,
      count: this.count,
      serviceName: this.serviceName,
      migration: this.migration,
      release: this.release,
      // Made from arguments alone, so a preview of a stack that does not change shows the same.
      next: this.next,
    });
  }

  /** The PostgreSQL container, when `postgres` is set. */
  get postgres(): PostgresContainer | undefined {
    return this.nodes.postgres;
  }

  /** Roles and a database on an existing server, when `database` is set. */
  get database(): PostgresDatabase | undefined {
    return this.nodes.database;
  }
}
