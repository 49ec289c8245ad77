import { type Properties } from "../../host/types";
import { type Pair } from "../labels";
import { revealAll } from "../schema/values";

export interface PortInput {
  internal: number;
  external?: number;
  ip?: string;
  protocol?: string;
}

export interface VolumeInput {
  containerPath?: string;
  fromContainer?: string;
  hostPath?: string;
  readOnly?: boolean;
  selinuxRelabel?: string;
  volumeName?: string;
}

export interface MountInput {
  target: string;
  source?: string;
  type: "bind" | "volume" | "tmpfs";
  readOnly?: boolean;
  bindOptions?: { propagation?: string };
  tmpfsOptions?: { mode?: number; sizeBytes?: number };
  volumeOptions?: {
    driverName?: string;
    driverOptions?: Record<string, string>;
    labels?: Pair[];
    noCopy?: boolean;
    subpath?: string;
  };
}

export interface UploadInput {
  file: string;
  content?: string;
  contentBase64?: string;
  source?: string;
  executable?: boolean;
  permissions?: string;
  owner?: string;
  group?: string;
}

export interface EndpointInput {
  name: string;
  aliases?: string[];
  driverOpts?: string[];
  gwPriority?: number;
  ipv4Address?: string;
  ipv6Address?: string;
  linkLocalIps?: string[];
  macAddress?: string;
}

export interface HealthcheckInput {
  tests?: string[];
  interval?: string;
  timeout?: string;
  startPeriod?: string;
  startInterval?: string;
  retries?: number;
}

export interface RateInput {
  path: string;
  rate: number;
}

export interface DeviceRequestInput {
  driver?: string;
  count?: number;
  deviceIds?: string[];
  capabilities?: string[];
  options?: Record<string, string>;
}

/** The inputs of a container after Check: of the right types, with defaults, secrets opened. */
export interface ContainerInputs {
  attach?: boolean;
  capabilities?: { adds?: string[]; drops?: string[] };
  cgroupParent?: string;
  cgroupnsMode?: string;
  command?: string[];
  containerReadRefreshTimeoutMilliseconds?: number;
  cpuPeriod?: number;
  cpuQuota?: number;
  cpuSet?: string;
  cpuShares?: number;
  cpus?: string;
  destroyGraceSeconds?: number;
  deviceCgroupRules?: string[];
  deviceReadBps?: RateInput[];
  deviceReadIops?: RateInput[];
  deviceRequests?: DeviceRequestInput[];
  deviceWriteBps?: RateInput[];
  deviceWriteIops?: RateInput[];
  devices?: { hostPath: string; containerPath?: string; permissions?: string }[];
  dns?: string[];
  dnsOpts?: string[];
  dnsSearches?: string[];
  domainname?: string;
  entrypoints?: string[];
  envs?: string[];
  gpus?: string;
  groupAdds?: string[];
  healthcheck?: HealthcheckInput;
  hostname?: string;
  hosts?: { host: string; ip: string }[];
  image: string;
  init?: boolean;
  ipcMode?: string;
  labels?: Pair[];
  logDriver?: string;
  logOpts?: Record<string, string>;
  logs?: boolean;
  maxRetryCount?: number;
  memory?: number;
  memoryReservation?: number;
  memorySwap?: number;
  mounts?: MountInput[];
  mustRun?: boolean;
  name: string;
  networkMode?: string;
  networksAdvanced?: EndpointInput[];
  pidMode?: string;
  platform?: string;
  ports?: PortInput[];
  privileged?: boolean;
  publishAllPorts?: boolean;
  readOnly?: boolean;
  removeVolumes?: boolean;
  restart?: string;
  rm?: boolean;
  runtime?: string;
  securityOpts?: string[];
  shmSize?: number;
  start?: boolean;
  stdinOpen?: boolean;
  stopSignal?: string;
  stopTimeout?: number;
  storageOpts?: Record<string, string>;
  sysctls?: Record<string, string>;
  tmpfs?: Record<string, string>;
  tty?: boolean;
  ulimits?: { name: string; soft: number; hard: number }[];
  uploads?: UploadInput[];
  user?: string;
  usernsMode?: string;
  volumes?: VolumeInput[];
  wait?: boolean;
  waitTimeout?: number;
  workingDir?: string;
}

/** Check has made sure of the types. */
export function containerInputs(properties: Properties): ContainerInputs {
  return revealAll(properties) as unknown as ContainerInputs;
}
