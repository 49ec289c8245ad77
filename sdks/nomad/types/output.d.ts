/** The workload that a policy is attached to. Each level needs the ones above it. */
export interface AclPolicyJobAcl {
  /** Task group. */
  group?: string;
  /** Job. Needs `namespace`. */
  jobId?: string;
  /** Namespace. */
  namespace?: string;
  /** Task. Needs `group`. */
  task?: string;
}

/** A way to use a volume. */
export interface DynamicHostVolumeCapability {
  /** single-node-reader-only, single-node-single-writer or single-node-multi-writer. */
  accessMode: string;
  /** file-system or block-device. */
  attachmentMode: string;
}

/** A condition on nodes. */
export interface DynamicHostVolumeConstraint {
  /** Attribute of the node, for example "${attr.kernel.name}". */
  attribute: string;
  /** How to compare. Default "=". */
  operator?: string;
  /** What to compare with. */
  value?: string;
}

/** An allocation. */
export interface GetAllocationsAllocation {
  /** pending, running, complete, failed, lost or unknown. */
  clientStatus: string;
  /** Raft index of its creation. */
  createIndex: number;
  /** When it was created, in nanoseconds since 1970. */
  createTime: number;
  /** run, stop or evict. */
  desiredStatus: string;
  /** Evaluation that placed it. */
  evalId: string;
  /** Evaluation that will reschedule it; else empty. */
  followupEvalId: string;
  /** Id of the allocation. */
  id: string;
  /** Job that it belongs to. */
  jobId: string;
  /** service, batch, system or sysbatch. */
  jobType: string;
  /** Version of the job that it runs. */
  jobVersion: number;
  /** Raft index of its last change. */
  modifyIndex: number;
  /** When it last changed, in nanoseconds since 1970. */
  modifyTime: number;
  /** Job, group and index, for example "site.django[0]". */
  name: string;
  /** Namespace that it runs in. */
  namespace: string;
  /** Allocation that took its place; else empty. */
  nextAllocation: string;
  /** Node that it runs on. */
  nodeId: string;
  /** Name of that node. */
  nodeName: string;
  /** Allocation that evicted it; else empty. */
  preemptedByAllocation: string;
  /** Task group that it belongs to. */
  taskGroup: string;
}

/** A placement constraint. */
export interface GetJobConstraint {
  /** Left side, an attribute. */
  ltarget: string;
  /** How the sides are compared. */
  operand: string;
  /** Right side, a value. */
  rtarget: string;
}

/** A periodic block. */
export interface GetJobPeriodicConfig {
  /** Whether new runs are started. */
  enabled: boolean;
  /** Whether a run waits for the previous one to end. */
  prohibitOverlap: boolean;
  /** When to run. */
  spec: string;
  /** Kind of `spec`: cron. */
  specType: string;
  /** Time zone of `spec`. */
  timezone: string;
}

/** A task group. */
export interface GetJobTaskGroup {
  /** Number of allocations asked for. */
  count: number;
  /** Metadata of the group. */
  meta: { [key: string]: string };
  /** Name of the group. */
  name: string;
  /** Tasks of the group. */
  tasks: GetJobTaskGroupTask[];
  /** Update block of the group. */
  updateStrategies: GetJobTaskGroupUpdateStrategy[];
  /** Volumes that the group asks for. */
  volumes: GetJobTaskGroupVolume[];
}

/** A task. */
export interface GetJobTaskGroupTask {
  /** Task driver, for example docker. */
  driver: string;
  /** Metadata of the task. */
  meta: { [key: string]: string };
  /** Name of the task. */
  name: string;
  /** Volumes that the task mounts. */
  volumeMounts: GetJobTaskGroupTaskVolumeMount[];
}

/** A mount. */
export interface GetJobTaskGroupTaskVolumeMount {
  /** Path in the task. */
  destination: string;
  /** Whether the task may only read. */
  readOnly: boolean;
  /** Name of the group volume. */
  volume: string;
}

/** An update block. */
export interface GetJobTaskGroupUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert: boolean;
  /** Number of canaries. */
  canary: number;
  /** checks, task_states or manual. */
  healthCheck: string;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline: string;
  /** Number of allocations updated at once. */
  maxParallel: number;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime: string;
  /** Pause between batches of system jobs, for example "30s". */
  stagger: string;
}

/** A volume of a group. */
export interface GetJobTaskGroupVolume {
  /** Name of the volume. */
  name: string;
  /** Whether tasks may only read. */
  readOnly: boolean;
  /** Name of the host or CSI volume. */
  source: string;
  /** host or csi. */
  type: string;
}

