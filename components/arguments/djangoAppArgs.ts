import type * as pulumi from "@pulumi/pulumi";
import type { BackupsArgs } from "./backupsArgs";
import type { Duration, Transform as JobTransform } from "../jobspec";
import type { NomadArgs } from "../nomad/nomadArgs";
import type { Transforms } from "./transforms";
import type {
  AffinityArgs,
  ConstraintArgs,
  LogsArgs,
  RegistryAuthArgs,
  RescheduleArgs,
  RestartArgs,
  SpreadArgs,
  VolumeArgs,
} from "./placementArgs";
import type { PostgresContainerArgs } from "./databaseArgs";
import type { PostgresDatabaseArgs } from "./databaseArgs";

/** CPU in MHz, memory in MB. */
export interface Resources {
  /** MHz. @default 100 */
  cpu?: number;
  /** MB. Real projects need 130 to 430 to migrate. @default 300 */
  memory?: number;
}

/** The service that the instances register (pack variable `http_service`). */
export interface HttpServiceArgs {
  serviceName: string;
  /** @default [] */
  serviceTags?: string[];
  /** "consul" needs a Consul agent on every client. @default "nomad" */
  serviceProvider?: "nomad" | "consul";
  /** Without a check an instance counts as healthy as soon as it runs. @default true */
  checkEnabled?: boolean;
  /** @default "http" */
  checkType?: "http" | "tcp";
  /** @default "/" */
  checkPath?: string;
  /** @default "10s" */
  checkInterval?: Duration;
  /** @default "5s" */
  checkTimeout?: Duration;
  /** Headers of the HTTP check, for example a `Host` that ALLOWED_HOSTS allows. @default {} */
  checkHeaders?: Record<string, string>;
  /** Consul Connect upstreams. Any puts the group in bridge mode and needs Consul. @default [] */
  upstreams?: { name: string; port: number }[];
}

/** How Nomad replaces instances (Nomad's `update` block). */
export interface UpdateArgs {
  /**
   * `canary`: one new instance beside the old ones, then the rest. `blue-green`: all new ones beside the
   * old ones. `rolling`: old ones are stopped first, a few at a time; not with `migrationLeader` "index-zero".
   * `recreate`: all old ones are stopped first; nobody serves until the new ones do.
   * @default "canary"
   */
  strategy?: "canary" | "rolling" | "blue-green" | "recreate";
  /** Instances replaced at a time. Not with `recreate`, which replaces all at once. @default 1 */
  maxParallel?: number;
  /** Go back to the last good version when a deployment fails. @default true */
  autoRevert?: boolean;
  /** How long an instance must be healthy before it counts. @default "10s" */
  minHealthyTime?: Duration;
  /** Longest time from a server's start to its first passed check. @default "2m" */
  serverDeadline?: Duration;
  /** @default what migration, database wait, start and image pull need in the worst case */
  healthyDeadline?: Duration;
  /** @default a minute more than healthyDeadline */
  progressDeadline?: Duration;
}

