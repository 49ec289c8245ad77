/** Tasks, services and what belongs to them, as Nomad's job JSON has them; see nomadTypes.ts. */
export interface Constraint {
  LTarget?: string;
  Operand: string;
  RTarget?: string;
}

export interface Service {
  Name: string;
  Provider: "nomad" | "consul";
  PortLabel?: string;
  AddressMode?: "host" | "auto" | "alloc" | "driver";
  Address?: string;
  Tags?: string[];
  CanaryTags?: string[];
  Meta?: Record<string, string>;
  TaskName?: string;
  OnUpdate?: string;
  Checks?: Check[];
  Connect?: Connect;
}

export interface Check {
  Type: "http" | "tcp";
  Name?: string;
  Path?: string;
  Protocol?: string;
  Method?: string;
  Body?: string;
  PortLabel?: string;
  AddressMode?: string;
  Interval: number;
  Timeout: number;
  Header?: Record<string, string[]>;
  Expose?: boolean;
  TLSSkipVerify?: boolean;
  InitialStatus?: string;
  OnUpdate?: string;
  CheckRestart?: { Limit?: number; Grace?: number; IgnoreWarnings?: boolean };
}

export interface Connect {
  SidecarService: { Port?: string; Tags?: string[]; Proxy: { Upstreams: Upstream[] } };
  SidecarTask?: {
    Driver?: string;
    Config?: Record<string, unknown>;
    Env?: Record<string, string>;
    Resources?: Resources;
    LogConfig?: LogConfig;
    KillTimeout?: number;
    ShutdownDelay?: number;
  };
}

export interface Upstream {
  DestinationName: string;
  LocalBindPort: number;
  DestinationNamespace?: string;
  Datacenter?: string;
  LocalBindAddress?: string;
}

export interface Task {
  Name: string;
  Driver: "docker";
  Lifecycle?: { Hook: "prestart" | "poststart" | "poststop"; Sidecar: boolean };
  Config: DockerConfig;
  User?: string;
  Env?: Record<string, string>;
  Meta?: Record<string, string>;
  Templates?: Template[];
  DispatchPayload?: { File: string };
  Artifacts?: {
    GetterSource: string;
    RelativeDest?: string;
    GetterMode?: string;
    GetterOptions?: Record<string, string>;
  }[];
  Services?: Service[];
  VolumeMounts?: VolumeMount[];
  Constraints?: Constraint[];
  Resources: Resources;
  RestartPolicy?: RestartPolicy;
  LogConfig?: LogConfig;
  Leader?: boolean;
  ShutdownDelay?: number;
  KillTimeout?: number;
  KillSignal?: string;
  Vault?: { Role?: string; Policies?: string[]; Namespace?: string; Env?: boolean; ChangeMode?: string };
  Identities?: { Name: string; Audience?: string[]; Env?: boolean; File?: boolean; TTL?: number }[];
  Actions?: { Name: string; Command: string; Args?: string[] }[];
}

export interface Resources {
  CPU?: number;
  Cores?: number;
  MemoryMB: number;
  MemoryMaxMB?: number;
}

export interface LogConfig {
  MaxFiles?: number;
  MaxFileSizeMB?: number;
  Disabled?: boolean;
}

/** The docker driver's config: what this project writes, and whatever else a `transform` adds. */
export interface DockerConfig {
  image: string;
  command?: string;
  args?: string[];
  network_mode?: string;
  ports?: string[];
  auth?: { username: string; password: string; server_address?: string };
  [option: string]: unknown;
}

export interface Template {
  /** Either this or SourcePath. */
  EmbeddedTmpl?: string;
  SourcePath?: string;
  /** Between it and RightDelim Nomad runs what stands there. @default "{{" */
  LeftDelim?: string;
  /** @default "}}" */
  RightDelim?: string;
  DestPath: string;
  Envvars?: boolean;
  ChangeMode: "noop" | "restart" | "signal";
  ChangeSignal?: string;
  Perms?: string;
  Once?: boolean;
}

export interface VolumeMount {
  Volume: string;
  Destination: string;
  ReadOnly: boolean;
  PropagationMode?: string;
}

export interface RestartPolicy {
  Attempts: number;
  Delay: number;
  Interval: number;
  Mode: "fail" | "delay";
  RenderTemplates?: boolean;
}
