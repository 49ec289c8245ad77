/** One ladder of timers: each one is longer than what it must outlast. */
import { type Duration, formatSeconds, seconds } from "./duration";

export interface TimerSettings {
  /** Longest time `manage.py migrate` may take. Default "10m". */
  migrationTimeout: Duration;
  /** Longest wait for the database, in seconds. Default 60. */
  databaseWaitSeconds: number;
  /** Longest wait of a follower, in seconds: polls times their interval. */
  followerWaitSeconds: number;
  /** Whether every allocation runs commands before its server: they have migrationTimeout for themselves. */
  startCommands?: boolean;
  /** Longest time from a server's start to its first passed check. Default "2m". */
  serverDeadline: Duration;
  /** Nomad's healthy_deadline, when the user sets it. */
  healthyDeadline?: Duration;
  /** Nomad's progress_deadline, when the user sets it. */
  progressDeadline?: Duration;
  /** Allocations of the group. */
  count: number;
  /** Allocations replaced at a time. */
  maxParallel: number;
}

/** All in whole seconds. */
export interface Timers {
  /** What an allocation may need in the worst case: wait, migrate, start, pass its check. */
  allocation: number;
  healthyDeadline: number;
  progressDeadline: number;
  /** The bound of Pulumi's own wait, `customTimeouts` of the Job. */
  customTimeout: number;
}

/** Image pull and container start are inside healthy_deadline too (Nomad starts it at placement). */
const pullSeconds = 120;
const marginSeconds = 60;

/** Works out the ladder. {@link ladderProblems} says what is wrong with one that the user set. */
export function timers(settings: TimerSettings): Timers {
  const gate =
    settings.databaseWaitSeconds +
    Math.max(seconds(settings.migrationTimeout), settings.followerWaitSeconds) +
    (settings.startCommands ? seconds(settings.migrationTimeout) : 0);
  const allocation = Math.ceil(gate + seconds(settings.serverDeadline));
  const healthyDeadline = settings.healthyDeadline
    ? seconds(settings.healthyDeadline)
    : allocation + pullSeconds;
  const progressDeadline = settings.progressDeadline
    ? seconds(settings.progressDeadline)
    : healthyDeadline + marginSeconds;
  // Nomad starts progress_deadline anew with every allocation that becomes healthy; the first batch is
  // the canary, the others follow maxParallel at a time.
  const batches = 1 + Math.ceil(settings.count / settings.maxParallel);
  return {
    allocation,
    healthyDeadline,
    progressDeadline,
    customTimeout: progressDeadline * batches + marginSeconds,
  };
}

/** Says which rung of the ladder is too short, in the user's words; empty when it holds. */
export function ladderProblems(settings: TimerSettings): string[] {
  const { allocation, healthyDeadline, progressDeadline } = timers(settings);
  const problems: string[] = [];
  const followerWait = formatSeconds(settings.followerWaitSeconds);
  // Leader and followers work at the same time: the longer of the two counts.
  const gate =
    settings.followerWaitSeconds > seconds(settings.migrationTimeout)
      ? `migrationPollSeconds * migrationPollIters ${followerWait}`
      : `migrationTimeout ${settings.migrationTimeout}`;
  if (healthyDeadline <= allocation) {
    problems.push(
      `update.healthyDeadline is ${formatSeconds(healthyDeadline)}, but an allocation may need ${formatSeconds(allocation)} ` +
        `(databaseWaitSeconds ${settings.databaseWaitSeconds} + ${gate} + ` +
        (settings.startCommands ? `startCommands ${settings.migrationTimeout} + ` : "") +
        `update.serverDeadline ${settings.serverDeadline}): Nomad would give up while it still migrates. ` +
        `Leave update.healthyDeadline out, set it above ${formatSeconds(allocation)}, or lower ${gate.split(" ")[0]}`,
    );
  }
  if (progressDeadline <= healthyDeadline) {
    problems.push(
      `update.progressDeadline is ${formatSeconds(progressDeadline)}, but must be longer than update.healthyDeadline ` +
        `(${formatSeconds(healthyDeadline)}): leave it out or raise it`,
    );
  }
  return problems;
}
