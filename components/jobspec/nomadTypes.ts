/**
 * The part of Nomad's job JSON that this project writes (Nomad API, `PUT /v1/jobs`).
 * Nomad drops unknown fields silently: whatever is added here must come back from a real server.
 * Durations are whole nanoseconds; CPU is MHz; memory is MB.
 */

export interface NomadJob {
  ID: string;
  Name: string;
  Type: "service";
  Namespace?: string;
  Region?: string;
  Datacenters: string[];
  UI?: { Description: string };
  TaskGroups: TaskGroup[];
}

export interface TaskGroup {
  Name: string;
  Count: number;
  Meta?: Record<string, string>;
  Networks: Network[];
  RestartPolicy: RestartPolicy;
  Update: UpdateStrategy;
  Services?: Service[];
  Tasks: Task[];
}

export interface Network {
  Mode: "host" | "bridge";
  DynamicPorts: { Label: string; To: number }[];
}

export interface RestartPolicy {
  Attempts: number;
  Delay: number;
  Interval: number;
  Mode: "fail" | "delay";
}

export interface UpdateStrategy {
  MaxParallel: number;
  Canary: number;
  AutoPromote: boolean;
  AutoRevert: boolean;
  HealthCheck: "checks" | "task_states";
  MinHealthyTime: number;
  HealthyDeadline: number;
  ProgressDeadline: number;
}

export interface Service {
  Name: string;
  Provider: "nomad" | "consul";
  PortLabel: string;
  AddressMode?: "host";
  Tags?: string[];
  Checks?: Check[];
  Connect?: { SidecarService: { Proxy: { Upstreams: Upstream[] } } };
}

export interface Check {
  Type: "http" | "tcp";
  Path?: string;
  Interval: number;
  Timeout: number;
  Header?: Record<string, string[]>;
  Expose?: boolean;
}

export interface Upstream {
  DestinationName: string;
  LocalBindPort: number;
}

export interface Task {
  Name: string;
  Driver: "docker";
  Lifecycle?: { Hook: "prestart"; Sidecar: false };
  Config: DockerConfig;
  Env?: Record<string, string>;
  Templates?: Template[];
  Services?: Service[];
  Resources: { CPU: number; MemoryMB: number };
  RestartPolicy?: RestartPolicy;
  ShutdownDelay?: number;
  KillTimeout?: number;
}

export interface DockerConfig {
  image: string;
  command?: string;
  args?: string[];
  network_mode?: string;
  ports?: string[];
}

export interface Template {
  EmbeddedTmpl: string;
  DestPath: string;
  Envvars?: boolean;
  ChangeMode: "noop";
  Once?: boolean;
}
