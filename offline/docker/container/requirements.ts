import type Docker from "dockerode";
import { type ContainerInputs } from "./inputs";
import { parseDuration } from "./duration";

/** Refuses inputs that this Docker is too old for: it would drop them without a word. */
export async function refuseUnknownToDocker(docker: Docker, inputs: ContainerInputs): Promise<void> {
  const needs: [property: string, api: string, used: boolean][] = [
    ["healthcheck.startInterval", "1.44", Boolean(parseDuration(inputs.healthcheck?.startInterval ?? "0s"))],
    [
      "mounts.volumeOptions.subpath",
      "1.45",
      Boolean(inputs.mounts?.some((mount) => mount.volumeOptions?.subpath)),
    ],
    [
      "networksAdvanced.macAddress",
      "1.44",
      Boolean(inputs.networksAdvanced?.some((each) => each.macAddress)),
    ],
    [
      "networksAdvanced.gwPriority",
      "1.48",
      Boolean(inputs.networksAdvanced?.some((each) => each.gwPriority)),
    ],
    ["platform", "1.41", inputs.platform !== undefined],
  ];
  const used = needs.filter(([, , isUsed]) => isUsed);
  if (used.length === 0) return;
  const { ApiVersion, Version } = await docker.version();
  const refused = used.filter(([, api]) => older(ApiVersion, api));
  if (refused.length === 0) return;
  const list = refused.map(([property, api]) => `${property} (API ${api})`).join(", ");
  throw new Error(
    `Docker ${Version} (API ${ApiVersion}) is too old for ${list} and would ignore it. Update Docker or drop it.`,
  );
}

function older(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorThan = 0, minorThan = 0] = than.split(".").map(Number);
  return major < majorThan || (major === majorThan && minor < minorThan);
}
