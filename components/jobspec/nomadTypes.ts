/**
 * The part of Nomad's job JSON that this project writes, and what programs most often add to it with
 * `transform` (Nomad API, `PUT /v1/jobs`). Nomad drops unknown fields silently: whatever is added here must
 * come back from a real server. Durations are whole nanoseconds; CPU is MHz; memory and disk are MB.
 */
import type { Scaling } from "./scaling";
import type { Constraint, RestartPolicy, Service, Task } from "./nomadTaskTypes";

export type * from "./nomadTaskTypes";

export interface NomadJob {
  ID: string;
  Name: string;
  Type: "service";
  Namespace?: string;
  Region?: string;
  Datacenters: string[];
  NodePool?: string;
  /** 1 to 100. */
  Priority?: number;
  AllAtOnce?: boolean;
  Constraints?: Constraint[];
  Affinities?: Affinity[];
  Spreads?: Spread[];
  Meta?: Record<string, string>;
  UI?: { Description: string };
  TaskGroups: TaskGroup[];
}

/** A batch job that Nomad starts on a schedule. */
export interface PeriodicJob extends Omit<NomadJob, "Type" | "TaskGroups"> {
  Type: "batch";
  Periodic: {
    Enabled: boolean;
    SpecType: "cron";
    Specs: string[];
    TimeZone: string;
    ProhibitOverlap: boolean;
  };
  TaskGroups: BatchGroup[];
}

/** A batch job that runs once for each dispatch. */
export interface ParameterizedJob extends Omit<NomadJob, "Type" | "TaskGroups"> {
  Type: "batch";
  ParameterizedJob: { Payload: "forbidden" | "optional" | "required"; MetaOptional?: string[] };
  TaskGroups: BatchGroup[];
}

/** A job beside the application's own. A singleton's is a service job, as the application's is. */
export type CompanionJob = NomadJob | PeriodicJob | ParameterizedJob;

/** A group whose tasks run to their end: nothing is rolled out. */
export type BatchGroup = Omit<TaskGroup, "Update">;

export interface Affinity extends Constraint {
  /** -100 to 100. */
  Weight: number;
}

export interface Spread {
  Attribute: string;
  /** 1 to 100. */
  Weight: number;
  SpreadTarget?: { Value: string; Percent: number }[];
}

export interface TaskGroup {
  Name: string;
  Count: number;
  Scaling?: Scaling;
  Meta?: Record<string, string>;
  Networks?: Network[];
  RestartPolicy: RestartPolicy;
  ReschedulePolicy?: ReschedulePolicy;
  Update: UpdateStrategy;
  Services?: Service[];
  Volumes?: Record<string, VolumeRequest>;
  Constraints?: Constraint[];
  Affinities?: Affinity[];
  Spreads?: Spread[];
  EphemeralDisk?: { SizeMB?: number; Sticky?: boolean; Migrate?: boolean };
  ShutdownDelay?: number;
  Disconnect?: { LostAfter?: number; StopOnClientAfter?: number; Replace?: boolean; Reconcile?: string };
  Tasks: Task[];
}

export interface Network {
  Mode: "host" | "bridge";
  DynamicPorts?: Port[];
  ReservedPorts?: Port[];
  Hostname?: string;
  DNS?: { Servers?: string[]; Searches?: string[]; Options?: string[] };
}

export interface Port {
  Label: string;
  To?: number;
  Value?: number;
  HostNetwork?: string;
}

export interface ReschedulePolicy {
  Attempts?: number;
  Interval?: number;
  Delay?: number;
  DelayFunction?: "constant" | "exponential" | "fibonacci";
  MaxDelay?: number;
  Unlimited: boolean;
}

export interface UpdateStrategy {
  Stagger?: number;
  MaxParallel: number;
  Canary: number;
  AutoPromote: boolean;
  AutoRevert: boolean;
  HealthCheck: "checks" | "task_states" | "manual";
  MinHealthyTime: number;
  HealthyDeadline: number;
  ProgressDeadline: number;
}

export interface VolumeRequest {
  Name: string;
  Type: "host" | "csi";
  Source: string;
  ReadOnly: boolean;
  Sticky?: boolean;
  AccessMode?: string;
  AttachmentMode?: string;
  PerAlloc?: boolean;
}
