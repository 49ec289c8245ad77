/** Rules about volumes and the registry. */
import { defaults, type KnownArgs } from "./keys";
import { instancesBeside } from "./processCounts";
import type { Problem } from "./problem";
import { type Given, repeated, type Rule, when } from "./rule";

type VolumeArgs = NonNullable<KnownArgs["volumes"]>[number];

function ofVolume(given: Given, volume: VolumeArgs, key: string): Problem[] {
  const { type = defaults.volumes.type, accessMode, attachmentMode, perAlloc } = volume;
  const strategy = given.update?.strategy ?? defaults.update.strategy;
  const hasCanaries = strategy === "canary" || strategy === "blue-green";
  const beside = instancesBeside(given);
  const instances = (given.count ?? defaults.count) + beside;
  return [
    ...when(
      type === "csi" && accessMode === undefined,
      `${key}.accessMode`,
      "is required for a csi volume, such as single-node-multi-writer",
    ),
    ...when(
      type === "csi" && attachmentMode === undefined,
      `${key}.attachmentMode`,
      "is required for a csi volume: file-system or block-device",
    ),
    ...when(
      type === "host" && accessMode !== undefined && accessMode.startsWith("multi-node"),
      `${key}.accessMode`,
      `is "${accessMode}", but a host volume is on one node: use single-node-multi-writer or another single-node mode`,
    ),
    ...when(
      type === "csi" && accessMode === "single-node-writer" && !perAlloc && instances > 1,
      `${key}.accessMode`,
      `is "single-node-writer", which only one instance can use, but ${beside > 0 ? `with what runs beside there are ${instances}` : `count is ${given.count}`}: use a mode for several, or perAlloc`,
    ),
    ...when(
      perAlloc === true && hasCanaries,
      `${key}.perAlloc`,
      `can't be used with update.strategy "${strategy}": a canary would need the old instance's volume. ` +
        'Use "recreate" or "rolling"',
    ),
  ];
}

export const volumeRules: Rule[] = [
  {
    keys: ["volumes.*", "update.strategy", "count", "processes.*", "schedules.*"],
    problems: (given) =>
      (given.volumes ?? []).flatMap((volume, index) => ofVolume(given, volume, `volumes[${index}]`)),
  },
  {
    keys: ["volumes.*"],
    problems: ({ volumes = [] }) => [
      ...repeated(
        volumes.map(({ name }) => name),
        (index) => `volumes[${index}].name`,
      ),
      ...repeated(
        volumes.map(({ destination }) => destination),
        (index) => `volumes[${index}].destination`,
      ),
    ],
  },
];
