/* Written by `npm run docs` from the table in components/arguments/keys: change a row there. */
import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../jobspec";
import type { NomadArgs } from "../nomad/nomadArgs";

export type ConstraintOperator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "regexp"
  | "version"
  | "semver"
  | "set_contains"
  | "set_contains_any"
  | "is_set"
  | "is_not_set"
  | "distinct_hosts"
  | "distinct_property";

/**
 * A condition that a node must meet (Nomad's `constraint` block).
 */
export interface ConstraintArgs {
  /**
   * Attribute of the node. Required, except with the operator `distinct_hosts`. Must be a node's
   * attribute in ${ }.
   * @example "${node.class}"
   */
  attribute?: pulumi.Input<string>;
  /**
   * How the attribute is compared with the value.
   * @default "="
   */
  operator?: pulumi.Input<ConstraintOperator>;
  /**
   * What the attribute is compared with. Not with `is_set` and `is_not_set`. Must be one line of text,
   * without control characters.
   * @example "web"
   */
  value?: pulumi.Input<string>;
}

export type AffinityOperator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "regexp"
  | "version"
  | "semver"
  | "set_contains"
  | "set_contains_any"
  | "is_set"
  | "is_not_set";

/**
 * A preference for nodes (Nomad's `affinity` block).
 */
export interface AffinityArgs {
  /**
   * Attribute of the node. Must be a node's attribute in ${ }.
   * @example "${node.class}"
   */
  attribute: pulumi.Input<string>;
  /**
   * How the attribute is compared with the value.
   * @default "="
   */
  operator?: pulumi.Input<AffinityOperator>;
  /**
   * What the attribute is compared with. Must be one line of text, without control characters.
   * @example "web"
   */
  value?: pulumi.Input<string>;
  /**
   * How strong the preference is; a negative weight avoids such nodes. Not 0. Must be a whole number
   * from -100 to 100.
   * @default 50
   */
  weight?: pulumi.Input<number>;
}

/**
 * Share of one value of the attribute.
 */
export interface SpreadTargetArgs {
  /**
   * Value of the attribute. Must be one line of text, not empty.
   * @example "dc1"
   */
  value: pulumi.Input<string>;
  /**
   * Its share, in percent. Must be a whole number from 0 to 100.
   * @example 60
   */
  percent: pulumi.Input<number>;
}

/**
 * An attribute over whose values instances are spread (Nomad's `spread` block).
 */
export interface SpreadArgs {
  /**
   * Attribute of the node. Must be a node's attribute in ${ }.
   * @example "${node.datacenter}"
   */
  attribute: pulumi.Input<string>;
  /**
   * How strong the spread is. Must be a whole number from 1 to 100.
   * @default 50
   */
  weight?: pulumi.Input<number>;
  /**
   * Share of each value. Together at most 100 percent.
   * @default evenly
   * @example [{"value":"dc1","percent":60}]
   */
  targets?: pulumi.Input<pulumi.Input<SpreadTargetArgs>[]>;
}

/**
 * The number of web servers, left to an autoscaler within limits.
 */
export interface ScalingArgs {
  /**
   * Fewest instances that Nomad lets an autoscaler set. Must be a whole number from 1 to 10000. A plain
   * value, not an output: it decides how long Pulumi waits for the job.
   * @default 1
   * @example 2
   */
  min?: number;
  /**
   * Most instances that Nomad lets an autoscaler set. Timers and database connections allow for that
   * many. Must be a whole number from 1 to 10000. A plain value, not an output: it decides how long
   * Pulumi waits for the job.
   * @example 10
   */
  max: number;
  /**
   * False asks the autoscaler to leave the number as it is.
   * @default true
   */
  enabled?: pulumi.Input<boolean>;
  /**
   * Scaling policy, passed to the autoscaler as it is, in the form of Nomad's API: where the
   * autoscaler's documentation has a block, write a list of maps.
   * @default none
   * @example {"cooldown":"2m"}
   */
  policy?: pulumi.Input<Record<string, unknown>>;
}

export type ServiceProvider = "nomad" | "consul";

export type CheckType = "http" | "tcp";

/**
 * A service of the mesh that the instances call.
 */
export interface UpstreamArgs {
  /**
   * Name of the service. Must be a service name: letters, digits and -, at most 63.
   * @example "search"
   */
  name: pulumi.Input<string>;
  /**
   * Port on which instances reach it at 127.0.0.1. Must be a whole number from 1 to 65535.
   * @example 9200
   */
  port: pulumi.Input<number>;
}

/**
 * The service that the instances register.
 */
export interface HttpServiceArgs {
  /**
   * Name of the service. Must be a service name: letters, digits and -, at most 63.
   * @example "shop"
   */
  serviceName: pulumi.Input<string>;
  /**
   * Tags of the service. Must be a list, each one line of text, without control characters.
   * @default []
   * @example ["http"]
   */
  serviceTags?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Tags of a canary in place of `serviceTags`, until it is promoted; empty for the same ones. For a
   * proxy that reads in the tags where it may send requests. Must be a list, each one line of text,
   * without control characters.
   * @default []
   * @example ["traefik.enable=false"]
   */
  canaryTags?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Catalog that lists the service. `consul` needs a Consul agent on every client.
   * @default "nomad"
   */
  serviceProvider?: pulumi.Input<ServiceProvider>;
  /**
   * Checks each instance. Without a check an instance is healthy as soon as it runs.
   * @default true
   */
  checkEnabled?: pulumi.Input<boolean>;
  /**
   * `http` requests a path, `tcp` only opens a connection.
   * @default "http"
   */
  checkType?: pulumi.Input<CheckType>;
  /**
   * Path that an HTTP check requests. Must be a path that begins with one /.
   * @default "/"
   * @example "/healthz"
   */
  checkPath?: pulumi.Input<string>;
  /**
   * Time from one check to the next. Must be a duration such as 90s or 10m, at least 1s.
   * @default "10s"
   */
  checkInterval?: pulumi.Input<Duration>;
  /**
   * Time after which a check without an answer fails. Must be a duration such as 90s or 10m, at least
   * 1s.
   * @default "5s"
   */
  checkTimeout?: pulumi.Input<Duration>;
  /**
   * Headers of an HTTP check, for example a Host that ALLOWED_HOSTS allows.
   * @default {}
   * @example {"Host":"shop.example.com"}
   */
  checkHeaders?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Consul Connect upstreams. With any, instances run in a network of their own, and `serviceProvider`
   * must be `consul`.
   * @default []
   * @example [{"name":"search","port":9200}]
   */
  upstreams?: pulumi.Input<pulumi.Input<UpstreamArgs>[]>;
}

/**
 * Login to the registry of the images (Docker's `auth`).
 */
