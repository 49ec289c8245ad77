/** The parts of Nomad's answers that following a rollout reads. */
import { groupName, mainTaskName, migrateTaskName } from "../jobspec";

export interface RegisteredJob {
  Version: number;
  /** Changes with every registration, by whomever. */
  JobModifyIndex: number;
  Stop: boolean;
  /** Whether a deployment of this version has succeeded. */
  Stable?: boolean;
  Status: string;
  UI: { Description: string } | null;
  TaskGroups: {
    Name: string;
    Count: number;
    Scaling?: object | null;
    Meta: Record<string, string> | null;
    Tasks:
      { Name: string; Env: Record<string, string> | null; Config?: Record<string, unknown> | null }[] | null;
  }[];
}

/** What runs, in a job that Nomad has or is to get. */
interface RunningTasks {
  TaskGroups: { Tasks: { Name: string; Config?: Record<string, unknown> | null }[] | null }[];
}

/** Image that a version of the job runs; its migrate task has the same. */
export function imageOf({ TaskGroups }: RunningTasks): string | undefined {
  const tasks = TaskGroups.flatMap(({ Tasks }) => Tasks ?? []);
  const image = tasks.find(({ Name }) => Name === migrateTaskName)?.Config?.image;
  return typeof image === "string" ? image : undefined;
}

export interface Deployment {
  ID: string;
  JobVersion: number;
  Status: string;
  StatusDescription: string;
  /** Nanoseconds since 1970. */
  CreateTime: number;
  TaskGroups: Record<
    string,
    { DesiredTotal: number; HealthyAllocs: number; Promoted: boolean; DesiredCanaries: number }
  >;
}

/** Statuses in which a deployment can still change the job. */
export function isActive({ Status }: Deployment): boolean {
  return !["successful", "failed", "cancelled"].includes(Status);
}

export interface TaskEvent {
  Type: string;
  DisplayMessage: string;
  /** Nanoseconds since 1970. */
  Time?: number;
  Details?: Record<string, string>;
  ExitCode: number;
}

/** With which a task ended, of its event "Terminated". */
export function exitCodeOf({ Details, ExitCode }: Pick<TaskEvent, "Details" | "ExitCode">): number {
  return Number(Details?.exit_code ?? ExitCode);
}

export interface TaskState {
  State: "pending" | "running" | "dead";
  Failed: boolean;
  Restarts: number;
  StartedAt: string | null;
  FinishedAt: string | null;
  Events: TaskEvent[] | null;
}

export interface Allocation {
  ID: string;
  /** For example `django.app[0]`. */
  Name: string;
  NodeName: string;
  JobVersion: number;
  DesiredStatus: string;
  ClientStatus: "pending" | "running" | "complete" | "failed" | "lost" | "unknown";
  ClientDescription: string;
  DeploymentStatus: { Healthy: boolean | null; Canary: boolean; Timestamp?: string } | null;
  TaskStates: Record<string, TaskState> | null;
  CreateIndex: number;
}

export interface Evaluation {
  ID: string;
  JobID?: string;
  JobModifyIndex: number;
  Status: string;
  CreateIndex: number;
  DeploymentID: string;
  FailedTGAllocs: Record<string, PlacementFailure> | null;
}

export interface PlacementFailure {
  NodesEvaluated: number;
  NodesFiltered: number;
  NodesExhausted: number;
  ConstraintFiltered: Record<string, number> | null;
  DimensionExhausted: Record<string, number> | null;
  ClassFiltered: Record<string, number> | null;
  QuotaExhausted?: string[] | null;
  NodePool?: string;
}

/** The last result of a check that Nomad itself runs. */
export interface CheckResult {
  Check: string;
  Status: "success" | "failure" | "pending";
  StatusCode?: number;
  Output: string;
}

/** Index of an allocation in its group, from its name. */
export function allocationIndex(allocation: Allocation): number {
  return Number(/\[(\d+)\]$/.exec(allocation.Name)?.[1] ?? 0);
}

/** Name of its task group, from its name: a job's id may have dots, a group's name has none. */
export function allocationGroup({ Name }: Pick<Allocation, "Name">): string {
  return /\.([^.]+)\[\d+\]$/.exec(Name)?.[1] ?? groupName;
}

/** Name of the process that it is an instance of; undefined for the web server. */
export function processOf(allocation: Pick<Allocation, "Name">): string | undefined {
  const group = allocationGroup(allocation);
  return group === groupName ? undefined : group;
}

/** Name of the task that the gate is for: the web server's, or the process's own. */
export function mainTask(allocation: Pick<Allocation, "Name">): string {
  return mainTaskName(allocationGroup(allocation));
}

/** State of that task. */
export function mainState(allocation: Pick<Allocation, "Name" | "TaskStates">): TaskState | undefined {
  return allocation.TaskStates?.[mainTask(allocation)];
}

/** As people refer to it: index and short id, and of a process its name. */
export function allocationLabel(allocation: Allocation): string {
  const label = `allocation ${allocationIndex(allocation)} (${allocation.ID.slice(0, 8)})`;
  const process = processOf(allocation);
  return process === undefined ? label : `${process}, ${label}`;
}

/** Whether Nomad takes it for healthy. An allocation that was rescheduled later has no verdict. */
export function isServing(allocation: Allocation): boolean {
  const { ClientStatus, DesiredStatus, DeploymentStatus } = allocation;
  return (
    ClientStatus === "running" &&
    DesiredStatus === "run" &&
    DeploymentStatus?.Healthy !== false &&
    mainState(allocation)?.State === "running"
  );
}

/** Whether nothing of it runs any more. */
export function hasEnded({ ClientStatus }: Allocation): boolean {
  return ClientStatus === "complete" || ClientStatus === "failed" || ClientStatus === "lost";
}
