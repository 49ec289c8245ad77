/** What a rollout is told: whose it is, what it rolls out and how long everything may take. */
import type * as pulumi from "@pulumi/pulumi";
import type { Outcome } from "../messages/outcome";
import type { Cluster } from "../nomad/cluster";
import type { ConclusionArgs } from "./conclusion";

export interface RolloutArgs extends ConclusionArgs {
  cluster: Cluster;
  /** Name of the component, unique in a program. */
  name: string;
  /** Whose rollout it is. */
  component?: pulumi.Resource;
  jobName: string;
  /** `update.strategy`. */
  strategy: string;
  /** `update.minHealthyTime`. */
  minHealthySeconds?: number;
  /** From a server's start to its first passed check. */
  serverDeadlineSeconds: number;
  /** From a migrate container's start to the gate's first line. @default 90 */
  migrateStartSeconds?: number;
  /** Longest wait for a rollout. */
  patienceSeconds: number;
  /** Values that no line may show. */
  secrets: pulumi.Input<readonly string[]>;
  /** What the job shows in the open anyway. */
  names: pulumi.Input<readonly string[]>;
  /** Learns when the rollout has failed. */
  outcome: Outcome;
  /** Of a singleton's job: the application's, which serves already. */
  companionOf?: Pick<RolloutArgs, "jobName">;
  /** Jobs that "recreate" stops together with this one. @default [] */
  companions?: readonly string[];
}

/** The part of `nomad.Job` that is asked when it is done. */
export interface RegisteredResource extends pulumi.Resource {
  readonly modifyIndex: pulumi.Output<string>;
}
