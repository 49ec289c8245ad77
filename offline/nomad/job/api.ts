/** The parts of Nomad's API objects that a Job resource shows. Durations are nanoseconds. */

export interface Constraint {
  LTarget?: string;
  RTarget?: string;
  Operand?: string;
}

export interface UpdateStrategy {
  Stagger?: number;
  MaxParallel?: number;
  HealthCheck?: string;
  MinHealthyTime?: number;
  HealthyDeadline?: number;
  AutoRevert?: boolean;
  Canary?: number;
}

export interface Task {
  Name: string;
  Driver: string;
  Meta?: Record<string, string> | null;
  VolumeMounts?: { Volume: string; Destination: string; ReadOnly?: boolean }[] | null;
}

export interface TaskGroup {
  Name: string;
  Count?: number | null;
  Meta?: Record<string, string> | null;
  Tasks?: Task[] | null;
  Update?: UpdateStrategy | null;
  Volumes?: Record<string, { Name?: string; Type: string; Source: string; ReadOnly?: boolean }> | null;
}

export interface Job {
  ID: string;
  Name?: string;
  Type?: string;
  Region?: string;
  Namespace?: string;
  Datacenters?: string[] | null;
  AllAtOnce?: boolean;
  Priority?: number;
  ParentID?: string;
  Constraints?: Constraint[] | null;
  Update?: UpdateStrategy | null;
  TaskGroups?: TaskGroup[] | null;
  Periodic?: {
    Enabled: boolean;
    Spec: string;
    SpecType: string;
    ProhibitOverlap: boolean;
    TimeZone: string;
  } | null;
  Status?: string;
  StatusDescription?: string;
  Stop?: boolean;
  Stable?: boolean;
  Version?: number;
  /** Text, since it is more than a JavaScript number can hold. */
  SubmitTime?: string;
  CreateIndex?: number;
  ModifyIndex?: number;
  JobModifyIndex?: number;
}

/** The source from which a version of a job was registered. */
export interface Submission {
  Source: string;
  Format: "json" | "hcl1" | "hcl2";
  VariableFlags?: Record<string, string> | null;
  Variables?: string;
}

export interface RegisterResponse {
  EvalID: string;
  JobModifyIndex: number;
  Warnings?: string;
}

export interface PlanResponse {
  JobModifyIndex: number;
  Warnings?: string;
  FailedTGAllocs?: Record<string, unknown> | null;
}

export interface Evaluation {
  ID: string;
  Status: string;
  StatusDescription?: string;
  NextEval?: string;
  DeploymentID?: string;
}

export interface Deployment {
  ID: string;
  Status: string;
  StatusDescription: string;
}
