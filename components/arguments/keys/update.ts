/** Keys about how Nomad replaces instances. */
import { countdown, duration } from "../names";
import { bool, integer, object, oneOf } from "../readers";
import type { Rows } from "../row";

const strategy = object("UpdateArgs", "How Nomad replaces instances (its `update` block).", {
  strategy: {
    type: oneOf("UpdateStrategy", "canary", "rolling", "blue-green", "recreate"),
    default: "canary",
    plain: "decides",
    says:
      "`canary` starts one new instance beside the old ones, then replaces the rest. `blue-green` starts all new ones beside " +
      "the old ones. `rolling` stops a few old ones at a time; not with `migrationLeader` `index-zero`. `recreate` stops all " +
      "old ones first; nothing serves until the new ones do.",
  },
  maxParallel: {
    type: integer(1, 10_000),
    default: 1,
    plain: "wait",
    says: "Instances to replace at a time. Not with `recreate`, which replaces all at once.",
  },
  autoRevert: {
    type: bool,
    default: true,
    says: "Goes back to the last good version when a deployment fails.",
  },
  minHealthyTime: {
    type: duration,
    default: "10s",
    plain: "wait",
    says: "How long an instance must be healthy before it counts.",
  },
  migrateStartDeadline: {
    type: countdown(5),
    default: "90s",
    plain: "wait",
    says:
      "Longest time from the start of the migrate task's container until Django has loaded in it. `up` ends the rollout, and " +
      "the task, shortly before: an ENTRYPOINT that ignores what it is told would run on.",
  },
  serverDeadline: {
    type: duration,
    default: "2m",
    plain: "wait",
    says: "Longest time from a server's start to its first passed check.",
  },
  healthyDeadline: {
    type: duration,
    unset: "what migration, database wait, start and image pull need in the worst case",
    plain: "wait",
    says: "Nomad's healthy_deadline.",
  },
  progressDeadline: {
    type: duration,
    unset: "a minute more than `healthyDeadline`",
    plain: "wait",
    says: "Nomad's progress_deadline.",
  },
} as const);

export const update = {
  update: {
    type: strategy,
    plain: "decides",
    says: "How Nomad replaces instances.",
    example: { strategy: "blue-green" },
    change: "in place",
  },
} as const satisfies Rows;
