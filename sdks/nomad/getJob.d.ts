import * as pulumi from "@pulumi/pulumi";
import { output as outputs } from "./types";

/** What {@link getJob} looks for. */
export interface GetJobArgs {
  /** Id of the job. */
  jobId: string;
  /** Namespace. Default: the one of the provider, else "default". */
  namespace?: string;
}

/** {@link GetJobArgs} for {@link getJobOutput}. */
export interface GetJobOutputArgs {
  jobId: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
}

/** What {@link getJob} finds. */
export interface GetJobResult {
  /** Whether the scheduler may place part of the job only when it can place all of it. */
  readonly allAtOnce: boolean;
  /** Placement constraints of the job. */
  readonly constraints: outputs.GetJobConstraint[];
  /** Raft index at which the job was first registered. */
  readonly createIndex: number;
  /** Datacenters that the job may run in. */
  readonly datacenters: string[];
  /** Id of the job, as the engine keeps it. */
  readonly id: string;
  readonly jobId: string;
  /** Raft index of the last change of the specification. */
  readonly jobModifyIndex: number;
  /** Raft index of the last registration; changes with every new version. */
  readonly modifyIndex: number;
  /** Name in the jobspec. */
  readonly name: string;
  readonly namespace?: string;
  /** Id of the parent of a dispatched or periodic child job; else empty. */
  readonly parentId: string;
  /** The periodic block; empty unless the job is periodic. */
  readonly periodicConfigs: outputs.GetJobPeriodicConfig[];
  /** Scheduling priority, 1 to 100. */
  readonly priority: number;
  /** Region that the job runs in. */
  readonly region: string;
  /** Whether the current version is one that an automatic revert may go back to. */
  readonly stable: boolean;
  /** pending, running or dead. */
  readonly status: string;
  /** Nomad's comment on the status. */
  readonly statusDescription: string;
  /** Whether the job has been stopped on request. */
  readonly stop: boolean;
  /** When the current version was submitted. */
  readonly submitTime: string;
  /** The task groups of the current version. */
  readonly taskGroups: outputs.GetJobTaskGroup[];
  /** service, batch, system or sysbatch. */
  readonly type: string;
  /** The job-level update block. */
  readonly updateStrategies: outputs.GetJobUpdateStrategy[];
  /** Version of the job, counted from 0. */
  readonly version: number;
}

/** Finds one job by its id; fails when there is none. */
export declare function getJob(args: GetJobArgs, opts?: pulumi.InvokeOptions): Promise<GetJobResult>;

/** {@link getJob} for outputs: waits for its arguments and for `dependsOn`. */
export declare function getJobOutput(
  args: GetJobOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetJobResult>;
