/** Arguments of DjangoApp about where and how Nomad runs the instances. Names are Nomad's, in camelCase. */
import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../jobspec";

/** A node must be so (Nomad's `constraint` block). */
export interface ConstraintArgs {
  /** Such as `"${node.class}"`. Not with the operator distinct_hosts. */
  attribute?: string;
  /** @default "=" */
  operator?: string;
  /** Not with is_set and is_not_set. */
  value?: string;
}

/** A node should be so, or with a negative weight should not (Nomad's `affinity` block). */
export interface AffinityArgs {
  /** Such as `"${node.class}"`. */
  attribute: string;
  /** @default "=" */
  operator?: string;
  value?: string;
  /** -100 to 100, not 0. @default 50 */
  weight?: number;
}

/** Instances are spread over the values of an attribute (Nomad's `spread` block). */
export interface SpreadArgs {
  /** Such as `"${node.datacenter}"`. */
  attribute: string;
  /** 1 to 100. @default 50 */
  weight?: number;
  /** Shares in percent, 100 at most together. @default evenly */
  targets?: { value: string; percent: number }[];
}

/** A volume of the cluster, mounted into the tasks. */
export interface VolumeArgs {
  /** Its name within the job. */
  name: string;
  /** `host`: a host volume of the clients, static or dynamic. @default "host" */
  type?: "host" | "csi";
  /** Name of the host volume, or id of the CSI volume. @default name */
  source?: string;
  /** Absolute path in the container. */
  destination: string;
  /** @default false */
  readOnly?: boolean;
  /** Needed by csi, taken by dynamic host volumes, such as "single-node-multi-writer". */
  accessMode?: string;
  /** Needed by csi, taken by dynamic host volumes. */
  attachmentMode?: "file-system" | "block-device";
  /** One volume for each instance, `source[index]`. Not with canaries. @default false */
  perAlloc?: boolean;
  /** @default both */
  tasks?: ("migrate" | "server")[];
}

/** Logs that Nomad keeps on the client, of each task and stream. */
export interface LogsArgs {
  /** @default 10 */
  maxFiles?: number;
  /** MB. Files times size stay under the allocation's disk, 300 MB. @default 10 */
  maxFileSize?: number;
}

/** Restarts of a server on its node (Nomad's `restart` block). The migrate task is never restarted. */
export interface RestartArgs {
  /** Within one interval. @default 2 */
  attempts?: number;
  /** @default "15s" */
  delay?: Duration;
  /** @default "30m" */
  interval?: Duration;
  /** What follows the last attempt: `fail`, and the allocation is rescheduled, or `delay` to the next interval. @default "fail" */
  mode?: "fail" | "delay";
}

/** New allocations for those that failed (Nomad's `reschedule` block). */
export interface RescheduleArgs {
  /** Within one interval; limits what is otherwise unlimited. */
  attempts?: number;
  interval?: Duration;
  /** 5s or more. @default "30s" */
  delay?: Duration;
  /** @default "exponential" */
  delayFunction?: "constant" | "exponential" | "fibonacci";
  /** @default "1h" */
  maxDelay?: Duration;
  /** @default true unless attempts is set */
  unlimited?: boolean;
}

/** Who pulls the image, and that of backups from the same registry (Docker's `auth`). */
export interface RegistryAuthArgs {
  username: string;
  /**
   * Kept in the job's Nomad variable, never in the jobspec. Both tasks have it in their environment as
   * DJANGO_NOMAD_REGISTRY_PASSWORD: give a token that can pull and nothing else.
   */
  password: pulumi.Input<string>;
  /** @default the image's own registry */
  serverAddress?: string;
}