/** Inputs of `DjangoApp`. Plain values decide which resources exist or are checked before anything runs. */
export interface DjangoAppArgs {
  /**
   * Image of the project (pack variable `django_image`): its WORKDIR is the Django root with an executable
   * `./manage.py`, its CMD starts the web server. A change replaces every instance.
   */
  djangoImage: pulumi.Input<string>;
  /** Nomad job id. @default the component's name; the Pulumi project's in a stack's config */
  jobName?: string;
  /**
   * Take over a job of that id which another stack or another tool registered, such as the Django pack; without
   * it such a job is left alone and `up` fails. Harmless once the job is this stack's. @default false
   */
  adopt?: boolean;
  /**
   * Guards production: the job and its secrets can't be removed or replaced while it is on, the database and its
   * volume never; a stopped job stays in Nomad's records. An image that no digest and no immutable tag pins, a secret
   * in a plain variable, `keepData: false`, plain http to another machine and an unchecked certificate are refused. It
   * guards against accidents: Pulumi's `--ignore-protect` passes it. @default false
   */
  protect?: boolean;
  /**
   * Says that the registries never move a tag to another image (immutable tags), so that a tag pins an image as a
   * digest does. `latest` stays refused under `protect`. @default false
   */
  immutableTags?: boolean;
  /** Nomad namespace of the job and its variable. A change replaces both. @default "default" */
  namespace?: string;
  /** @default Nomad's own */
  region?: string;
  /** @default ["*"] */
  datacenters?: string[];
  /** @default "default" */
  nodePool?: string;
  /** @default [] */
  constraints?: ConstraintArgs[];
  /** @default [] */
  affinities?: AffinityArgs[];
  /** @default [] */
  spreads?: SpreadArgs[];
  /** 1 to 100; higher goes first when resources are short. @default 50 */
  priority?: number;
  /** Texts that the job carries; tasks have them as NOMAD_META_NAME. @default {} */
  meta?: Record<string, string>;
  /** Instances; 0 parks the application: nothing of it runs, its secrets and data stay. @default 1 */
  count?: number;
  /** Port that the web server listens on in its container. @default 8000 */
  port?: number;
  /** @default "http" */
  servicePortLabel?: string;
  /** @default no service */
  httpService?: HttpServiceArgs;
  /** Plain environment of both tasks. Anyone who can read the job sees it. @default {} */
  envVars?: Record<string, pulumi.Input<string>>;
  /** Secret environment of both tasks, delivered through a Nomad variable. @default {} */
  secretEnvVars?: pulumi.Input<Record<string, string>>;
  /**
   * Makes SECRET_KEY and keeps it in the stack's state. Each higher version makes another; the one before stays valid
   * as SECRET_KEY_FALLBACKS, whose keys are separated by commas. Go up by one at a time, once everything that the
   * one before signed has expired. Not with a SECRET_KEY of your own. @default none is made
   */
  secretKeyVersion?: number;
  /** Overrides for the migrate task alone, for example a database host past a pooler. @default {} */
  migrateEnvVars?: Record<string, pulumi.Input<string>>;
  /** Docker network of both tasks. Not with `postgres`, which brings its own. @default Docker's default bridge */
  dockerNetworkMode?: string;
  /** @default ["./manage.py"] */
  manageCommand?: string[];
  /** For images of a private registry. @default none */
  registryAuth?: RegistryAuthArgs;
  /** @default [] */
  volumes?: VolumeArgs[];
  /** @default Nomad's own: 10 files of 10 MB */
  logs?: LogsArgs;
  /** Of the server, from the stop signal to the kill. @default Nomad's own, "5s" */
  killTimeout?: Duration;
  /** Of the server, from leaving the service catalog to the stop signal. @default "5s" with a service */
  shutdownDelay?: Duration;
  restart?: RestartArgs;
  /** @default Nomad's own: without limit, after 30s at first and 1h at last */
  reschedule?: RescheduleArgs;
  /** Of the web server. */
  serverResources?: Resources;
  /** Of the migrate task. */
  migrateResources?: Resources;
  /**
   * `index-zero-first`: the allocation with index 0 migrates, as in the pack; when nobody does, another one leads after
   * some 10 seconds. `index-zero`: never another one. `first-to-lock`: the first to get the database's lock does.
   * @default "index-zero-first"
   */
  migrationLeader?: "index-zero-first" | "index-zero" | "first-to-lock";
  /**
   * Keeps a row for each application in the table `django_nomad_release` of the first of migrationDatabases: which
   * release is the newest, and whether it runs, failed or is done. A release then runs `migrate` also when nothing is
   * pending, one that failed stays failed until it is mended, and an older one never migrates. Without it, or where the
   * table can't be made, the gate goes by pending migrations alone, as the pack does. @default true
   */
  recordReleases?: boolean;
  /** Longest time a migration may take. @default "10m" */
  migrationTimeout?: Duration;
  /** Seconds between two looks of a waiting allocation. @default 5 */
  migrationPollSeconds?: number;
  /** Looks before a waiting allocation fails. @default 5, and as many more as migrationTimeout needs */
  migrationPollIters?: number;
  /** Seconds to wait for the database before the migration. @default 60 */
  databaseWaitSeconds?: number;
  /** Aliases of DATABASES to migrate, in this order. @default ["default"] */
  migrationDatabases?: string[];
  /** Text from which the lock is derived; programs that migrate one database need the same. @default the database's name */
  migrationLockKey?: string;
  /** PostgreSQL's lock_timeout while migrating. @default the server's own */
  migrationLockTimeout?: Duration;
  /** PostgreSQL's statement_timeout while migrating. @default the server's own */
  migrationStatementTimeout?: Duration;
  /**
   * Management commands before the migrations, under their lock and only when something is pending. Each is
   * a list of words: `[["backup", "--fast"]]`. @default []
   */
  beforeMigrate?: string[][];
  /** As beforeMigrate, after them. When one fails the migrations stay. @default [] */
  afterMigrate?: string[][];
  /**
   * A dump before each migration, by a task of PostgreSQL's own image and under the gate's lock: without one nothing
   * is migrated. Its time counts in migrationTimeout. Needs `backups`. @default false
   */
  backupBeforeMigrate?: boolean;
  /** Where dumps go, how many are kept, and when they are made. @default none */
  backups?: BackupsArgs;
  update?: UpdateArgs;
  /** A PostgreSQL container beside the application, for one machine. @default none */
  postgres?: PostgresContainerArgs;
  /** Roles and a database on a PostgreSQL server that is already there. Not with `postgres`. @default none */
  database?: PostgresDatabaseArgs;
  /**
   * The cluster to deploy to, by the names of the nomad provider's arguments: the component makes its provider and its own
   * client from it. Without it both go by the stack's `nomad:` config and the NOMAD_* variables of the environment.
   * @example { address: "https://nomad.example.com:4646", region: "eu", secretId: token, caFile: "ca.pem" }
   */
  nomad?: NomadArgs;
  /**
   * Escape hatch. A function receives the job as Nomad's API takes it and returns the one to register; it is called more
   * than once, so without side effects. What it returns is checked: the job's id, namespace and type, the tasks `migrate`
   * and `server` with their order, and fields that Nomad does not know and would drop. A map has such a function as
   * `job`, and others for the other resources.
   * @example (job) => ({ ...job, AllAtOnce: true })
   */
  transform?: JobTransform | Transforms;
}
