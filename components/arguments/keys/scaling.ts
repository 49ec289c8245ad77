/** Keys about an autoscaler that sets the number of instances. */
import { bool, freeMap, integer, object } from "../readers";
import type { Rows } from "../row";

/** @param least fewest instances that an autoscaler may leave. @param name of the exported type. */
function scalingOf<const N extends string>(name: N, least: number, says: string) {
  return object(name, says, {
    min: {
      type: integer(least, 10_000),
      default: 1,
      plain: "wait",
      says: "Fewest instances that Nomad lets an autoscaler set.",
      example: 2,
    },
    max: {
      type: integer(1, 10_000),
      required: true,
      plain: "wait",
      says: "Most instances that Nomad lets an autoscaler set. Timers and database connections allow for that many.",
      example: 10,
    },
    enabled: {
      type: bool,
      default: true,
      says: "False asks the autoscaler to leave the number as it is.",
    },
    policy: {
      type: freeMap,
      unset: "none",
      says:
        "Scaling policy, passed to the autoscaler as it is, in the form of Nomad's API: where the autoscaler's " +
        "documentation has a block, write a list of maps.",
      example: { cooldown: "2m" },
    },
  } as const satisfies Rows);
}

export const webScaling = scalingOf(
  "ScalingArgs",
  1,
  "The number of web servers, left to an autoscaler within limits.",
);

export const processScaling = scalingOf(
  "ProcessScaling",
  0,
  "The number of a process's instances, left to an autoscaler within limits.",
);
