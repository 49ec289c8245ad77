import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { defaults } from "../arguments/keys";
import { timerSettings } from "../arguments/timerSettings";
import { isDuration, seconds, timers } from "../jobspec";

/** Longest time of a rollout, in seconds. */
export function patience(args: DjangoAppArgs): number {
  return timers(timerSettings(args)).customTimeout;
}

/** The same for afterRollout: the wait for the lock, its commands, and a start. */
export function afterPatience(args: DjangoAppArgs): number {
  const { migrationTimeout, databaseWaitSeconds } = timerSettings(args);
  return 2 * seconds(migrationTimeout) + databaseWaitSeconds + startSeconds;
}

/** The longest that an image and a container take. */
const startSeconds = 180;

/** Assumed for a killTimeout that is another resource's output: it is not known in time. */
const longestKillTimeout = "15m";

/** The same for a singleton's job: its old instance may use up its killTimeout first, and once more in a revert. */
export function singletonPatience(args: DjangoAppArgs, process: string): number {
  const { killTimeout = defaults.processes.killTimeout } = args.processes?.[process] ?? {};
  const given = typeof killTimeout === "string" && isDuration(killTimeout) ? killTimeout : longestKillTimeout;
  return patience(args) + 2 * Math.ceil(seconds(given));
}
