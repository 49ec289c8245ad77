/** Rules about how Nomad replaces instances. */
import { formatSeconds, ladderProblems, seconds, timers } from "../jobspec";
import { defaults } from "./keys";
import type { Problem } from "./problem";
import { type Rule, when } from "./rule";
import { timerSettings } from "./timerSettings";

/** Every rung of the ladder of timers. */
const ladder = [
  "databaseWaitSeconds",
  "migrationTimeout",
  "migrationPollSeconds",
  "migrationPollIters",
  "update.serverDeadline",
  "update.healthyDeadline",
  "update.progressDeadline",
];

/** Of "KEY is VALUE ...", the key apart. */
function keyed(sentence: string): Problem {
  const [key, ...rest] = sentence.split(" ");
  return { key, message: rest.join(" ") };
}

export const updateRules: Rule[] = [
  { keys: ladder, problems: (given) => ladderProblems(timerSettings(given)).map(keyed) },
  {
    keys: [...ladder, "update.minHealthyTime"],
    problems: (given) => {
      const minimum = given.update?.minHealthyTime ?? defaults.update.minHealthyTime;
      const { allocation, healthyDeadline } = timers(timerSettings(given));
      const room = healthyDeadline - allocation;
      return when(
        // A deadline that is no ladder at all has its own problem.
        room > 0 && seconds(minimum) >= room,
        "update.minHealthyTime",
        `is ${minimum}, but update.healthyDeadline (${formatSeconds(healthyDeadline)}) leaves ${formatSeconds(room)} ` +
          `after the longest migration and start: no instance could become healthy then. Lower it, or set ` +
          `update.healthyDeadline above ${formatSeconds(allocation + seconds(minimum))}`,
      );
    },
  },
  {
    keys: ["update.strategy", "migrationLeader"],
    problems: ({ update, migrationLeader }) =>
      when(
        update?.strategy === "rolling" && (migrationLeader ?? defaults.migrationLeader) === "index-zero",
        "update.strategy",
        'is "rolling" with migrationLeader "index-zero": when count and image change together Nomad may start ' +
          "other indexes first, which then wait for an index 0 that is never started. " +
          'Use update.strategy "canary", or leave migrationLeader out',
      ),
  },
  {
    keys: ["update.strategy", "migrationLock"],
    problems: ({ update, migrationLock }) =>
      when(
        update?.strategy === "rolling" && migrationLock === "none",
        "update.strategy",
        'is "rolling" with migrationLock "none": the instance with index 0 alone migrates, and others may start first and ' +
          'wait for it in vain. Use update.strategy "canary"',
      ),
  },
  {
    keys: ["update.strategy", "update.maxParallel"],
    problems: ({ update }) =>
      when(
        update?.strategy === "recreate" && update.maxParallel !== undefined,
        "update.maxParallel",
        `is ${update?.maxParallel}, but update.strategy "recreate" replaces all instances at once: remove one of them`,
      ),
  },
];
