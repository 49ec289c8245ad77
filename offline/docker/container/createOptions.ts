import type { ContainerCreateOptions, EndpointSettings, HealthConfig, HostConfig } from "dockerode";
import { creatorLabels } from "../creator";
import { labelMap } from "../labels";
import { parseDuration } from "./duration";
import { type ContainerInputs, type EndpointInput, type HealthcheckInput, type RateInput } from "./inputs";
import { anonymousVolumes, bind, isBind, mount } from "./mounts";

const MEBIBYTE = 1024 * 1024;

/** What Docker's "create container" call takes, from the inputs of the resource. */
export function createOptions(inputs: ContainerInputs, urn: string): ContainerCreateOptions {
  return {
    name: inputs.name,
    platform: inputs.platform,
    Image: inputs.image,
    Hostname: inputs.hostname,
    Domainname: inputs.domainname,
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    Env: inputs.envs,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    Labels: { ...labelMap(inputs.labels), ...creatorLabels(urn) },
    Tty: inputs.tty,
    OpenStdin: inputs.stdinOpen,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    Healthcheck: inputs.healthcheck && healthConfig(inputs.healthcheck),
    ExposedPorts: Object.fromEntries((inputs.ports ?? []).map((port) => [portKey(port), {}])),
    Volumes: anonymousVolumes(inputs.volumes),
    HostConfig: hostConfig(inputs),
  };
}

function hostConfig(inputs: ContainerInputs): HostConfig {
  return {
    ...resourceLimits(inputs),
    AutoRemove: inputs.rm,
    Binds: inputs.volumes?.filter(isBind).map(bind),
    VolumesFrom: inputs.volumes
      ?.filter((volume) => volume.fromContainer)
      .map((volume) => volume.fromContainer),
    Mounts: inputs.mounts?.map(mount) as HostConfig["Mounts"],
    Tmpfs: inputs.tmpfs,
    ShmSize: inputs.shmSize === undefined ? undefined : inputs.shmSize * MEBIBYTE,
    StorageOpt: inputs.storageOpts,
    LogConfig:
      inputs.logDriver === undefined && inputs.logOpts === undefined
        ? undefined
        : { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} },
    NetworkMode: inputs.networkMode,
    PortBindings: portBindings(inputs),
    PublishAllPorts: inputs.publishAllPorts,
    Dns: inputs.dns,
    DnsOptions: inputs.dnsOpts,
    DnsSearch: inputs.dnsSearches,
    ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
    CapAdd: inputs.capabilities?.adds,
    CapDrop: inputs.capabilities?.drops,
    GroupAdd: inputs.groupAdds,
    Privileged: inputs.privileged,
    ReadonlyRootfs: inputs.readOnly,
    SecurityOpt: inputs.securityOpts,
    Init: inputs.init,
    IpcMode: inputs.ipcMode,
    PidMode: inputs.pidMode,
    UsernsMode: inputs.usernsMode,
    CgroupParent: inputs.cgroupParent,
    ...(inputs.cgroupnsMode === undefined ? {} : { CgroupnsMode: inputs.cgroupnsMode }),
    Runtime: inputs.runtime,
    Sysctls: inputs.sysctls,
    Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Devices: inputs.devices?.map((device) => ({
      PathOnHost: device.hostPath,
      PathInContainer: device.containerPath ?? device.hostPath,
      CgroupPermissions: device.permissions ?? "rwm",
    })),
    DeviceCgroupRules: inputs.deviceCgroupRules,
    DeviceRequests: deviceRequests(inputs),
    BlkioDeviceReadBps: inputs.deviceReadBps?.map(rate),
    BlkioDeviceReadIOps: inputs.deviceReadIops?.map(rate),
    BlkioDeviceWriteBps: inputs.deviceWriteBps?.map(rate),
    BlkioDeviceWriteIOps: inputs.deviceWriteIops?.map(rate),
  };
}

/** The limits that Docker can also change while the container runs. */
export function resourceLimits(inputs: ContainerInputs): HostConfig {
  const { memory, memoryReservation, memorySwap, cpus } = inputs;
  return {
    Memory: memory === undefined ? undefined : memory * MEBIBYTE,
    MemoryReservation: memoryReservation === undefined ? undefined : memoryReservation * MEBIBYTE,
    MemorySwap: memorySwap === undefined ? undefined : memorySwap > 0 ? memorySwap * MEBIBYTE : memorySwap,
    CpuShares: inputs.cpuShares,
    CpusetCpus: inputs.cpuSet,
    CpuPeriod: cpus === undefined ? inputs.cpuPeriod : undefined,
    CpuQuota: cpus === undefined ? inputs.cpuQuota : undefined,
    NanoCpus: cpus === undefined ? undefined : Math.round(Number(cpus) * 1e9),
    RestartPolicy: { Name: inputs.restart ?? "no", MaximumRetryCount: inputs.maxRetryCount ?? 0 },
  };
}

/** How a container joins one of its `networksAdvanced`. */
export function endpoint(input: EndpointInput): EndpointSettings {
  return {
    Aliases: input.aliases,
    DriverOpts: input.driverOpts && keyValues(input.driverOpts),
    IPAMConfig: {
      IPv4Address: input.ipv4Address,
      IPv6Address: input.ipv6Address,
      LinkLocalIPs: input.linkLocalIps,
    },
    ...(input.macAddress === undefined ? {} : { MacAddress: input.macAddress }),
    ...(input.gwPriority === undefined ? {} : { GwPriority: input.gwPriority }),
  };
}

function portKey({ internal, protocol }: { internal: number; protocol?: string }): string {
  return `${internal}/${protocol ?? "tcp"}`;
}

function portBindings(inputs: ContainerInputs): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of inputs.ports ?? []) {
    (bindings[portKey(port)] ??= []).push({
      HostIp: port.ip ?? "0.0.0.0",
      HostPort: port.external ? String(port.external) : "",
    });
  }
  return bindings;
}

function healthConfig(input: HealthcheckInput): HealthConfig {
  return {
    Test: input.tests,
    Interval: parseDuration(input.interval ?? "0s"),
    Timeout: parseDuration(input.timeout ?? "0s"),
    StartPeriod: parseDuration(input.startPeriod ?? "0s"),
    StartInterval: parseDuration(input.startInterval ?? "0s") || undefined,
    Retries: input.retries ?? 0,
  };
}

function deviceRequests({ deviceRequests: requests, gpus }: ContainerInputs): HostConfig["DeviceRequests"] {
  if (requests === undefined && gpus === undefined) return undefined;
  const ids = gpus?.startsWith("device=") ? gpus.slice("device=".length).split(",") : undefined;
  return [
    ...(requests ?? []).map((request) => ({
      Driver: request.driver ?? "",
      Count: request.count,
      DeviceIDs: request.deviceIds,
      Capabilities: request.capabilities && [request.capabilities],
      Options: request.options,
    })),
    ...(gpus === undefined
      ? []
      : [{ Driver: "", Count: ids === undefined ? -1 : undefined, DeviceIDs: ids, Capabilities: [["gpu"]] }]),
  ];
}

function rate({ path, rate: value }: RateInput): { Path: string; Rate: number } {
  return { Path: path, Rate: value };
}

function keyValues(pairs: string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf("=");
      return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
