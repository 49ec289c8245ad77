/** What the jobspec is built from: plain values, defaults applied, checked. */
import type { Duration } from "./duration";
import type { PlacementSpec, RescheduleSpec, RestartSpec } from "./placementSpec";
import type { ProcessSpec, ScheduleSpec } from "./processSpec";
import type { ScalingSpec } from "./scaling";
import type { TaskSpec } from "./tasks";
import type { VolumeSpec } from "./volumes";

export interface AppSpec extends PlacementSpec, TaskSpec {
  jobName: string;
  /** The stack that deploys the job, as `project/stack`: the job says so to other stacks. */
  owner?: string;
  /** A random value of that stack's own. */
  ownerId?: string;
  /** Marks templates in the gate's proof, which holds none: nobody who can write the file may know it. */
  proofDelimiter: string;
  /** Allocations. */
  count: number;
  /** When an autoscaler sets the number. */
  scaling?: ScalingSpec;
  /** Image reference of the Django project. */
  image: string;
  /** Port that the web server listens on in the container. */
  port: number;
  portLabel: string;
  service?: ServiceSpec;
  /** Docker network of both tasks: a network's name, "host", "bridge" or unset for Docker's own. */
  networkMode?: string;
  env: Readonly<Record<string, string>>;
  /** On top of `env`, for the migrate task alone. */
  migrateEnv: Readonly<Record<string, string>>;
  secrets?: SecretsSpec;
  /** Written for both tasks, such as the certificate of a database's authority. */
  files?: readonly FileSpec[];
  /** What runs beside the web server, each in a task group of its own. */
  processes?: readonly ProcessSpec[];
  /** What may run only once, each in a job of its own. */
  singletons?: readonly ProcessSpec[];
  /** Each is a periodic job of its own. */
  schedules?: readonly ScheduleSpec[];
  /** Set for companions alone: the registration of the application's job that they belong to. */
  servedAs?: string;
  serverResources: ResourcesSpec;
  migrateResources: ResourcesSpec;
  /** How the migrate task is started; made by the migration gate's renderer. */
  gate: GateCommand;
  update: UpdateSpec;
  /** Text on Nomad's page of the job; a change restarts nothing. */
  description?: string;
  /** Texts of the user's own that the job carries. */
  jobMeta?: Readonly<Record<string, string>>;
  registryAuth?: RegistryAuthSpec;
  backup?: BackupSpec;
  volumes?: readonly VolumeSpec[];
  logs?: LogsSpec;
  restart: RestartSpec;
  reschedule?: RescheduleSpec;
}

/** Who pulls the image; the password is an item of the Nomad variable, see {@link SecretsSpec}. */
export interface RegistryAuthSpec {
  username: string;
  serverAddress?: string;
}

/** Dumps by a task of its own, see components/database/backups. */
export interface BackupSpec {
  /** With pg_dump and psql of the server's major version. */
  image: string;
  /** Shell script that dumps into /backups. */
  script: string;
  /** Name of a host volume. */
  volume: string;
  /** Files of each kind. */
  keep: number;
  /** Who pulls the image, when the application's registry has it. */
  registryAuth?: RegistryAuthSpec;
  resources: ResourcesSpec;
  /** Whether a dump comes before each migration. */
  beforeMigrate: boolean;
  /** Cron expression. */
  schedule?: string;
  /** Such as Europe/Paris. */
  timeZone: string;
}

/** Of each task, on its client's disk. */
export interface LogsSpec {
  maxFiles: number;
  /** MB. */
  maxFileSize: number;
}

export interface ResourcesSpec {
  /** MHz. */
  cpu: number;
  /** MB. */
  memory: number;
  /** MB that it may use where the node has them to spare. */
  memoryMax?: number;
}

/** Names of the secrets; their values stay in the Nomad variable. */
export interface SecretsSpec {
  /** Path of the Nomad variable, for example `nomad/jobs/django`. */
  path: string;
  names: readonly string[];
  /** A random value, made anew when a secret changes, so that a rollout follows. */
  fingerprint: string;
  /** In place of secrets of the same name, for the migrate task alone: a variable that no other task may read. */
  migrate?: { path: string; names: readonly string[] };
}

/** A file that Nomad writes into a task's directory. */
export interface FileSpec {
  /** Below the task's directory, for example `local/database-ca.pem`. */
  path: string;
  content: string;
}

export interface GateCommand {
  /** Empty where the image's ENTRYPOINT is manage.py: Docker then gets the arguments alone. */
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  files?: readonly FileSpec[];
}

export interface ServiceSpec {
  serviceName: string;
  serviceTags: readonly string[];
  /** In place of them while an instance is a canary; empty for the same ones. */
  canaryTags?: readonly string[];
  serviceProvider: "nomad" | "consul";
  checkEnabled: boolean;
  checkType: "http" | "tcp";
  checkPath: string;
  checkInterval: Duration;
  checkTimeout: Duration;
  /** Request headers of the HTTP check: a `Host` that ALLOWED_HOSTS allows, for instance. */
  checkHeaders: Readonly<Record<string, string>>;
  /** Consul Connect upstreams; any makes the group a mesh member in bridge mode. */
  upstreams: readonly { name: string; port: number }[];
}

export type UpdateStrategyName = "canary" | "rolling" | "blue-green" | "recreate";

export interface UpdateSpec {
  strategy: UpdateStrategyName;
  /** Allocations replaced at a time; `recreate` replaces all at once. */
  maxParallel: number;
  autoRevert: boolean;
  minHealthyTime: Duration;
  /** Seconds. */
  healthyDeadline: number;
  /** Seconds. */
  progressDeadline: number;
}