export interface RegistryAuthArgs {
  /**
   * User of the registry. Must be one line of text without ${ and %{.
   * @example "ci"
   */
  username: pulumi.Input<string>;
  /**
   * Password or token. It is kept in the job's Nomad variable, never in the jobspec, and both tasks have
   * it in their environment as DJANGO_NOMAD_REGISTRY_PASSWORD: use a token that can only pull.
   */
  password: pulumi.Input<string>;
  /**
   * Address of the registry. Must be a registry's host, such as registry.example.com.
   * @default the image's own registry
   * @example "registry.example.com"
   */
  serverAddress?: pulumi.Input<string>;
}

export type VolumeType = "host" | "csi";

export type AccessMode =
  | "single-node-reader-only"
  | "single-node-single-writer"
  | "single-node-multi-writer"
  | "single-node-writer"
  | "multi-node-reader-only"
  | "multi-node-single-writer"
  | "multi-node-multi-writer";

export type AttachmentMode = "file-system" | "block-device";

export type TaskName = "migrate" | "server";

/**
 * A volume of the cluster, mounted into the tasks.
 */
export interface VolumeArgs {
  /**
   * Name of the volume within the job. Must be a volume's name: letters, digits, _, - and .
   * @example "media"
   */
  name: pulumi.Input<string>;
  /**
   * `host`: a static or dynamic host volume of Nomad's clients. `csi`: a CSI volume.
   * @default "host"
   */
  type?: pulumi.Input<VolumeType>;
  /**
   * Name of the host volume, or id of the CSI volume. Must be a volume's name: letters, digits and _ . :
   * / @ + = -, beginning with a letter, a digit or _.
   * @default the same as `name`
   */
  source?: pulumi.Input<string>;
  /**
   * Path in the container. Must be an absolute path in the container.
   * @example "/srv/media"
   */
  destination: pulumi.Input<string>;
  /**
   * Mounts the volume read-only.
   * @default false
   */
  readOnly?: pulumi.Input<boolean>;
  /**
   * Access mode. Required for a CSI volume; optional for a dynamic host volume.
   */
  accessMode?: pulumi.Input<AccessMode>;
  /**
   * Attachment mode. Required for a CSI volume; optional for a dynamic host volume.
   */
  attachmentMode?: pulumi.Input<AttachmentMode>;
  /**
   * Gives each instance a volume of its own, `source[index]`. Not with canaries.
   * @default one volume for all instances
   */
  perAlloc?: pulumi.Input<boolean>;
  /**
   * Tasks that mount the volume. Must be a list with at least one entry.
   * @default ["migrate","server"]
   */
  tasks?: pulumi.Input<pulumi.Input<TaskName>[]>;
}

/**
 * Logs that Nomad keeps on the client.
 */
export interface LogsArgs {
  /**
   * Files of each stream of each task. Must be a whole number from 1 to 1000.
   * @default 10
   */
  maxFiles?: pulumi.Input<number>;
  /**
   * Size of each file. Must be a whole number from 1 to 100000, in MB.
   * @default 10
   */
  maxFileSize?: pulumi.Input<number>;
}

/**
 * Resources of a task.
 */
export interface Resources {
  /**
   * CPU. Must be a whole number from 1 to 1000000, in MHz.
   * @default 100
   */
  cpu?: pulumi.Input<number>;
  /**
   * Memory. Real projects need 130 to 430 MB to migrate. Must be a whole number from 10 to 10000000, in
   * MB.
   * @default 300
   */
  memory?: pulumi.Input<number>;
}

export type KillSignal = "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2" | "SIGWINCH";

export type RestartMode = "fail" | "delay";

/**
 * Restarts of a server on its node (Nomad's `restart` block).
 */
export interface RestartArgs {
  /**
   * Restarts within one interval. Must be a whole number from 0 to 1000.
   * @default 2
   */
  attempts?: pulumi.Input<number>;
  /**
   * Delay before each restart. Must be a duration such as 90s or 10m.
   * @default "15s"
   */
  delay?: pulumi.Input<Duration>;
  /**
   * Interval in which restarts are counted. Must be a duration such as 90s or 10m, at least 5s.
   * @default "30m"
   */
  interval?: pulumi.Input<Duration>;
  /**
   * What follows the last restart. `fail` reschedules the instance; `delay` waits for the next interval.
   * @default "fail"
   */
  mode?: pulumi.Input<RestartMode>;
}

export type DelayFunction = "constant" | "exponential" | "fibonacci";

/**
 * Replacements of failed instances (Nomad's `reschedule` block).
 */
export interface RescheduleArgs {
  /**
   * Replacements within one interval; 0 means never. Must be a whole number from 0 to 1000.
   * @default no limit
   */
  attempts?: pulumi.Input<number>;
  /**
   * Interval in which replacements are counted. Required with `attempts`. Must be a duration such as 90s
   * or 10m.
   * @example "1h"
   */
  interval?: pulumi.Input<Duration>;
  /**
   * Delay before the first replacement. Must be a duration such as 90s or 10m, at least 5s.
   * @default "30s"
   */
  delay?: pulumi.Input<Duration>;
  /**
   * How the delay grows with each replacement.
   * @default "exponential"
   */
  delayFunction?: pulumi.Input<DelayFunction>;
  /**
   * Longest delay. Must be a duration such as 90s or 10m.
   * @default "1h"
   */
  maxDelay?: pulumi.Input<Duration>;
  /**
   * Never stops replacing. False as soon as `attempts` is set.
   * @default true
   */
  unlimited?: pulumi.Input<boolean>;
}

/**
 * The number of a process's instances, left to an autoscaler within limits.
 */
export interface ProcessScaling {
  /**
   * Fewest instances that Nomad lets an autoscaler set. Must be a whole number from 0 to 10000. A plain
   * value, not an output: it decides how long Pulumi waits for the job.
   * @default 1
   * @example 2
   */
  min?: number;
  /**
   * Most instances that Nomad lets an autoscaler set. Timers and database connections allow for that
   * many. Must be a whole number from 1 to 10000. A plain value, not an output: it decides how long
   * Pulumi waits for the job.
   * @example 10
   */
  max: number;
  /**
   * False asks the autoscaler to leave the number as it is.
   * @default true
   */
  enabled?: pulumi.Input<boolean>;
  /**
   * Scaling policy, passed to the autoscaler as it is, in the form of Nomad's API: where the
   * autoscaler's documentation has a block, write a list of maps.
   * @default none
   * @example {"cooldown":"2m"}
   */
  policy?: pulumi.Input<Record<string, unknown>>;
}

/**
 * Resources of a process.
 */
export interface ProcessResources {
  /**
   * CPU. Must be a whole number from 1 to 1000000, in MHz.
   * @default 100
   */
  cpu?: pulumi.Input<number>;
  /**
   * Memory that is reserved. Must be a whole number from 10 to 10000000, in MB.
   * @default 300
   */
  memory?: pulumi.Input<number>;
  /**
   * Memory that the process may use where its node has it to spare. Needs memory oversubscription in the
   * cluster's scheduler. Must be a whole number from 10 to 10000000, in MB.
   * @default the same as `memory`
   */
  memoryMax?: pulumi.Input<number>;
}

