import * as pulumi from "@pulumi/pulumi";

/** What {@link getDeployments} finds. */
export interface GetDeploymentsResult {
  /**
   * The deployments that Nomad still keeps; each has ID, JobID,
   * JobVersion, Status, StatusDescription.
   */
  readonly deployments: { [key: string]: string }[];
  /** Changes whenever the list does. */
  readonly id: string;
}

/** Lists deployments. */
export declare function getDeployments(opts?: pulumi.InvokeOptions): Promise<GetDeploymentsResult>;

/** {@link getDeployments} for outputs: waits for its arguments and for `dependsOn`. */
export declare function getDeploymentsOutput(
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetDeploymentsResult>;
