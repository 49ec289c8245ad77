import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { timerSettings } from "../arguments/timerSettings";
import { timers } from "../jobspec";

/** Longest time of a rollout, in seconds. */
export function patience(args: DjangoAppArgs): number {
  return timers(timerSettings(args)).customTimeout;
}