/**
 * A check of a port on which a process listens.
 */
export interface ProcessCheckArgs {
  /**
   * Port on which the process listens in its container. Must be a whole number from 1 to 65535.
   * @example 9000
   */
  port: pulumi.Input<number>;
  /**
   * `http` requests a path, `tcp` only opens a connection.
   * @default "http"
   */
  type?: pulumi.Input<CheckType>;
  /**
   * Path that an HTTP check requests. Must be a path that begins with one /.
   * @default "/"
   * @example "/healthz"
   */
  path?: pulumi.Input<string>;
  /**
   * Time from one check to the next. Must be a duration such as 90s or 10m, at least 1s.
   * @default "10s"
   */
  interval?: pulumi.Input<Duration>;
  /**
   * Time after which a check without an answer fails. Must be a duration such as 90s or 10m, at least
   * 1s.
   * @default "5s"
   */
  timeout?: pulumi.Input<Duration>;
  /**
   * Headers of an HTTP check, for example a Host that ALLOWED_HOSTS allows.
   * @default {}
   * @example {"Host":"shop.example.com"}
   */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A process beside the web server, such as a worker.
 */
export interface ProcessArgs {
  /**
   * What the process runs in place of the image's CMD, one word per item. No shell is involved. An
   * ENTRYPOINT gets these words as its arguments.
   * @example ["celery","-A","config","worker"]
   */
  command: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Number of instances. A change starts or stops instances of this process; all others run on. Must be
   * a whole number from 0 to 10000. A plain value, not an output: it decides which resources exist, or
   * how.
   * @default 1
   * @example 2
   */
  count?: number;
  /**
   * Leaves the number of instances to an autoscaler. `count` is then the number to begin with, and
   * `count` 0 stops the process. A plain value, not an output: it decides how long Pulumi waits for the
   * job.
   * @default none: the number is always `count`
   * @example {"min":0,"max":20}
   */
  scaling?: ProcessScaling;
  /**
   * Runs the process only once, in a job of its own, `JOB-NAME`: the old one ends before the new one
   * begins, and a release replaces it once the new version serves. For a scheduler such as celery beat.
   * `count` is 1, or 0. A plain value, not an output: it decides which resources exist, or how.
   * @default false
   */
  singleton?: boolean;
  /**
   * Environment variables of this process alone, on top of the application's `envVars`.
   * @default {}
   * @example {"CONCURRENCY":"4"}
   */
  envVars?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Resources of the process.
   * @default {"cpu":100,"memory":300}
   */
  resources?: pulumi.Input<ProcessResources>;
  /**
   * Time between the stop signal and the kill: as long as a task in hand may take. A Nomad client waits
   * no longer than its own `max_kill_timeout`, 30s unless its config says more; a preview warns when
   * yours is longer. A change restarts nothing: an instance keeps the one that it started with. Must be
   * a duration such as 90s or 10m.
   * @default "5s"
   */
  killTimeout?: pulumi.Input<Duration>;
  /**
   * Signal that asks an instance to stop. For a program that shuts down gracefully on another signal
   * than SIGTERM, such as huey's consumer, or that ignores SIGTERM. A change restarts nothing: an
   * instance keeps the one that it started with.
   * @default the image's STOPSIGNAL, or SIGTERM
   * @example "SIGINT"
   */
  killSignal?: pulumi.Input<KillSignal>;
  /**
   * Check that says when an instance is healthy.
   * @default none: an instance is healthy once it has run for `update.minHealthyTime`
   * @example {"port":9000,"path":"/healthz"}
   */
  check?: pulumi.Input<ProcessCheckArgs>;
}

/**
 * A command that runs on a schedule, such as clearsessions.
 */
export interface ScheduleArgs {
  /**
   * What a run starts in place of the image's CMD, one word per item. No shell is involved. An
   * ENTRYPOINT gets these words as its arguments.
   * @example ["./manage.py","clearsessions"]
   */
  command: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * When it runs: cron's five fields, seven with seconds first and years last, or a word such as
   * `@daily`. Must be cron with five fields, with seven (seconds first, years last), or a word such as
   * @daily.
   * @example "30 3 * * *"
   */
  cron: pulumi.Input<string>;
  /**
   * Time zone of `cron`. Must be a time zone.
   * @default "UTC"
   * @example "Europe/Paris"
   */
  timeZone?: pulumi.Input<string>;
  /**
   * Whether a run begins while the one before it still runs. If not, Nomad leaves the run out.
   * @default false
   */
  overlap?: pulumi.Input<boolean>;
  /**
   * Longest time of a run. A run that takes longer gets SIGTERM, 10 seconds later SIGKILL, and ends with
   * exit code 124. The image's Python, started through `manageCommand`, enforces the limit. Must be a
   * duration such as 90s or 10m, at least 1s.
   * @default no limit
   * @example "10m"
   */
  timeout?: pulumi.Input<Duration>;
  /**
   * Environment variables of this schedule alone, on top of the application's `envVars`.
   * @default {}
   * @example {"BATCH":"500"}
   */
  envVars?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Resources of a run.
   * @default {"cpu":100,"memory":300}
   */
  resources?: pulumi.Input<ProcessResources>;
}

/**
 * How one-off management commands run.
 */
export interface ManageArgs {
  /**
   * Whether there is a job for them, `JOB-manage`, and its copy of the secrets. Without it `npm run
   * manage` has nothing to run. A plain value, not an output: it decides which resources exist, or how.
   * @default true
   */
  enabled?: boolean;
  /**
   * Resources of a command.
   * @default {"cpu":100,"memory":300}
   * @example {"memory":1000}
   */
  resources?: pulumi.Input<ProcessResources>;
}

export type Migrations = "run" | "wait" | "none";

export type MigrationLeader = "index-zero-first" | "index-zero" | "first-to-lock";

export type MigrationLock = "database" | "none";

/**
 * Where dumps of the database go, how many are kept, and when they are made.
 */
export interface BackupsArgs {
  /**
   * Name of a host volume, static or dynamic. With `backupBeforeMigrate` instances run only on nodes
   * that have it. Must be a volume's name: letters, digits and _ . : / @ + = -, beginning with a letter,
   * a digit or _.
   * @example "dumps"
   */
  volume: pulumi.Input<string>;
  /**
   * Image with pg_dump and psql of the server's major version. Must be an image reference.
   * @default the image of `postgres`
   * @example "postgres:16"
   */
  image?: pulumi.Input<string>;
  /**
   * Dumps to keep of each kind: before migrations, and scheduled. Must be a whole number from 1 to
   * 10000.
   * @default 7
   */
  keep?: pulumi.Input<number>;
  /**
   * When a job of its own dumps the database, as cron's five fields or a word such as `@daily`. Must be
   * cron with five fields, or a word such as @daily. A plain value, not an output: it decides which
   * resources exist, or how.
   * @default no scheduled dumps
   * @example "30 3 * * *"
   */
  schedule?: string;
  /**
   * Time zone of the schedule. Must be a time zone.
   * @default "UTC"
   * @example "Europe/Paris"
   */
  timeZone?: pulumi.Input<string>;
  /**
   * CPU of the task that dumps. Must be a whole number from 1 to 1000000, in MHz.
   * @default 100
   */
  cpu?: pulumi.Input<number>;
  /**
   * Memory of the task that dumps. A schema of thousands of tables needs more. Must be a whole number
   * from 10 to 10000000, in MB.
   * @default 128
   */
  memory?: pulumi.Input<number>;
}

export type UpdateStrategy = "canary" | "rolling" | "blue-green" | "recreate";

/**
 * How Nomad replaces instances (its `update` block).
 */
export interface UpdateArgs {
  /**
   * `canary` starts one new instance beside the old ones, then replaces the rest. `blue-green` starts
   * all new ones beside the old ones. `rolling` stops a few old ones at a time; not with
   * `migrationLeader` `index-zero`. `recreate` stops all old ones first; nothing serves until the new
   * ones do. A plain value, not an output: it decides which resources exist, or how.
   * @default "canary"
   */
  strategy?: UpdateStrategy;
  /**
   * Instances to replace at a time. Not with `recreate`, which replaces all at once. Must be a whole
   * number from 1 to 10000. A plain value, not an output: it decides how long Pulumi waits for the job.
   * @default 1
   */
  maxParallel?: number;
  /**
   * Goes back to the last good version when a deployment fails.
   * @default true
   */
  autoRevert?: pulumi.Input<boolean>;
  /**
   * How long an instance must be healthy before it counts. Must be a duration such as 90s or 10m. A
   * plain value, not an output: it decides how long Pulumi waits for the job.
   * @default "10s"
   */
  minHealthyTime?: Duration;
  /**
   * Longest time from the start of the migrate task's container until Django has loaded in it. `up` ends
   * the rollout, and the task, shortly before: an ENTRYPOINT that ignores what it is told would run on.
   * Must be a duration such as 90s or 10m, at least 5s. A plain value, not an output: it decides how
   * long Pulumi waits for the job.
   * @default "90s"
   */
  migrateStartDeadline?: Duration;
  /**
   * Longest time from a server's start to its first passed check. Must be a duration such as 90s or 10m.
   * A plain value, not an output: it decides how long Pulumi waits for the job.
   * @default "2m"
   */
  serverDeadline?: Duration;
  /**
   * Nomad's healthy_deadline. Must be a duration such as 90s or 10m. A plain value, not an output: it
   * decides how long Pulumi waits for the job.
   * @default what migration, database wait, start and image pull need in the worst case
   */
  healthyDeadline?: Duration;
  /**
   * Nomad's progress_deadline. Must be a duration such as 90s or 10m. A plain value, not an output: it
   * decides how long Pulumi waits for the job.
   * @default a minute more than `healthyDeadline`
   */
  progressDeadline?: Duration;
}

/**
 * A PostgreSQL container beside the application, for one machine.
 */
export interface PostgresContainerArgs {
  /**
   * First part of the names of the network, the volume and the container. Two databases on one Docker
   * host need different ones. Must be a Docker name: letters, digits, _, . and -, at least two. A plain
   * value, not an output: it decides which resources exist, or how. A change makes another, empty
   * database; the rows stay where they are.
   * @default in a stack's config: project and stack
   * @example "shop-dev"
   */
  namePrefix: string;
  /**
   * Image of the server. An image that is already on the Docker host is not pulled. A change to another
   * major version is refused, since its server can't read the rows. Must be an image reference. A change
   * restarts the database.
   * @default "postgres:16"
   */
  image?: pulumi.Input<string>;
  /**
   * Major version that the image holds, where its tag does not tell. Must be a whole number from 9 to
   * 99.
   * @default from the image's tag
   * @example 16
   */
  version?: pulumi.Input<number>;
  /**
   * Database to create when the volume is new. Must be a database name: at most 63 letters, digits, _,
   * ., @, + and -, beginning with a letter, a digit or _.
   * @default "django"
   */
  database?: pulumi.Input<string>;
  /**
   * Superuser to create when the volume is new. Must be a role name: at most 63 letters, digits, _, .,
   * @, + and -, beginning with a letter, a digit or _.
   * @default "postgres"
   */
  user?: pulumi.Input<string>;
  /**
   * Password of the superuser. PostgreSQL keeps the one with which the volume was first initialised.
   * @default in a stack's config: POSTGRES_PASSWORD of `secretEnvVars`
   */
  password: pulumi.Input<string>;
  /**
   * Port of the host under which the database is published. Must be a whole number from 1 to 65535. A
   * change restarts the database.
   * @default not published
   * @example 5432
   */
  port?: pulumi.Input<number>;
  /**
   * Address of the host on which `port` is published. Must be an IP address of this host. A change
   * restarts the database.
   * @default "127.0.0.1"
   */
  listenAddress?: pulumi.Input<string>;
  /**
   * Name of the data volume. Must be a Docker name: letters, digits, _, . and -, at least two. A plain
   * value, not an output: it decides which resources exist, or how. A change makes another, empty
   * database; the rows stay where they are.
   * @default `namePrefix` and `-pgdata`
   * @example "shop-rows"
   */
  dataVolume?: string;
  /**
   * Protects the volume, and leaves it on the Docker host when the stack is destroyed. With false
   * `pulumi destroy` deletes the rows, once an `up` has recorded it. A plain value, not an output: it
   * decides which resources exist, or how. Counts from the next `pulumi up` on; a change restarts
   * nothing.
   * @default true
   */
  keepData?: boolean;
  /**
   * Memory limit. A quarter of it is PostgreSQL's shared_buffers. Must be a whole number from 64 to
   * 1000000, in MB. A change restarts the database.
   * @default 512
   */
  memory?: pulumi.Input<number>;
  /**
   * Number of sessions that the server accepts (max_connections). A DjangoApp raises the default to 2 ×
   * count × 10 threads + 20, rounded up to the next 100; with `scaling`, `max` counts. Must be a whole
   * number from 10 to 10000. A change restarts the database.
   * @default 100
   */
  maxConnections?: pulumi.Input<number>;
}

/**
 * A Redis container beside the application, for one machine.
 */
export interface RedisContainerArgs {
  /**
   * Image of the server. An image that is already on the Docker host is not pulled. Must be an image
   * reference. A change replaces the container; what it holds is gone.
   * @default "redis:7"
   */
  image?: pulumi.Input<string>;
  /**
   * Memory limit. Redis takes no more writes at three quarters of it. Must be a whole number from 16 to
   * 1000000, in MB. A change replaces the container; what it holds is gone.
   * @default 128
   */
  memory?: pulumi.Input<number>;
}

export type SslMode = "verify-full" | "verify-ca" | "require" | "disable";

export type Roles = "separate" | "single";

/**
 * A connection pooler in front of the server.
 */
export interface PoolerArgs {
  /**
   * Host name or address. Must be a host name or an IP address.
   * @example "pooler.example.com"
   */
  host: pulumi.Input<string>;
  /**
   * Port. Must be a whole number from 1 to 65535.
   * @default 5432
   * @example 6432
   */
  port?: pulumi.Input<number>;
}

/**
 * Roles and a database on a PostgreSQL server that is already there.
 */
export interface PostgresDatabaseArgs {
  /**
   * Host name or address of the server itself. Pulumi and the migrate task connect to it. Must be a host
   * name or an IP address.
   * @example "db.example.com"
   */
  host: pulumi.Input<string>;
  /**
   * Port of the server. Must be a whole number from 1 to 65535.
   * @default 5432
   */
  port?: pulumi.Input<number>;
  /**
   * Database to create. Must be a database name: at most 63 letters, digits, _ and -, not beginning with
   * pg_. A plain value, not an output: it decides which resources exist, or how. A change makes another,
   * empty database; the rows stay where they are.
   * @example "shop"
   */
  name: string;
  /**
   * Role that may create roles and databases. It needs no superuser. Must be a role name: at most 63
   * letters, digits, _ and -, not beginning with pg_. Counts from the next `pulumi up` on; a change
   * restarts nothing.
   * @default "postgres"
   */
  adminUser?: pulumi.Input<string>;
  /**
   * Password of `adminUser`. Counts from the next `pulumi up` on; a change restarts nothing.
   * @default PGPASSWORD of the environment in which Pulumi runs
   */
  adminPassword?: pulumi.Input<string>;
  /**
   * `verify-full` checks the server's certificate and its host name, `verify-ca` only the certificate,
   * `require` encrypts, `disable` does not. Anything but `verify-full` is refused unless `host` is this
   * machine. A change is a release: new instances replace the old ones.
   * @default "verify-full"
   */
  sslmode?: pulumi.Input<SslMode>;
  /**
   * PEM file of the authority that signed the server's certificate. Must be the path of a PEM file. A
   * plain value, not an output: it decides which resources exist, or how. A change is a release: new
   * instances replace the old ones.
   * @default the system's own authorities
   * @example "certificates/database.pem"
   */
  sslRootCert?: string;
  /**
   * Extensions to create in the database. Must be a list, each the name of an extension. A plain value,
   * not an output: it decides which resources exist, or how. Counts from the next `pulumi up` on; a
   * change restarts nothing.
   * @default []
   * @example ["pg_trgm"]
   */
  extensions?: string[];
  /**
   * `separate`: a migrator owns the schema, and the application's role can read and write rows but not
   * alter tables. `single`: one role for both. A plain value, not an output: it decides which resources
   * exist, or how. A change is a release: new instances replace the old ones.
   * @default "separate"
   */
  roles?: Roles;
  /**
   * Role of the application. A new role is created before the instances are replaced, and the old one is
   * dropped after them; together with a new password this rotates the password while the application
   * keeps serving. Must be a role name: at most 63 letters, digits, _ and -, not beginning with pg_. A
   * plain value, not an output: it decides which resources exist, or how. A change makes another role
   * and is a release.
   * @default the database's name
   * @example "shop_2"
   */
  user?: string;
  /**
   * Password of the application's role. A change is a release: new instances replace the old ones.
   * @default one is generated for each `user` and kept in the state
   */
  password?: pulumi.Input<string>;
  /**
   * Role of the migrations, with separate roles. Must be a role name: at most 63 letters, digits, _ and
   * -, not beginning with pg_. A plain value, not an output: it decides which resources exist, or how. A
   * change makes another role and is a release.
   * @default `name` and `_migrator`
   * @example "shop_owner"
   */
  migrateUser?: string;
  /**
   * Password of `migrateUser`. A change is a release: new instances replace the old ones.
   * @default generated, as for `password`
   */
  migratePassword?: pulumi.Input<string>;
  /**
   * Pooler through which the application connects. Migrations connect to `host`. A change is a release:
   * new instances replace the old ones.
   * @default none
   * @example {"host":"pooler.example.com","port":6432}
   */
  pooler?: pulumi.Input<PoolerArgs>;
  /**
   * Refuses to drop the database, and leaves it on the server when the stack is destroyed. A plain
   * value, not an output: it decides which resources exist, or how. Counts from the next `pulumi up` on;
   * a change restarts nothing.
   * @default true
   */
  keepData?: boolean;
}

/**
 * Arguments of a DjangoApp that a stack's config can hold.
 */
export interface ConfigArgs {
  /**
   * Image of the project. Its WORKDIR holds an executable `manage.py`; its CMD starts the web server.
   * Must be an image reference. A change is a release: new instances replace the old ones.
   * @example "registry.example.com/shop:1.4"
   */
  djangoImage: pulumi.Input<string>;
  /**
   * Nomad job id. Must be a job id: letters, digits, -, _ and ., no spaces or slashes, not beginning
   * with - or . A plain value, not an output: it decides which resources exist, or how. A change removes
   * the job and registers a new one.
   * @default in a stack's config: the name of the Pulumi project; in programs: the component's name
   * @example "shop"
   */
  jobName?: string;
  /**
   * Takes over a running job of that id which another stack or another tool registered, such as the
   * Django pack. Without it such a job is left alone and `up` fails. Harmless once the job belongs to
   * this stack. A plain value, not an output: Pulumi needs it before anything runs. Counts from the next
   * `pulumi up` on; a change restarts nothing.
   * @default false
   */
  adopt?: boolean;
  /**
   * Refuses to delete or replace the job, its secrets and its database. Under `update.strategy`
   * `recreate` the job itself can be replaced. A stopped job stays in Nomad's records. Also refuses an
   * image without a digest or an immutable tag, a secret in a plain variable, `keepData` false, plain
   * http to another machine and NOMAD_SKIP_VERIFY. It guards against accidents: Pulumi's
   * `--ignore-protect` overrides it. A plain value, not an output: Pulumi needs it before anything runs.
   * Counts from the next `pulumi up` on; a change restarts nothing.
   * @default false
   */
  protect?: boolean;
  /**
   * States that your registries never move a tag to another image. A tag then pins an image as a digest
   * does; `latest` stays refused under `protect`. Without `protect` it has no effect. A plain value, not
   * an output: Pulumi needs it before anything runs. Counts from the next `pulumi up` on; a change
   * restarts nothing.
   * @default false
   */
  immutableTags?: boolean;
  /**
   * Nomad namespace of the job and of the variables that hold its secrets. It must exist. Must be a
   * namespace: letters, digits and -, at most 128. A plain value, not an output: Pulumi needs it before
   * anything runs. A change removes the job and registers a new one.
   * @default NOMAD_NAMESPACE, or `default`
   * @example "web"
   */
  namespace?: string;
  /**
   * Nomad region. Must be a region: letters, digits, -, _ and . A plain value, not an output: Pulumi
   * needs it before anything runs. A change removes the job and registers a new one.
   * @default the cluster's own
   * @example "eu"
   */
  region?: string;
  /**
   * Datacenters in which instances may run. Must be a list with at least one entry, each a datacenter:
   * letters, digits, -, _ and ., and * for any of them. A change replaces the instances whose node no
   * longer fits.
   * @default ["*"]
   * @example ["dc1","dc2"]
   */
  datacenters?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Node pool in which instances may run. Must be a node pool: letters, digits, - and _, at most 128. A
   * change replaces the instances whose node no longer fits.
   * @default the pool `default`
   * @example "web"
   */
  nodePool?: pulumi.Input<string>;
  /**
   * Conditions that a node must meet. A change replaces the instances whose node no longer fits.
   * @default any node will do
   * @example [{"attribute":"${node.class}","value":"web"}]
   */
  constraints?: pulumi.Input<pulumi.Input<ConstraintArgs>[]>;
  /**
   * Nodes to prefer. A change is a release: new instances replace the old ones.
   * @default all nodes are equal
   * @example [{"attribute":"${node.class}","value":"web","weight":80}]
   */
  affinities?: pulumi.Input<pulumi.Input<AffinityArgs>[]>;
  /**
   * Spreads instances over the values of an attribute. A change is a release: new instances replace the
   * old ones.
   * @default Nomad fills one node after the other
   * @example [{"attribute":"${node.datacenter}"}]
   */
  spreads?: pulumi.Input<pulumi.Input<SpreadArgs>[]>;
  /**
   * Priority of the job when resources are short; a higher number is placed first. Must be a whole
   * number from 1 to 100. A change restarts nothing.
   * @default 50
   */
  priority?: pulumi.Input<number>;
  /**
   * Number of instances. 0 parks the application: nothing runs and nothing migrates, while its job, its
   * secrets, its database and scheduled backups stay. A higher number later brings it back through the
   * migration gate. Must be a whole number from 0 to 10000. A plain value, not an output: it decides
   * which resources exist, or how. A change starts or stops instances; the others keep running.
   * @default 1
   * @example 2
   */
  count?: number;
  /**
   * Leaves the number of web servers to an autoscaler. What it has set survives every `up`; `count` is
   * the number to begin with, and `count` 0 parks the application. A plain value, not an output: it
   * decides how long Pulumi waits for the job. A change restarts nothing.
   * @default none: the number is always `count`
   * @example {"min":2,"max":10}
   */
  scaling?: ScalingArgs;
  /**
   * Port on which the web server listens in its container. Must be a whole number from 1 to 65535. A
   * change is a release: new instances replace the old ones.
   * @default 8000
   */
  port?: pulumi.Input<number>;
  /**
   * Label of that port in the jobspec. Must be a port label: letters, digits and _. A change is a
   * release: new instances replace the old ones.
   * @default "http"
   */
  servicePortLabel?: pulumi.Input<string>;
  /**
   * Service that the instances register. A plain value, not an output: it decides which resources exist,
   * or how. A change is a release: new instances replace the old ones.
   * @default no service
   * @example {"serviceName":"shop","checkPath":"/healthz"}
   */
  httpService?: HttpServiceArgs;
  /**
   * Plain environment variables of both tasks. Everyone who can read the job can read them. A change is
   * a release: new instances replace the old ones.
   * @default {}
   * @example {"DJANGO_SETTINGS_MODULE":"shop.settings"}
   */
  envVars?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Secret environment variables of both tasks, delivered through a Nomad variable. Set each with
   * `pulumi config set --secret --path secretEnvVars.NAME` (it asks for the value). A change is a
   * release: new instances replace the old ones.
   * @default {}
   */
  secretEnvVars?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Generates SECRET_KEY and keeps it, encrypted, in the stack's state. A higher version generates
   * another one; the previous key stays valid as SECRET_KEY_FALLBACKS, a list separated by commas. Raise
   * it by one at a time, once everything that the previous key signed has expired. Not together with a
   * SECRET_KEY of your own. Must be a whole number from 1 to 10000. A plain value, not an output: it
   * decides which resources exist, or how. A change is a release: new instances replace the old ones.
   * @default no key is generated
   * @example 1
   */
  secretKeyVersion?: number;
  /**
   * Overrides `envVars` in the migrate task, for example with a database host that bypasses a pooler. A
   * change is a release: new instances replace the old ones.
   * @default {}
   * @example {"POSTGRES_HOST":"db.example.com"}
   */
  migrateEnvVars?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Metadata of the job. Tasks see each entry as NOMAD_META_NAME. A change is a release: new instances
   * replace the old ones.
   * @default {}
   * @example {"team":"web"}
   */
  meta?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Docker network of both tasks: `host`, `bridge` or a network's name. Not together with `postgres`,
   * which brings its own. Must be a Docker network: host, bridge or a network's name. A change is a
   * release: new instances replace the old ones.
   * @default Docker's default bridge
   * @example "host"
   */
  dockerNetworkMode?: pulumi.Input<string>;
  /**
   * Login to a private registry. It serves `djangoImage`, and the image of backups when it comes from
   * the same registry. A plain value, not an output: it decides which resources exist, or how. A change
   * is a release: new instances replace the old ones.
   * @default images are pulled without a login
   */
  registryAuth?: RegistryAuthArgs;
  /**
   * Volumes of the cluster to mount into the tasks. A change is a release: new instances replace the old
   * ones.
   * @default none
   * @example [{"name":"media","destination":"/srv/media"}]
   */
  volumes?: pulumi.Input<pulumi.Input<VolumeArgs>[]>;
  /**
   * Logs that Nomad keeps of each task on its client. Together less than 300 MB. A change is a release:
   * new instances replace the old ones.
   * @default {"maxFiles":10,"maxFileSize":10}
   */
  logs?: pulumi.Input<LogsArgs>;
  /**
   * How the image runs manage.py, one word per item. No shell is involved. `[]` for an image whose
   * ENTRYPOINT is manage.py already. A change is a release: new instances replace the old ones.
   * @default ["./manage.py"]
   * @example ["python","manage.py"]
   */
  manageCommand?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Replaces the image's ENTRYPOINT where this program starts manage.py, one word per item: in the
   * migrate tasks, in one-off commands, in `afterRollout` and in schedules with a `timeout`. With `[]`
   * there is no ENTRYPOINT: `manageCommand` is the program. For an image whose ENTRYPOINT starts the web
   * server and does not run what it is given, or runs `migrate` itself. A change is a release: new
   * instances replace the old ones.
   * @default `entrypoint`, or the image's own
   * @example []
   */
  migrateEntrypoint?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Replaces the image's ENTRYPOINT in every task, one word per item. The migrate task appends
   * `manageCommand`. Docker then ignores the image's CMD, so the server runs these words alone. A change
   * is a release: new instances replace the old ones.
   * @default the image's own
   * @example ["/app/entry.sh"]
   */
  entrypoint?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Resources of the web server. A change is a release: new instances replace the old ones.
   * @default {"cpu":100,"memory":300}
   */
  serverResources?: pulumi.Input<Resources>;
  /**
   * Resources of the migrate task. A change is a release: new instances replace the old ones.
   * @default {"cpu":100,"memory":300}
   */
  migrateResources?: pulumi.Input<Resources>;
  /**
   * Time between the stop signal and the kill of a server. A Nomad client waits no longer than its own
   * `max_kill_timeout`, 30s unless its config says more; a preview warns when yours is longer. An
   * instance keeps the one that it started with. Must be a duration such as 90s or 10m. A change
   * restarts nothing.
   * @default "5s"
   */
  killTimeout?: pulumi.Input<Duration>;
  /**
   * Signal that asks a server to stop. For a server that shuts down gracefully on another signal than
   * SIGTERM, such as uWSGI without `die-on-term`. An instance keeps the one that it started with. A
   * change restarts nothing.
   * @default the image's STOPSIGNAL, or SIGTERM
   * @example "SIGINT"
   */
  killSignal?: pulumi.Input<KillSignal>;
  /**
   * Delay between deregistering a server and stopping it, in which callers forget its address. Without
   * `httpService` the default is 0s. Must be a duration such as 90s or 10m. A change restarts nothing.
   * @default "5s"
   */
  shutdownDelay?: pulumi.Input<Duration>;
  /**
   * Restarts of a server on its node. The migrate task is never restarted. A change restarts nothing.
   * @default {"attempts":2,"delay":"15s","interval":"30m","mode":"fail"}
   */
  restart?: pulumi.Input<RestartArgs>;
  /**
   * How failed instances are replaced. A change restarts nothing.
   * @default Nomad's own: without limit, after 30s at first and 1h at most
   * @example {"attempts":3,"interval":"1h"}
   */
  reschedule?: pulumi.Input<RescheduleArgs>;
  /**
   * What the web server's task runs in place of the image's CMD, one word per item. No shell is
   * involved. A change is a release: new instances replace the old ones.
   * @default the image's CMD
   * @example ["gunicorn","config.wsgi","--bind","0.0.0.0:8000"]
   */
  serverCommand?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Processes beside the web server, by name: workers, consumers, a second server. Each is a task group
   * of the job, behind the migrations of each release. With the application's `count` 0 none of them
   * runs. A plain value, not an output: it decides which resources exist, or how. A change is a release:
   * new instances replace the old ones.
   * @default none
   * @example {"worker":{"command":["celery","-A","config","worker"],"count":2}}
   */
  processes?: Record<string, ProcessArgs>;
  /**
   * Commands that run on a schedule, by name. Each is a periodic job of its own, `JOB-NAME`, which a
   * release updates once the new version serves. With the application's `count` 0 none of them runs. A
   * plain value, not an output: it decides which resources exist, or how. A change updates only the job
   * that it belongs to; nothing else restarts.
   * @default none
   * @example {"cleanup":{"command":["./manage.py","clearsessions"],"cron":"@daily"}}
   */
  schedules?: Record<string, ScheduleArgs>;
  /**
   * One-off commands, as `npm run manage -- COMMAND` starts them: each runs in an allocation of its own,
   * with the image, the secrets and the network of what serves. Nothing runs until a command is started.
   * A plain value, not an output: it decides which resources exist, or how. A change updates only the
   * job that it belongs to; nothing else restarts.
   * @default {"enabled":true,"resources":{"cpu":100,"memory":300}}
   * @example {"resources":{"memory":1000}}
   */
  manage?: ManageArgs;
  /**
   * Who applies the migrations. `run`: the migrate task. `wait`: something else, such as another
   * pipeline; every instance waits until none is pending. `none`: nobody, and no database is asked; for
   * a site without one. A change is a release: new instances replace the old ones.
   * @default "run"
   */
  migrations?: pulumi.Input<Migrations>;
  /**
   * Which instance migrates. `index-zero-first`: the one with index 0, as in the pack; another one when
   * it has not begun after about 10 seconds. `index-zero`: only the one with index 0. `first-to-lock`:
   * the first that gets the database's lock. A change is a release: new instances replace the old ones.
   * @default "index-zero-first"
   */
  migrationLeader?: pulumi.Input<MigrationLeader>;
  /**
   * Records releases in the database. The table `django_nomad_release` of the first of
   * `migrationDatabases` holds, for each application, the newest release, and whether it runs, failed or
   * is done. A release then runs `migrate` even when nothing is pending, a failed one stays failed until
   * it is fixed, and an older one never migrates. Without it the gate looks only at pending migrations,
   * as the pack does. A change is a release: new instances replace the old ones.
   * @default true
   */
  recordReleases?: pulumi.Input<boolean>;
  /**
   * Longest time that the migrations may take, with the wait for the lock and the commands around them.
   * Must be a duration such as 90s or 10m, at least 1s. A plain value, not an output: it decides how
   * long Pulumi waits for the job. A change is a release: new instances replace the old ones.
   * @default "10m"
   * @example "30m"
   */
  migrationTimeout?: Duration;
  /**
   * Seconds between checks by a waiting instance. Must be a whole number from 1 to 3600. A plain value,
   * not an output: it decides how long Pulumi waits for the job. A change is a release: new instances
   * replace the old ones.
   * @default 5
   */
  migrationPollSeconds?: number;
  /**
   * Checks after which a waiting instance fails. If you leave it unset, it grows with
   * `migrationTimeout`. Must be a whole number from 1 to 100000. A plain value, not an output: it
   * decides how long Pulumi waits for the job. A change is a release: new instances replace the old
   * ones.
   * @default 5
   */
  migrationPollIters?: number;
  /**
   * Seconds to wait for a database that does not answer, counted anew for each outage. Must be a whole
   * number from 1 to 86400. A plain value, not an output: it decides how long Pulumi waits for the job.
   * A change is a release: new instances replace the old ones.
   * @default 60
   */
  databaseWaitSeconds?: number;
  /**
   * Aliases of DATABASES to migrate, in this order. Must be a list with at least one entry, each an
   * alias of DATABASES: no spaces and no commas. A change is a release: new instances replace the old
   * ones.
   * @default ["default"]
   * @example ["default","archive"]
   */
  migrationDatabases?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The lock around the migrations. `database`: PostgreSQL's advisory lock or MySQL's GET_LOCK. `none`,
   * for servers and roles without one: the instance with index 0 alone migrates. Not with
   * `first-to-lock` or `rolling`. A change is a release: new instances replace the old ones.
   * @default "database"
   */
  migrationLock?: pulumi.Input<MigrationLock>;
  /**
   * Text from which the database's lock is derived. Programs that migrate the same database need the
   * same text. Must be one line of text without ${ and %{. A change is a release: new instances replace
   * the old ones.
   * @default the database's name
   * @example "shop"
   */
  migrationLockKey?: pulumi.Input<string>;
  /**
   * PostgreSQL's lock_timeout during migrations. It limits how long a statement may wait for a table
   * that the running version uses. Must be a duration such as 90s or 10m. A change is a release: new
   * instances replace the old ones.
   * @default the server's own
   * @example "3s"
   */
  migrationLockTimeout?: pulumi.Input<Duration>;
  /**
   * More tries for a migration that gave up waiting for a table. They come after `migrationLockTimeout`,
   * with growing pauses, within `migrationTimeout`. Only on PostgreSQL, and only for a migration that
   * was rolled back as a whole: never for one with `atomic = False`. Must be a whole number from 0 to
   * 1000. A change is a release: new instances replace the old ones.
   * @default 0
   * @example 20
   */
  migrationLockRetries?: pulumi.Input<number>;
  /**
   * Marks an app's first migration as applied if all of its tables exist already. For a database whose
   * tables are older than the project's migrations, as `migrate --fake-initial` does. A change is a
   * release: new instances replace the old ones.
   * @default false
   */
  fakeInitial?: pulumi.Input<boolean>;
  /**
   * PostgreSQL's statement_timeout during migrations. Must be a duration such as 90s or 10m. A change is
   * a release: new instances replace the old ones.
   * @default the server's own
   * @example "5m"
   */
  migrationStatementTimeout?: pulumi.Input<Duration>;
  /**
   * Management commands to run before the migrations, under the same lock and only when something is
   * pending. Each is a list of words. A change is a release: new instances replace the old ones.
   * @default []
   * @example [["check","--deploy"]]
   */
  beforeMigrate?: pulumi.Input<pulumi.Input<pulumi.Input<string>[]>[]>;
  /**
   * Management commands to run after the migrations, in the same way. When one fails the migrations
   * stay, and the next release does not run it again. A change is a release: new instances replace the
   * old ones.
   * @default []
   * @example [["warm_caches"]]
   */
  afterMigrate?: pulumi.Input<pulumi.Input<pulumi.Input<string>[]>[]>;
  /**
   * Management commands to run once in each release, after the migrations. They run after
   * `afterMigrate`, under the same lock, whether or not something was pending. No server of the release
   * starts before they are done. When one fails, applied migrations stay, and the next release runs it
   * again. Without `recordReleases` the instance that migrates runs them each time it starts, and the
   * others don't wait for them. A change is a release: new instances replace the old ones.
   * @default []
   * @example [["collectstatic","--noinput"]]
   */
  releaseCommands?: pulumi.Input<pulumi.Input<pulumi.Input<string>[]>[]>;
  /**
   * Management commands to run once in each release, when the new version serves and the last old
   * instance is gone. They run in a job of their own, `JOB-after-rollout`, as the migrate task does, and
   * have a `migrationTimeout` of their own. When one fails, `up` is red, the new version still serves,
   * and the next `up` runs them again. Needs `recordReleases`. A plain value, not an output: it decides
   * which resources exist, or how. Counts from the next release on, or from the next `pulumi up` while
   * the commands of this one fail.
   * @default []
   * @example [["drop_old_columns"]]
   */
  afterRollout?: string[][];
  /**
   * Management commands to run in every instance before its server. They run once the release is
   * migrated, and have a `migrationTimeout` of their own. For what each client needs of its own, such as
   * static files on a host volume. A plain value, not an output: it decides how long Pulumi waits for
   * the job. A change is a release: new instances replace the old ones.
   * @default []
   * @example [["collectstatic","--noinput"]]
   */
  startCommands?: string[][];
  /**
   * Dumps the database before each migration, under the gate's lock. When the dump fails nothing is
   * migrated. Its time counts towards `migrationTimeout`. Needs `backups`. A plain value, not an output:
   * it decides which resources exist, or how. A change is a release: new instances replace the old ones.
   * @default false
   */
  backupBeforeMigrate?: boolean;
  /**
   * Where dumps of the database go, and when they are made. A plain value, not an output: it decides
   * which resources exist, or how. A change updates the job that makes backups.
   * @default no backups
   * @example {"volume":"dumps","schedule":"@daily"}
   */
  backups?: BackupsArgs;
  /**
   * How Nomad replaces instances. A plain value, not an output: it decides which resources exist, or
   * how. A change restarts nothing.
   * @default {"strategy":"canary","maxParallel":1,"autoRevert":true,"minHealthyTime":"10s","migrateStartDeadline":"90s","serverDeadline":"2m"}
   * @example {"strategy":"blue-green"}
   */
  update?: UpdateArgs;
  /**
   * A PostgreSQL container beside the application, for one machine. In a stack's config its password is
   * `secretEnvVars.POSTGRES_PASSWORD`, or `postgres.password`. A plain value, not an output: it decides
   * which resources exist, or how.
   * @default no container
   * @example {"memory":1024}
   */
  postgres?: PostgresContainerArgs;
  /**
   * A Redis container beside `postgres`, on its network, for one machine: the broker of a task queue on
   * a laptop. The tasks find it in REDIS_URL. It has no password and keeps nothing when it is replaced.
   * Needs `postgres`. A plain value, not an output: it decides which resources exist, or how.
   * @default no container
   * @example {"memory":256}
   */
  redis?: RedisContainerArgs;
  /**
   * Roles and a database on a PostgreSQL server that is already there. Not together with `postgres`. A
   * plain value, not an output: it decides which resources exist, or how.
   * @default no database is created
   * @example {"host":"db.example.com","name":"shop"}
   */
  database?: PostgresDatabaseArgs;
}

/** Arguments of a DjangoApp that are in the table. */
export interface ProgramArgs extends ConfigArgs {
  /**
   * Programs only: the cluster to deploy to. The component makes its provider and its own client from
   * it. A plain value, not an output: it decides which resources exist, or how. Counts from the next
   * `pulumi up` on; a change restarts nothing.
   * @default the stack's `nomad:` config and the NOMAD_* variables of the environment
   * @example {"address":"https://nomad.example.com:4646","region":"eu"}
   */
  nomad?: NomadArgs;
}
