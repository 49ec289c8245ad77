import type Docker from "dockerode";
import { withoutCreator } from "../creator";
import { type ContainerInputs, type EndpointInput, type HealthcheckInput, type VolumeInput } from "./inputs";
import { healthcheck } from "./outputs";

const MEBIBYTE = 1024 * 1024;
/** What Docker gives a container that asks for nothing. */
const DEFAULT_SHM_SIZE = 64;

/** The inputs of a container that is being imported: everything that the image did not bring along. */
export function importInputs(
  inspect: Docker.ContainerInspectInfo,
  image: Docker.ImageInspectInfo,
): ContainerInputs {
  const { Config, HostConfig, Id } = inspect;
  const ofImage = image.Config as typeof image.Config & { Healthcheck?: Docker.HealthConfig };
  const envs = Config.Env.filter((env) => !(ofImage.Env ?? []).includes(env));
  const labels = Object.entries(withoutCreator(Config.Labels)).filter(
    ([label, value]) => ofImage.Labels?.[label] !== value,
  );
  const shmSize = (HostConfig.ShmSize ?? 0) / MEBIBYTE;
  const volumes = (HostConfig.Binds ?? []).map(volumeInput);
  const networks = networkInputs(inspect);
  const logOpts = HostConfig.LogConfig?.Config as Record<string, string> | undefined;
  return {
    image: Config.Image,
    name: inspect.Name.replace(/^\//, ""),
    ...(envs.length > 0 ? { envs } : {}),
    ...(labels.length > 0 ? { labels: labels.map(([label, value]) => ({ label, value })) } : {}),
    ...(same(Config.Cmd, ofImage.Cmd) ? {} : { command: Config.Cmd }),
    ...(same(Config.Entrypoint, ofImage.Entrypoint) ? {} : { entrypoints: [Config.Entrypoint ?? []].flat() }),
    ...(same(Config.Healthcheck, ofImage.Healthcheck)
      ? {}
      : { healthcheck: healthcheck(Config.Healthcheck) as HealthcheckInput }),
    ...(Id.startsWith(Config.Hostname) ? {} : { hostname: Config.Hostname }),
    ...(shmSize === DEFAULT_SHM_SIZE ? {} : { shmSize }),
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(networks.length > 0 ? { networksAdvanced: networks } : {}),
    ...(Object.keys(logOpts ?? {}).length > 0 ? { logDriver: HostConfig.LogConfig?.Type, logOpts } : {}),
    mustRun: true,
    removeVolumes: true,
    start: true,
    waitTimeout: 60,
    containerReadRefreshTimeoutMilliseconds: 15_000,
  };
}

function volumeInput(bind: string): VolumeInput {
  const [source = "", containerPath = "", options = ""] = bind.split(":");
  return {
    containerPath,
    ...(source.startsWith("/") ? { hostPath: source } : { volumeName: source }),
    ...(options.split(",").includes("ro") ? { readOnly: true } : {}),
  };
}

/** The user-defined networks; the one that `networkMode` names comes with it. */
function networkInputs({ Id, HostConfig, NetworkSettings }: Docker.ContainerInspectInfo): EndpointInput[] {
  return Object.entries(NetworkSettings.Networks)
    .filter(([name]) => !["bridge", "host", "none", HostConfig.NetworkMode].includes(name))
    .map(([name, { Aliases }]) => {
      const aliases = ((Aliases as string[] | null) ?? []).filter((alias) => !Id.startsWith(alias));
      return { name, ...(aliases.length > 0 ? { aliases } : {}) };
    });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
}
