import * as pulumi from "@pulumi/pulumi";
import { appAccess } from "./guards/appAccess";
import { adoptionHooks } from "./guards/adoption";
import { createBackupVariables, createScheduledBackup } from "./database/backups/backupResources";
import type { DjangoAppArgs } from "./arguments/djangoAppArgs";
import { guard } from "./guards/guard";
import {
  djangoAppProblems,
  djangoAppWarnings,
  type KnownValues,
  knownValues,
  resolvedArgs,
} from "./application/djangoAppProblems";
import { fail } from "./messages/failure";
import {
  type AppSecrets,
  appSecrets,
  namedSecrets,
  openNames,
  secretsSpec,
} from "./application/djangoAppSecrets";
import { secretKeys } from "./secrets/generatedSecrets";
import { appSpec, environment, migrateEnvironment, type Resolved } from "./application/djangoAppSpec";
import { renderJobspec, seconds } from "./jobspec";
import { defaults } from "./arguments/keys";
import { createJob, createVariables, namespaceOf, patience } from "./application/nomadResources";
import { connectionsFor, PostgresContainer } from "./database/postgresContainer";
import { PostgresDatabase } from "./database/postgresDatabase";
import { OwnerMark } from "./guards/owner";
import { type JobMarks, Outcome, Rollout } from "./rollout";
import { openSecretWarnings } from "./secrets/openSecrets";
import { warn } from "./messages/say";

/** What an operator asks about a stack. */
export interface StackOutputs {
  /** Nomad job id. */
  job: string;
  /** Nomad namespace of the job. */
  namespace: string;
  /** The image that serves. */
  image: pulumi.Output<string>;
  /** Instances; 0 while the application is parked. */
  count: number;
  /** Name of the service; not there when none is registered. */
  service?: string;
  /** Who migrates, in words. */
  migration: string;
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
 * @throws {Failure} when the arguments don't fit together; nothing is registered then.
 */
export class DjangoApp extends pulumi.ComponentResource {
  /** For a stack to export; of an `up` that failed nothing, so that the stack's outputs stay what they were. */
  readonly stackOutputs: Promise<Partial<StackOutputs>>;
  /** Nomad job id, known when what was asked for serves. */
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
    for (const { key, message } of djangoAppWarnings(args)) warn(`${key}: ${message}`);
    const jobName = args.jobName ?? pulumi.getProject();
    const outcome = new Outcome();
    super("django-nomad:index:DjangoApp", name, {}, opts);
    const count = args.count ?? defaults.count;
    const owner = new OwnerMark(name, this);
    const adoption = { jobName, namespace: args.namespace, adopt: args.adopt ?? defaults.adopt, owner };
    const access = { app: appAccess(args, jobName, namespaceOf(args)), patienceSeconds: patience(args) };
    const child = {
      parent: this,
      dependsOn: guard({ adoption, access, args }, outcome, opts?.dependsOn !== undefined),
    };

    this.postgres =
      args.postgres &&
      new PostgresContainer(
        `${name}-postgres`,
        { ...args.postgres, maxConnections: args.postgres.maxConnections ?? connectionsFor(count) },
        child,
      );
    this.database = args.database && new PostgresDatabase(`${name}-database`, args.database, child);
    const { secretKeyVersion } = args;
    const secrets = appSecrets(args, {
      database: this.database,
      keys: secretKeyVersion === undefined ? undefined : secretKeys(name, secretKeyVersion, child),
    });
    const hooks = adoptionHooks(adoption);
    const backups = { name, jobName, args, secrets, owner, child };
    const variables = [
      ...createVariables(name, jobName, secrets, args, hooks, child),
      ...createBackupVariables(backups, hooks),
    ];
    const rollout = createRollout(jobName, args, secrets, outcome);
    const databases = [this.postgres, this.database].filter((one) => one !== undefined);
    const jobspec = renderSpec(name, jobName, args, { values: secrets, owner, child }, rollout);
    const job = createJob(name, jobspec, args, rollout, hooks, this.database?.separation ?? [], {
      parent: this,
      dependsOn: child.dependsOn.apply((none) => [...none, ...variables, ...databases]),
    });
    createScheduledBackup(backups, databases);

