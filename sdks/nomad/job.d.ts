import * as pulumi from "@pulumi/pulumi";
import { input as inputs, output as outputs } from "./types";

/** What a {@link Job} is made from. */
export interface JobArgs {
  /** Stop the job when this resource is destroyed. Default true. */
  deregisterOnDestroy?: pulumi.Input<boolean>;
  /** Stop the old job when the job id in the jobspec changes. Default true. */
  deregisterOnIdChange?: pulumi.Input<boolean>;
  /**
   * Return as soon as the job is registered, before its deployment has succeeded. Default true. When
   * false, create and update wait for the deployment, up to `customTimeouts` (default 5 minutes), and
   * fail with it.
   */
  detach?: pulumi.Input<boolean>;
  /** How a jobspec in HCL is parsed. Not with `json: true`. */
  hcl2?: pulumi.Input<inputs.JobHcl2>;
  /** The job, in HCL, or in the JSON of the Nomad API when `json` is true. */
  jobspec: pulumi.Input<string>;
  /** Whether `jobspec` is JSON. Default false. */
  json?: pulumi.Input<boolean>;
  /** Override soft-mandatory Sentinel policies (Nomad Enterprise). Default false. */
  policyOverride?: pulumi.Input<boolean>;
  /** Keep the running count of task groups that exist already, as an autoscaler left it. Default false. */
  preserveCounts?: pulumi.Input<boolean>;
  /**
   * Purge the job when it is destroyed, so that nothing of it is left before the next garbage
   * collection. Default false.
   */
  purgeOnDestroy?: pulumi.Input<boolean>;
  /** Fill `allocationIds`. Default false. */
  readAllocationIds?: pulumi.Input<boolean>;
  /** Register the job again when it is found dead. Default false. */
  rerunIfDead?: pulumi.Input<boolean>;
}

/** What is known of a Job that exists already, for {@link Job.get}. Properties as in {@link Job}. */
export interface JobState {
  allAtOnce?: pulumi.Input<boolean>;
  allocationIds?: pulumi.Input<pulumi.Input<string>[]>;
  constraints?: pulumi.Input<pulumi.Input<inputs.JobConstraint>[]>;
  createIndex?: pulumi.Input<number>;
  datacenters?: pulumi.Input<pulumi.Input<string>[]>;
  deploymentId?: pulumi.Input<string>;
  deploymentStatus?: pulumi.Input<string>;
  deregisterOnDestroy?: pulumi.Input<boolean>;
  deregisterOnIdChange?: pulumi.Input<boolean>;
  detach?: pulumi.Input<boolean>;
  hcl2?: pulumi.Input<inputs.JobHcl2>;
  jobspec?: pulumi.Input<string>;
  json?: pulumi.Input<boolean>;
  modifyIndex?: pulumi.Input<string>;
  name?: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  parentId?: pulumi.Input<string>;
  periodicConfigs?: pulumi.Input<pulumi.Input<inputs.JobPeriodicConfig>[]>;
  policyOverride?: pulumi.Input<boolean>;
  preserveCounts?: pulumi.Input<boolean>;
  priority?: pulumi.Input<number>;
  purgeOnDestroy?: pulumi.Input<boolean>;
  readAllocationIds?: pulumi.Input<boolean>;
  region?: pulumi.Input<string>;
  rerunIfDead?: pulumi.Input<boolean>;
  stable?: pulumi.Input<boolean>;
  status?: pulumi.Input<string>;
  statusDescription?: pulumi.Input<string>;
  stop?: pulumi.Input<boolean>;
  submitTime?: pulumi.Input<string>;
  taskGroups?: pulumi.Input<pulumi.Input<inputs.JobTaskGroup>[]>;
  type?: pulumi.Input<string>;
  updateStrategies?: pulumi.Input<pulumi.Input<inputs.JobUpdateStrategy>[]>;
  version?: pulumi.Input<number>;
}

