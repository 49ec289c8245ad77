import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "./jobspec";
import type { PostgresContainerArgs } from "./postgresContainer";

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
   * old ones. `rolling`: old ones are stopped first, a few at a time; needs `migrationLeader` "first-to-lock".
   * @default "canary"
   */
  strategy?: "canary" | "rolling" | "blue-green" | "recreate";
  /** Instances replaced at a time. @default 1 */
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
  /** Nomad job id. @default the Pulumi project's name */
  jobName?: string;
  /** @default Nomad's own */
  region?: string;
  /** @default ["*"] */
  datacenters?: string[];
  /** Instances. @default 1 */
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
  /** Overrides for the migrate task alone, for example a database host past a pooler. @default {} */
  migrateEnvVars?: Record<string, pulumi.Input<string>>;
  /** Docker network of both tasks. Not with `postgres`, which brings its own. @default Docker's default bridge */
  dockerNetworkMode?: string;
  /** @default ["./manage.py"] */
  manageCommand?: string[];
  /** Of the web server. */
  serverResources?: Resources;
  /** Of the migrate task. */
  migrateResources?: Resources;
  /**
   * `index-zero`: the allocation with index 0 migrates, as in the pack. `first-to-lock`: whichever gets
   * the database's lock does. @default "index-zero"
   */
  migrationLeader?: "index-zero" | "first-to-lock";
  /** Longest time a migration may take. @default "10m" */
  migrationTimeout?: Duration;
  /** Seconds between two looks of a waiting allocation. @default 5 */
  migrationPollSeconds?: number;
  /** Looks before a waiting allocation fails. @default 5 */
  migrationPollIters?: number;
  /** Seconds to wait for the database before the migration. @default 60 */
  databaseWaitSeconds?: number;
  update?: UpdateArgs;
  /** A PostgreSQL container beside the application, for one machine. @default none */
  postgres?: PostgresContainerArgs;
}
