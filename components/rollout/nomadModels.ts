/** What Nomad's API answers, as far as following a rollout reads it. */

export interface JobSummary {
  Version: number;
  Stop: boolean;
  Status: string;
}

export interface Deployment {
  ID: string;
  JobVersion: number;
  Status: string;
  StatusDescription: string;
  TaskGroups: Record<
    string,
    { DesiredTotal: number; HealthyAllocs: number; Promoted: boolean; DesiredCanaries: number }
  >;
}

export interface TaskEvent {
  Type: string;
  DisplayMessage: string;
  Details?: Record<string, string>;
  ExitCode: number;
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
  DeploymentStatus: { Healthy: boolean | null; Canary: boolean } | null;
  TaskStates: Record<string, TaskState> | null;
  CreateIndex: number;
}

export interface Evaluation {
  ID: string;
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
}

/** Index of an allocation in its group, from its name. */
export function allocationIndex(allocation: Allocation): number {
  return Number(/\[(\d+)\]$/.exec(allocation.Name)?.[1] ?? 0);
}

/** As people refer to it: index and short id. */
export function allocationLabel(allocation: Allocation): string {
  return `allocation ${allocationIndex(allocation)} (${allocation.ID.slice(0, 8)})`;
}
