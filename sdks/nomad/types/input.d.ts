import * as pulumi from "@pulumi/pulumi";

/** The workload that a policy is attached to. Each level needs the ones above it. */
export interface AclPolicyJobAcl {
  /** Task group. */
  group?: pulumi.Input<string>;
  /** Job. Needs `namespace`. */
  jobId?: pulumi.Input<string>;
  /** Namespace. */
  namespace?: pulumi.Input<string>;
  /** Task. Needs `group`. */
  task?: pulumi.Input<string>;
}

/** A way to use a volume. */
export interface DynamicHostVolumeCapability {
  /** single-node-reader-only, single-node-single-writer or single-node-multi-writer. */
  accessMode: pulumi.Input<string>;
  /** file-system or block-device. */
  attachmentMode: pulumi.Input<string>;
}

/** A condition on nodes. */
export interface DynamicHostVolumeConstraint {
  /** Attribute of the node, for example "${attr.kernel.name}". */
  attribute: pulumi.Input<string>;
  /** How to compare. Default "=". */
  operator?: pulumi.Input<string>;
  /** What to compare with. */
  value?: pulumi.Input<string>;
}

/** A placement constraint. */
export interface JobConstraint {
  /** Left side, an attribute. */
  ltarget?: pulumi.Input<string>;
  /** How the sides are compared. */
  operand?: pulumi.Input<string>;
  /** Right side, a value. */
  rtarget?: pulumi.Input<string>;
}

/** Options for HCL jobspecs. */
export interface JobHcl2 {
  /** Allow functions that read files where Pulumi runs. Default false. */
  allowFs?: pulumi.Input<boolean>;
  /** Values of the input variables. */
  vars?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** A periodic block. */
export interface JobPeriodicConfig {
  /** Whether new runs are started. */
  enabled?: pulumi.Input<boolean>;
  /** Whether a run waits for the previous one to end. */
  prohibitOverlap?: pulumi.Input<boolean>;
  /** When to run. */
  spec?: pulumi.Input<string>;
  /** Kind of `spec`: cron. */
  specType?: pulumi.Input<string>;
  /** Time zone of `spec`. */
  timezone?: pulumi.Input<string>;
}

/** A task group. */
export interface JobTaskGroup {
  /** Number of allocations asked for. */
  count?: pulumi.Input<number>;
  /** Metadata of the group. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the group. */
  name?: pulumi.Input<string>;
  /** Tasks of the group. */
  tasks?: pulumi.Input<pulumi.Input<JobTaskGroupTask>[]>;
  /** Update block of the group. */
  updateStrategies?: pulumi.Input<pulumi.Input<JobTaskGroupUpdateStrategy>[]>;
  /** Volumes that the group asks for. */
  volumes?: pulumi.Input<pulumi.Input<JobTaskGroupVolume>[]>;
}

/** A task. */
export interface JobTaskGroupTask {
  /** Task driver, for example docker. */
  driver?: pulumi.Input<string>;
  /** Metadata of the task. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the task. */
  name?: pulumi.Input<string>;
  /** Volumes that the task mounts. */
  volumeMounts?: pulumi.Input<pulumi.Input<JobTaskGroupTaskVolumeMount>[]>;
}

/** A mount. */
export interface JobTaskGroupTaskVolumeMount {
  /** Path in the task. */
  destination?: pulumi.Input<string>;
  /** Whether the task may only read. */
  readOnly?: pulumi.Input<boolean>;
  /** Name of the group volume. */
  volume?: pulumi.Input<string>;
}

/** An update block. */
export interface JobTaskGroupUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: pulumi.Input<boolean>;
  /** Number of canaries. */
  canary?: pulumi.Input<number>;
  /** checks, task_states or manual. */
  healthCheck?: pulumi.Input<string>;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline?: pulumi.Input<string>;
  /** Number of allocations updated at once. */
  maxParallel?: pulumi.Input<number>;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime?: pulumi.Input<string>;
  /** Pause between batches of system jobs, for example "30s". */
  stagger?: pulumi.Input<string>;
}

/** A volume of a group. */
export interface JobTaskGroupVolume {
  /** Name of the volume. */
  name?: pulumi.Input<string>;
  /** Whether tasks may only read. */
  readOnly?: pulumi.Input<boolean>;
  /** Name of the host or CSI volume. */
  source?: pulumi.Input<string>;
  /** host or csi. */
  type?: pulumi.Input<string>;
}

/** An update block. */
export interface JobUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: pulumi.Input<boolean>;
  /** Number of canaries. */
  canary?: pulumi.Input<number>;
  /** checks, task_states or manual. */
  healthCheck?: pulumi.Input<string>;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline?: pulumi.Input<string>;
  /** Number of allocations updated at once. */
  maxParallel?: pulumi.Input<number>;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime?: pulumi.Input<string>;
  /** Pause between batches of system jobs, for example "30s". */
  stagger?: pulumi.Input<string>;
}

/** What jobs of a namespace may use. A name in both lists is disabled. */
export interface NamespaceCapabilities {
  /** Network modes that are refused. */
  disabledNetworkModes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Task drivers that are refused. */
  disabledTaskDrivers?: pulumi.Input<pulumi.Input<string>[]>;
  /** Network modes that are allowed; all when unset. */
  enabledNetworkModes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Task drivers that are allowed; all when unset. */
  enabledTaskDrivers?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Consul namespaces of a Nomad namespace. */
export interface NamespaceConsulConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Name used when a job gives none. */
  default?: pulumi.Input<string>;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Node pools of a Nomad namespace. */
export interface NamespaceNodePoolConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Name used when a job gives none. */
  default?: pulumi.Input<string>;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Vault namespaces of a Nomad namespace. */
export interface NamespaceVaultConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Name used when a job gives none. */
  default?: pulumi.Input<string>;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A login by JWT. */
export interface ProviderAuthJwt {
  /** Name of the auth method. */
  authMethod: pulumi.Input<string>;
  /** The JWT. Secret. */
  loginToken: pulumi.Input<string>;
}

/** A header of HTTP requests. */
export interface ProviderHeader {
  /** Name of the header. */
  name: pulumi.Input<string>;
  /** Value of the header. Secret. */
  value: pulumi.Input<string>;
}
