import * as pulumi from "@pulumi/pulumi";
import { output as outputs } from "./types";

/** What {@link getAllocations} looks for. */
export interface GetAllocationsArgs {
  /** Expression in Nomad's filter language, for example 'JobID == "site"'. Default: all. */
  filter?: string;
  /** Namespace. Default: the one of the provider, else "default". */
  namespace?: string;
  /** Start of the allocation id: an even number of hexadecimal digits. Default: all. */
  prefix?: string;
}

/** {@link GetAllocationsArgs} for {@link getAllocationsOutput}. */
export interface GetAllocationsOutputArgs {
  filter?: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  prefix?: pulumi.Input<string>;
}

/** What {@link getAllocations} finds. */
export interface GetAllocationsResult {
  /** The allocations found. */
  readonly allocations: outputs.GetAllocationsAllocation[];
  readonly filter?: string;
  /** Identifies this lookup. */
  readonly id: string;
  readonly namespace?: string;
  readonly prefix?: string;
}

/** Lists allocations. */
export declare function getAllocations(
  args?: GetAllocationsArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetAllocationsResult>;

/** {@link getAllocations} for outputs: waits for its arguments and for `dependsOn`. */
export declare function getAllocationsOutput(
  args?: GetAllocationsOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAllocationsResult>;
