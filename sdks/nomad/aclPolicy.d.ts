import * as pulumi from "@pulumi/pulumi";
import { input as inputs, output as outputs } from "./types";

/** What a {@link AclPolicy} is made from. */
export interface AclPolicyArgs {
  /** Free text. Default "". */
  description?: pulumi.Input<string>;
  /** The workload that gets this policy through its identity. Default: none, tokens name the policy. */
  jobAcl?: pulumi.Input<inputs.AclPolicyJobAcl>;
  /** Name. Default: the resource name with a random suffix. A change replaces the policy. */
  name?: pulumi.Input<string>;
  /** The policy's rules, in HCL or JSON. */
  rulesHcl: pulumi.Input<string>;
}

/**
 * What is known of a AclPolicy that exists already, for {@link AclPolicy.get}. Properties as in {@link
 * AclPolicy}.
 */
export interface AclPolicyState {
  description?: pulumi.Input<string>;
  jobAcl?: pulumi.Input<inputs.AclPolicyJobAcl>;
  name?: pulumi.Input<string>;
  rulesHcl?: pulumi.Input<string>;
}

/**
 * A named set of ACL rules. Import id: its name.
 *
 * @example
 * ```typescript
 * new nomad.AclPolicy("deploy", { name: "deploy", rulesHcl: 'namespace "web" { policy = "write" }' });
 * ```
 */
export declare class AclPolicy extends pulumi.CustomResource {
  /** Adopts the state of an existing ACL policy without managing it. `id` is the policy's name. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclPolicyState,
    opts?: pulumi.CustomResourceOptions,
  ): AclPolicy;
  /** True for a AclPolicy from any copy of this package. */
  static isInstance(obj: unknown): obj is AclPolicy;

  readonly description: pulumi.Output<string | undefined>;
  readonly jobAcl: pulumi.Output<outputs.AclPolicyJobAcl | undefined>;
  readonly name: pulumi.Output<string>;
  readonly rulesHcl: pulumi.Output<string>;

  constructor(name: string, args: AclPolicyArgs, opts?: pulumi.CustomResourceOptions);
}
