/**
 * Every field that a job may set: Nomad drops others silently. The fields of Nomad 1.11 are read back from a server
 * (test/contract/nothingDropped.test.ts); newerFields.ts has the ones that not every Nomad knows. `free` stands for maps whose keys are the user's.
 */

/** What is known inside a field. */
export type Known = "value" | "free" | { [field: string]: Known };

function values(names: string): Record<string, Known> {
  return Object.fromEntries(names.split(" ").map((name) => [name, "value" as const]));
}

const constraint = values("LTarget Operand RTarget");
const affinity = values("LTarget Operand RTarget Weight");
const spread: Known = { ...values("Attribute Weight"), SpreadTarget: values("Value Percent") };
const placed: Record<string, Known> = { Constraints: constraint, Affinities: affinity };
const update = values(
  "Stagger MaxParallel HealthCheck MinHealthyTime HealthyDeadline ProgressDeadline Canary AutoRevert AutoPromote",
);
const restart = values("Attempts Delay Interval Mode RenderTemplates");
const port = values("Label To Value HostNetwork IgnoreCollision");
const log = values("MaxFiles MaxFileSizeMB Disabled");
const identity = values(
  "Name Audience ChangeMode ChangeSignal Env File Filepath ServiceName TTL ExtraClaims",
);
const consul = values("Cluster Namespace Partition");
const volumeMounts = values("Volume Destination ReadOnly PropagationMode SELinuxLabel");

const network: Known = {
  ...values("Mode Hostname MBits"),
  DNS: values("Servers Searches Options"),
  CNI: { Args: "free" },
  DynamicPorts: port,
  ReservedPorts: port,
};

const resources: Known = {
  ...values("CPU Cores MemoryMB MemoryMaxMB DiskMB SecretsMB"),
  Networks: network,
  Devices: { ...values("Name Count"), ...placed },
  NUMA: values("Affinity Devices"),
};

const check: Known = {
  ...values(
    "Name Type Command Args Path Protocol PortLabel Expose AddressMode Interval Timeout InitialStatus " +
      "TLSServerName TLSSkipVerify Method Body GRPCService GRPCUseTLS TaskName SuccessBeforePassing " +
      "FailuresBeforeCritical FailuresBeforeWarning OnUpdate Notes",
  ),
  Header: "free",
  CheckRestart: values("Limit Grace IgnoreWarnings"),
};

const proxy: Known = {
  ...values("LocalServiceAddress LocalServicePort"),
  Expose: { Paths: values("Path Protocol LocalPathPort ListenerPort") },
  Upstreams: {
    ...values(
      "DestinationName DestinationNamespace DestinationPartition DestinationPeer DestinationType Datacenter " +
        "LocalBindAddress LocalBindPort LocalBindSocketMode LocalBindSocketPath",
    ),
    MeshGateway: values("Mode"),
    Config: "free",
  },
  TransparentProxy: "free",
  Config: "free",
};

const connect: Known = {
  ...values("Native"),
  Gateway: "free",
  SidecarService: { ...values("Tags Port DisableDefaultTCPCheck"), Meta: "free", Proxy: proxy },
  SidecarTask: {
    ...values("Name Driver User KillTimeout KillSignal ShutdownDelay"),
    Config: "free",
    Env: "free",
    Meta: "free",
    Resources: resources,
    LogConfig: log,
    VolumeMounts: volumeMounts,
    Identities: identity,
  },
};

const service: Known = {
  ...values(
    "Name Provider PortLabel AddressMode Address Tags CanaryTags EnableTagOverride TaskName OnUpdate Cluster Kind",
  ),
  Meta: "free",
  CanaryMeta: "free",
  TaggedAddresses: "free",
  Weights: values("Passing Warning"),
  Identity: identity,
  Checks: check,
  Connect: connect,
};

const task: Known = {
  ...values("Name Driver User Leader ShutdownDelay KillTimeout KillSignal Kind"),
  Config: "free",
  Env: "free",
  Meta: "free",
  Lifecycle: values("Hook Sidecar"),
  Resources: resources,
  RestartPolicy: restart,
  LogConfig: log,
  Services: service,
  Constraints: constraint,
  Affinities: affinity,
  VolumeMounts: volumeMounts,
  Templates: {
    ...values(
      "EmbeddedTmpl SourcePath DestPath Envvars ChangeMode ChangeSignal Once Perms Uid Gid LeftDelim RightDelim " +
        "Splay VaultGrace ErrMissingKey",
    ),
    ChangeScript: values("Command Args Timeout FailOnError RunOnFirstRender"),
    Wait: values("Min Max"),
  },
  Artifacts: {
    ...values("GetterSource GetterMode GetterInsecure RelativeDest Chown"),
    GetterOptions: "free",
    GetterHeaders: "free",
  },
  DispatchPayload: values("File"),
  CSIPluginConfig: "free",
  Vault: values(
    "Role Policies Namespace Cluster Env DisableFile ChangeMode ChangeSignal AllowTokenExpiration",
  ),
  Consul: consul,
  Identity: identity,
  Identities: identity,
  Actions: values("Name Command Args"),
  Secrets: { ...values("Name Provider Path"), Config: "free", Env: "free" },
  ScalingPolicies: "free",
  Schedule: "free",
};

const group: Known = {
  ...values(
    "Name Count ShutdownDelay MaxRunDuration StopAfterClientDisconnect MaxClientDisconnect PreventRescheduleOnLost",
  ),
  ...placed,
  Spreads: spread,
  Meta: "free",
  Networks: network,
  RestartPolicy: restart,
  ReschedulePolicy: values("Attempts Interval Delay DelayFunction MaxDelay Unlimited"),
  Disconnect: values("LostAfter StopOnClientAfter Replace Reconcile"),
  EphemeralDisk: values("Sticky SizeMB Migrate"),
  Update: update,
  Migrate: values("MaxParallel HealthCheck MinHealthyTime HealthyDeadline"),
  Scaling: { ...values("Enabled Min Max Type"), Policy: "free" },
  Services: service,
  Volumes: "free",
  Consul: consul,
  Tasks: task,
};

const job: Record<string, Known> = {
  ...values(
    "ID Name Type Namespace Region Datacenters NodePool Priority AllAtOnce ConsulNamespace VaultNamespace",
  ),
  ...placed,
  Spreads: spread,
  Meta: "free",
  Update: update,
  UI: { ...values("Description"), Links: values("Label Url") },
  TaskGroups: group,
};

/** The job's own fields, and all that are inside. */
export const jobFields: Known = job;

/** The same of a job that the clock starts, or a dispatch. */
export const batchFields: Known = { ...job, Periodic: "free", ParameterizedJob: "free" };

/** Paths of the fields that Nomad would drop, such as `TaskGroups[0].Tasks[1].Ressources`. */
export function unknownFields(value: unknown, known: Known = jobFields, path = ""): string[] {
  if (typeof known === "string" || value === null || typeof value !== "object") return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownFields(item, known, `${path}[${index}]`));
  return Object.entries(value).flatMap(([field, inner]) => {
    const here = path ? `${path}.${field}` : field;
    return Object.hasOwn(known, field) ? unknownFields(inner, known[field], here) : [here];
  });
}