/** An update block. */
export interface GetJobUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert: boolean;
  /** Number of canaries. */
  canary: number;
  /** checks, task_states or manual. */
  healthCheck: string;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline: string;
  /** Number of allocations updated at once. */
  maxParallel: number;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime: string;
  /** Pause between batches of system jobs, for example "30s". */
  stagger: string;
}

/** A placement constraint. */
export interface JobConstraint {
  /** Left side, an attribute. */
  ltarget?: string;
  /** How the sides are compared. */
  operand?: string;
  /** Right side, a value. */
  rtarget?: string;
}

/** Options for HCL jobspecs. */
export interface JobHcl2 {
  /** Allow functions that read files where Pulumi runs. Default false. */
  allowFs?: boolean;
  /** Values of the input variables. */
  vars?: { [key: string]: string };
}

/** A periodic block. */
export interface JobPeriodicConfig {
  /** Whether new runs are started. */
  enabled?: boolean;
  /** Whether a run waits for the previous one to end. */
  prohibitOverlap?: boolean;
  /** When to run. */
  spec?: string;
  /** Kind of `spec`: cron. */
  specType?: string;
  /** Time zone of `spec`. */
  timezone?: string;
}

/** A task group. */
export interface JobTaskGroup {
  /** Number of allocations asked for. */
  count?: number;
  /** Metadata of the group. */
  meta?: { [key: string]: string };
  /** Name of the group. */
  name?: string;
  /** Tasks of the group. */
  tasks?: JobTaskGroupTask[];
  /** Update block of the group. */
  updateStrategies?: JobTaskGroupUpdateStrategy[];
  /** Volumes that the group asks for. */
  volumes?: JobTaskGroupVolume[];
}

/** A task. */
export interface JobTaskGroupTask {
  /** Task driver, for example docker. */
  driver?: string;
  /** Metadata of the task. */
  meta?: { [key: string]: string };
  /** Name of the task. */
  name?: string;
  /** Volumes that the task mounts. */
  volumeMounts?: JobTaskGroupTaskVolumeMount[];
}

/** A mount. */
export interface JobTaskGroupTaskVolumeMount {
  /** Path in the task. */
  destination?: string;
  /** Whether the task may only read. */
  readOnly?: boolean;
  /** Name of the group volume. */
  volume?: string;
}

/** An update block. */
export interface JobTaskGroupUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: boolean;
  /** Number of canaries. */
  canary?: number;
  /** checks, task_states or manual. */
  healthCheck?: string;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline?: string;
  /** Number of allocations updated at once. */
  maxParallel?: number;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime?: string;
  /** Pause between batches of system jobs, for example "30s". */
  stagger?: string;
}

/** A volume of a group. */
export interface JobTaskGroupVolume {
  /** Name of the volume. */
  name?: string;
  /** Whether tasks may only read. */
  readOnly?: boolean;
  /** Name of the host or CSI volume. */
  source?: string;
  /** host or csi. */
  type?: string;
}

/** An update block. */
export interface JobUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: boolean;
  /** Number of canaries. */
  canary?: number;
  /** checks, task_states or manual. */
  healthCheck?: string;
  /** Longest time for an allocation to become healthy, for example "5m0s". */
  healthyDeadline?: string;
  /** Number of allocations updated at once. */
  maxParallel?: number;
  /** How long an allocation must be healthy to count, for example "10s". */
  minHealthyTime?: string;
  /** Pause between batches of system jobs, for example "30s". */
  stagger?: string;
}

/** What jobs of a namespace may use. A name in both lists is disabled. */
export interface NamespaceCapabilities {
  /** Network modes that are refused. */
  disabledNetworkModes?: string[];
  /** Task drivers that are refused. */
  disabledTaskDrivers?: string[];
  /** Network modes that are allowed; all when unset. */
  enabledNetworkModes?: string[];
  /** Task drivers that are allowed; all when unset. */
  enabledTaskDrivers?: string[];
}

/** Consul namespaces of a Nomad namespace. */
export interface NamespaceConsulConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: string[];
  /** Name used when a job gives none. */
  default?: string;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: string[];
}

/** Node pools of a Nomad namespace. */
export interface NamespaceNodePoolConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: string[];
  /** Name used when a job gives none. */
  default?: string;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: string[];
}

/** Vault namespaces of a Nomad namespace. */
export interface NamespaceVaultConfig {
  /** Names that jobs may use; all when unset. */
  alloweds?: string[];
  /** Name used when a job gives none. */
  default?: string;
  /** Names that jobs may not use. Not together with `alloweds`. */
  denieds?: string[];
}
