import * as pulumi from "@pulumi/pulumi";
import { input as inputs, output as outputs } from "./types";

/** What a {@link Namespace} is made from. */
export interface NamespaceArgs {
  /** Task drivers and network modes that jobs may use. Default: all. */
  capabilities?: pulumi.Input<inputs.NamespaceCapabilities>;
  /** Consul namespaces that jobs may use (Nomad Enterprise). */
  consulConfig?: pulumi.Input<inputs.NamespaceConsulConfig>;
  /** Free text. Default "". */
  description?: pulumi.Input<string>;
  /** Free key-value metadata. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name. Default: the resource name with a random suffix. A change replaces the namespace. */
  name?: pulumi.Input<string>;
  /** Node pools that jobs may use (Nomad Enterprise). */
  nodePoolConfig?: pulumi.Input<inputs.NamespaceNodePoolConfig>;
  /** Name of the resource quota of the namespace (Nomad Enterprise). Default: none. */
  quota?: pulumi.Input<string>;
  /** Vault namespaces that jobs may use (Nomad Enterprise). */
  vaultConfig?: pulumi.Input<inputs.NamespaceVaultConfig>;
}

/**
 * What is known of a Namespace that exists already, for {@link Namespace.get}. Properties as in {@link
 * Namespace}.
 */
export interface NamespaceState {
  capabilities?: pulumi.Input<inputs.NamespaceCapabilities>;
  consulConfig?: pulumi.Input<inputs.NamespaceConsulConfig>;
  description?: pulumi.Input<string>;
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  name?: pulumi.Input<string>;
  nodePoolConfig?: pulumi.Input<inputs.NamespaceNodePoolConfig>;
  quota?: pulumi.Input<string>;
  vaultConfig?: pulumi.Input<inputs.NamespaceVaultConfig>;
}

/**
 * A namespace for jobs, variables and volumes. Import id: its name.
 *
 * @example
 * ```typescript
 * new nomad.Namespace("web", { name: "web", description: "Public sites" });
 * ```
 */
export declare class Namespace extends pulumi.CustomResource {
  /** Adopts the state of an existing namespace without managing it. `id` is the namespace's name. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: NamespaceState,
    opts?: pulumi.CustomResourceOptions,
  ): Namespace;
  /** True for a Namespace from any copy of this package. */
  static isInstance(obj: unknown): obj is Namespace;

  readonly capabilities: pulumi.Output<outputs.NamespaceCapabilities | undefined>;
  readonly consulConfig: pulumi.Output<outputs.NamespaceConsulConfig>;
  readonly description: pulumi.Output<string | undefined>;
  readonly meta: pulumi.Output<{ [key: string]: string } | undefined>;
  readonly name: pulumi.Output<string>;
  readonly nodePoolConfig: pulumi.Output<outputs.NamespaceNodePoolConfig>;
  readonly quota: pulumi.Output<string | undefined>;
  readonly vaultConfig: pulumi.Output<outputs.NamespaceVaultConfig>;

  constructor(name: string, args?: NamespaceArgs, opts?: pulumi.CustomResourceOptions);
}
