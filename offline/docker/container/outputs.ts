import type Docker from "dockerode";
import { type Properties, type PropertyValue } from "../../host/types";
import { normalize } from "../schema/plan";
import { type Fields } from "../schema/field";
import { formatDuration, sameDuration } from "./duration";
import { containerFields } from "./fields";
import { type ContainerInputs, type HealthcheckInput } from "./inputs";
import { actualPorts } from "./ports";

type Inspect = Docker.ContainerInspectInfo;

const MEBIBYTE = 1024 * 1024;

/**
 * What the state holds about a container: what Docker says where it is the authority, and the inputs for
 * what only the plugin knows (`wait`, `mustRun`) or what Docker mixes with the image's own (`envs`).
 */
export function containerOutputs(inspect: Inspect, inputs: ContainerInputs): Properties {
  const { Config, HostConfig, State, NetworkSettings } = inspect;
  const host = HostConfig as typeof HostConfig & { CgroupnsMode?: string };
  const config = Config as { StopSignal?: string; StopTimeout?: number };
  const given = inputs as unknown as Properties;
  // Without either, Docker fills in what its daemon was configured with.
  const ownLogOptions = inputs.logDriver !== undefined || inputs.logOpts !== undefined;
  return {
    ...fromInputs(containerFields, given),
    id: inspect.Id,
    name: inspect.Name.replace(/^\//, ""),
    image: Config.Image,
    hostname: Config.Hostname,
    domainname: Config.Domainname,
    user: Config.User,
    workingDir: Config.WorkingDir,
    command: Config.Cmd ?? [],
    entrypoints: typeof Config.Entrypoint === "string" ? [Config.Entrypoint] : (Config.Entrypoint ?? []),
    tty: Config.Tty,
    stdinOpen: Config.OpenStdin,
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    healthcheck: healthcheck(Config.Healthcheck, inputs.healthcheck),
    mustRun: inputs.mustRun === false ? false : State.Running || inputs.start === false,
    exitCode: State.Running || State.Status === "created" ? null : State.ExitCode,
    containerLogs: null,
    platform: given.platform ?? inspect.Platform,
    bridge: (NetworkSettings as { Bridge?: string }).Bridge ?? "",
    networkDatas: networkDatas(NetworkSettings.Networks),
    networkMode: HostConfig.NetworkMode === "default" ? "bridge" : (HostConfig.NetworkMode ?? null),
    ports: actualPorts(inspect, inputs.ports ?? []),
    publishAllPorts: HostConfig.PublishAllPorts ?? false,
    restart: HostConfig.RestartPolicy?.Name || "no",
    maxRetryCount: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
    memory: mebibytes(HostConfig.Memory),
    memoryReservation: mebibytes(HostConfig.MemoryReservation),
    memorySwap: HostConfig.MemorySwap === -1 ? -1 : mebibytes(HostConfig.MemorySwap),
    shmSize: mebibytes(HostConfig.ShmSize),
    cpuSet: HostConfig.CpusetCpus ?? "",
    cpuShares: HostConfig.CpuShares ?? 0,
    cpuPeriod: HostConfig.CpuPeriod || null,
    cpuQuota: HostConfig.CpuQuota || null,
    privileged: HostConfig.Privileged ?? false,
    readOnly: HostConfig.ReadonlyRootfs ?? false,
    rm: HostConfig.AutoRemove ?? false,
    init: HostConfig.Init ?? false,
    ipcMode: HostConfig.IpcMode ?? null,
    pidMode: HostConfig.PidMode || null,
    usernsMode: HostConfig.UsernsMode ?? "",
    runtime: HostConfig.Runtime ?? null,
    cgroupParent: HostConfig.CgroupParent || null,
    cgroupnsMode: given.cgroupnsMode === undefined ? null : (host.CgroupnsMode ?? null),
    // Docker adds options of its own to those given, such as "label=disable" in the host's PID namespace.
    securityOpts: given.securityOpts ?? (HostConfig.SecurityOpt as string[] | null) ?? [],
    logDriver: HostConfig.LogConfig?.Type ?? null,
    logOpts: ownLogOptions ? emptyToNull(HostConfig.LogConfig?.Config as Properties | undefined) : null,
    dns: emptyToNull(HostConfig.Dns),
    dnsOpts: emptyToNull(HostConfig.DnsOptions),
    dnsSearches: emptyToNull(HostConfig.DnsSearch),
    groupAdds: emptyToNull(HostConfig.GroupAdd),
    sysctls: emptyToNull(HostConfig.Sysctls),
    tmpfs: emptyToNull(HostConfig.Tmpfs),
    storageOpts: emptyToNull(HostConfig.StorageOpt),
  };
}

function fromInputs(fields: Fields, inputs: Properties): Properties {
  const outputs: Properties = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = inputs[key];
    if (value !== undefined && value !== null) outputs[key] = normalize(field, value);
    else if (!field.unlisted) outputs[key] = field.unset ?? null;
  }
  return outputs;
}

export function healthcheck(
  actual: Docker.HealthConfig | undefined,
  given: HealthcheckInput = {},
): PropertyValue {
  if (actual?.Test === undefined || actual.Test === null) return null;
  const spelled = (nanoseconds: number | undefined, given: string | undefined) => {
    const text = formatDuration(nanoseconds ?? 0);
    return given !== undefined && sameDuration(given, text) ? given : text;
  };
  return {
    tests: actual.Test,
    interval: spelled(actual.Interval, given.interval),
    timeout: spelled(actual.Timeout, given.timeout),
    startPeriod: spelled(actual.StartPeriod, given.startPeriod),
    startInterval: spelled(actual.StartInterval, given.startInterval),
    retries: actual.Retries ?? 0,
  };
}

function networkDatas(networks: Docker.NetworkInfo | Record<string, Docker.EndpointSettings>): PropertyValue {
  return Object.entries(networks as Record<string, Record<string, PropertyValue>>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([networkName, settings]) => ({
      networkName,
      gateway: settings.Gateway ?? "",
      globalIpv6Address: settings.GlobalIPv6Address ?? "",
      globalIpv6PrefixLength: settings.GlobalIPv6PrefixLen ?? 0,
      ipAddress: settings.IPAddress ?? "",
      ipPrefixLength: settings.IPPrefixLen ?? 0,
      ipv6Gateway: settings.IPv6Gateway ?? "",
      macAddress: settings.MacAddress ?? "",
    }));
}

function mebibytes(bytes: number | undefined): number {
  return Math.floor(Math.max(0, bytes ?? 0) / MEBIBYTE);
}

function emptyToNull(
  value: Properties | string[] | Record<string, string> | null | undefined,
): PropertyValue {
  return value === undefined || value === null || Object.keys(value).length === 0 ? null : value;
}