    // An `up` that changes nothing must not be green over a rollout that failed or still runs.
    this.jobName = pulumi.all([job.name, rollout.conclude(job)]).apply(([registered]) => registered);
    this.namespace = job.namespace;
    this.image = pulumi.output(args.djangoImage);
    this.count = count;
    this.serviceName = args.httpService?.serviceName;
    this.migration = leaderInWords[args.migrationLeader ?? defaults.migrationLeader];
    const { serviceName: service, image, migration } = this;
    const all = { job: jobName, namespace: namespaceOf(args), image, count, migration };
    this.stackOutputs = outcome.outputs<StackOutputs>(service === undefined ? all : { ...all, service }, job);
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

const leaderInWords = {
  "index-zero-first": "allocation 0 migrates, the others wait for it",
  "index-zero": "allocation 0 migrates, the others wait for it",
  "first-to-lock": "the first allocation to get the database's lock migrates, the others wait for it",
};

/** Before the component is registered: an argument that is wrong leaves nothing in the stack. */
function refuseProblems(name: string, args: DjangoAppArgs): void {
  const problems = djangoAppProblems(args).map(({ key, message }) => `  ${key}: ${message}`);
  if (problems.length > 0) {
    fail(`The arguments of DjangoApp "${name}" are wrong:\n${problems.join("\n")}`);
  }
}

function renderSpec(
  name: string,
  jobName: string,
  args: DjangoAppArgs,
  { values, owner, child }: { values: AppSecrets; owner: OwnerMark; child: pulumi.CustomResourceOptions },
  rollout: Rollout,
): pulumi.Output<string> {
  const renderWith =
    (resolved: KnownValues & Pick<Resolved, "ownerId" | "proofDelimiter">) =>
    ({ release, description }: JobMarks): string => {
      const spec = appSpec(args, { ...resolved, jobName, owner: owner.stack, release, description });
      return renderJobspec(spec, args.transform);
    };
  const known = knownValues(args, jobName);
  if (known) rollout.expect(owner.made().then((made) => renderWith({ ...known, ...made })));
  const secretNames = secretsSpec(name, jobName, values, child);
  return pulumi
    .all([
      args.djangoImage,
      environment(args),
      migrateEnvironment(args),
      secretNames,
      owner.id,
      owner.proofDelimiter,
    ])
    .apply(([image, env, migrateEnv, secrets, ownerId, proofDelimiter]) => {
      // What was not known before is checked as soon as it is.
      refuseProblems(name, { ...args, ...resolvedArgs(image, env, migrateEnv, secrets) });
      return rollout.render(renderWith({ image, env, migrateEnv, secrets, ownerId, proofDelimiter }));
    });
}

function createRollout(jobName: string, args: DjangoAppArgs, secrets: AppSecrets, outcome: Outcome): Rollout {
  const named = namedSecrets(args, secrets);
  const names = openNames(args, jobName);
  pulumi.all([named, names]).apply((known) => {
    // The dev stack's password is in every clone, and its database on this machine alone.
    if (pulumi.getStack() === "dev") return;
    for (const warning of openSecretWarnings(...known)) warn(warning);
  });
  return new Rollout({
    jobName,
    namespace: args.namespace,
    strategy: args.update?.strategy ?? defaults.update.strategy,
    count: args.count ?? defaults.count,
    migrateStartSeconds: seconds(args.update?.migrateStartDeadline ?? defaults.update.migrateStartDeadline),
    serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
    patienceSeconds: patience(args),
    secrets: named.apply((all) => all.map(({ value }) => value)),
    names,
    outcome,
  });
}
