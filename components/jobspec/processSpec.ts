/** A process beside the web server, such as a worker: plain values, defaults applied, checked. */
import type { GateCommand, ResourcesSpec } from "./appSpec";
import type { Duration } from "./duration";
import type { ScalingSpec } from "./scaling";

export interface ProcessSpec {
  /** Of its task group and of the task in it. */
  name: string;
  command: readonly string[];
  /** Allocations. */
  count: number;
  /** When an autoscaler sets the number. */
  scaling?: ScalingSpec;
  /** On top of the application's `env`, for the process alone: its gate has none of it. */
  env: Readonly<Record<string, string>>;
  resources: ResourcesSpec;
  /** Time between the stop signal and the kill. */
  killTimeout?: Duration;
  /** Such as SIGINT; without one the image's STOPSIGNAL, or SIGTERM. */
  killSignal?: string;
  /** Without one it counts as healthy when it has run for `update.minHealthyTime`. */
  check?: ProcessCheckSpec;
  /** As the web server's group has it, but for who leads: an allocation of a process never migrates. */
  gate: GateCommand;
}

/** How a command is started through the image's manage.py, with the entrypoint of the migrate task. */
export type LaunchSpec = Pick<GateCommand, "command" | "args">;

/** A command that runs on a schedule, in a periodic job of its own. */
export interface ScheduleSpec {
  /** Of its task group and of the task in it. */
  name: string;
  command: readonly string[];
  /** How a command with a time limit is started, as components/gate/timeLimit.ts renders it. */
  launch?: LaunchSpec;
  /** Cron expression. */
  cron: string;
  /** Such as Europe/Paris. */
  timeZone: string;
  /** Whether a run may begin while the one before it still runs. */
  overlap: boolean;
  /** On top of the application's `env`. */
  env: Readonly<Record<string, string>>;
  resources: ResourcesSpec;
}

/** Of a port that the process listens on. */
export interface ProcessCheckSpec {
  type: "http" | "tcp";
  /** In its container. */
  port: number;
  path: string;
  interval: Duration;
  timeout: Duration;
  /** Request headers of an HTTP check. */
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  serviceProvider: "nomad" | "consul";
}