/**
 * A job, registered from a jobspec. Import id: `job@namespace`.
 *
 * @example
 * ```typescript
 * new nomad.Job("site", { jobspec: JSON.stringify({ Job: job }), json: true, detach: false });
 * ```
 */
export declare class Job extends pulumi.CustomResource {
  /** Adopts the state of an existing job without managing it. `id` is the job's id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: JobState,
    opts?: pulumi.CustomResourceOptions,
  ): Job;
  /** True for a Job from any copy of this package. */
  static isInstance(obj: unknown): obj is Job;

  /** Whether the scheduler may place part of the job only when it can place all of it. */
  readonly allAtOnce: pulumi.Output<boolean>;
  /** Ids of the allocations of the job; empty unless `readAllocationIds` is true. */
  readonly allocationIds: pulumi.Output<string[]>;
  /** Placement constraints of the job. */
  readonly constraints: pulumi.Output<outputs.JobConstraint[]>;
  /** Raft index at which the job was first registered. */
  readonly createIndex: pulumi.Output<number>;
  /** Datacenters that the job may run in. */
  readonly datacenters: pulumi.Output<string[]>;
  /** Id of the deployment that the last create or update waited for; empty with `detach: true`. */
  readonly deploymentId: pulumi.Output<string>;
  /** How that deployment ended, for example "successful". */
  readonly deploymentStatus: pulumi.Output<string>;
  readonly deregisterOnDestroy: pulumi.Output<boolean | undefined>;
  readonly deregisterOnIdChange: pulumi.Output<boolean | undefined>;
  readonly detach: pulumi.Output<boolean | undefined>;
  readonly hcl2: pulumi.Output<outputs.JobHcl2 | undefined>;
  readonly jobspec: pulumi.Output<string>;
  readonly json: pulumi.Output<boolean | undefined>;
  /** Raft index of the last registration; changes with every new version. */
  readonly modifyIndex: pulumi.Output<string>;
  /** Name in the jobspec. */
  readonly name: pulumi.Output<string>;
  /** Namespace that the job runs in. */
  readonly namespace: pulumi.Output<string>;
  /** Id of the parent of a dispatched or periodic child job; else empty. */
  readonly parentId: pulumi.Output<string>;
  /** The periodic block; empty unless the job is periodic. */
  readonly periodicConfigs: pulumi.Output<outputs.JobPeriodicConfig[]>;
  readonly policyOverride: pulumi.Output<boolean | undefined>;
  readonly preserveCounts: pulumi.Output<boolean | undefined>;
  /** Scheduling priority, 1 to 100. */
  readonly priority: pulumi.Output<number>;
  readonly purgeOnDestroy: pulumi.Output<boolean | undefined>;
  readonly readAllocationIds: pulumi.Output<boolean | undefined>;
  /** Region that the job runs in. */
  readonly region: pulumi.Output<string>;
  readonly rerunIfDead: pulumi.Output<boolean | undefined>;
  /** Whether the current version is one that an automatic revert may go back to. */
  readonly stable: pulumi.Output<boolean>;
  /** pending, running or dead. */
  readonly status: pulumi.Output<string>;
  /** Nomad's comment on the status. */
  readonly statusDescription: pulumi.Output<string>;
  /** Whether the job has been stopped on request. */
  readonly stop: pulumi.Output<boolean>;
  /** When the current version was submitted. */
  readonly submitTime: pulumi.Output<string>;
  /** The task groups of the current version. */
  readonly taskGroups: pulumi.Output<outputs.JobTaskGroup[]>;
  /** service, batch, system or sysbatch. */
  readonly type: pulumi.Output<string>;
  /** The job-level update block. */
  readonly updateStrategies: pulumi.Output<outputs.JobUpdateStrategy[]>;
  /** Version of the job, counted from 0. */
  readonly version: pulumi.Output<number>;

  constructor(name: string, args: JobArgs, opts?: pulumi.CustomResourceOptions);
}
