import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { defaults } from "../arguments/keys";
import { timerSettings } from "../arguments/timerSettings";
import { isDuration, seconds, timers } from "../jobspec";

/** Longest time of a rollout, in seconds. */
export function patience(args: DjangoAppArgs): number {
  return timers(timerSettings(args)).customTimeout;
}

/** Where another resource says it, it is not known in time. */
const longestKillTimeout = "15m";

/** The same of a singleton's job: its old instance may take all of its time to end first, also once more in a revert. */
export function singletonPatience(args: DjangoAppArgs, process: string): number {
  const { killTimeout = defaults.processes.killTimeout } = args.processes?.[process] ?? {};
  const given = typeof killTimeout === "string" && isDuration(killTimeout) ? killTimeout : longestKillTimeout;
  return patience(args) + 2 * Math.ceil(seconds(given));
}
