import * as pulumi from "@pulumi/pulumi";
import { input as inputs, output as outputs } from "./types";

/** What a {@link DynamicHostVolume} is made from. */
export interface DynamicHostVolumeArgs {
  /** Ways in which jobs may use the volume; at least one. */
  capabilities: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeCapability>[]>;
  /** Largest acceptable size, for example "20GiB". Default: the decision of the plugin. */
  capacityMax?: pulumi.Input<string>;
  /** Smallest acceptable size, for example "10GiB". Default: the decision of the plugin. */
  capacityMin?: pulumi.Input<string>;
  /** What the node that gets the volume must satisfy. Default: none. */
  constraints?: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeConstraint>[]>;
  /** Name by which group volumes refer to it. Default: the resource name with a random suffix. */
  name?: pulumi.Input<string>;
  /** Namespace of the volume. Default "default". */
  namespace?: pulumi.Input<string>;
  /**
   * Id of the node to create the volume on. Default: chosen by the scheduler. A change replaces the
   * volume.
   */
  nodeId?: pulumi.Input<string>;
  /** Node pool to choose the node from. Default: any. */
  nodePool?: pulumi.Input<string>;
  /** Key-value parameters for the plugin. */
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Host volume plugin that creates the directory, for example "mkdir". */
  pluginId: pulumi.Input<string>;
}

/**
 * What is known of a DynamicHostVolume that exists already, for {@link DynamicHostVolume.get}.
 * Properties as in {@link DynamicHostVolume}.
 */
export interface DynamicHostVolumeState {
  capabilities?: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeCapability>[]>;
  capacity?: pulumi.Input<string>;
  capacityBytes?: pulumi.Input<number>;
  capacityMax?: pulumi.Input<string>;
  capacityMaxBytes?: pulumi.Input<number>;
  capacityMin?: pulumi.Input<string>;
  capacityMinBytes?: pulumi.Input<number>;
  constraints?: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeConstraint>[]>;
  hostPath?: pulumi.Input<string>;
  name?: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  nodeId?: pulumi.Input<string>;
  nodePool?: pulumi.Input<string>;
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  pluginId?: pulumi.Input<string>;
  state?: pulumi.Input<string>;
}

/**
 * A directory on a client node, made by a host volume plugin. Its data goes with the resource.
 *
 * @example
 * ```typescript
 * new nomad.DynamicHostVolume("media", {
 *   name: "media",
 *   pluginId: "mkdir",
 *   capabilities: [{ accessMode: "single-node-multi-writer", attachmentMode: "file-system" }],
 * });
 * ```
 */
export declare class DynamicHostVolume extends pulumi.CustomResource {
  /** Adopts the state of an existing dynamic host volume without managing it. `id` is the volume's id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: DynamicHostVolumeState,
    opts?: pulumi.CustomResourceOptions,
  ): DynamicHostVolume;
  /** True for a DynamicHostVolume from any copy of this package. */
  static isInstance(obj: unknown): obj is DynamicHostVolume;

  readonly capabilities: pulumi.Output<outputs.DynamicHostVolumeCapability[]>;
  /** Size of the volume, for people to read. */
  readonly capacity: pulumi.Output<string>;
  /** Size of the volume, in bytes. */
  readonly capacityBytes: pulumi.Output<number>;
  readonly capacityMax: pulumi.Output<string | undefined>;
  /** `capacityMax`, in bytes. */
  readonly capacityMaxBytes: pulumi.Output<number>;
  readonly capacityMin: pulumi.Output<string | undefined>;
  /** `capacityMin`, in bytes. */
  readonly capacityMinBytes: pulumi.Output<number>;
  readonly constraints: pulumi.Output<outputs.DynamicHostVolumeConstraint[] | undefined>;
  /** Directory of the volume on its node. */
  readonly hostPath: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string | undefined>;
  readonly nodeId: pulumi.Output<string>;
  readonly nodePool: pulumi.Output<string>;
  readonly parameters: pulumi.Output<{ [key: string]: string } | undefined>;
  readonly pluginId: pulumi.Output<string>;
  /** pending, ready or unavailable. */
  readonly state: pulumi.Output<string>;

  constructor(name: string, args: DynamicHostVolumeArgs, opts?: pulumi.CustomResourceOptions);
}
