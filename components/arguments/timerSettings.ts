/** What the arguments say about time, defaults applied. */
import { defaults, seconds, type TimerSettings } from "../jobspec";
import type { DjangoAppArgs } from "./djangoAppArgs";

/**
 * Looks of a waiting allocation. The pack's 25 s end a first deployment whose migrations take longer, and Nomad
 * would try it again and again; here a failure is the end, so the wait lasts as long as the migration may.
 */
export function migrationPollIters(args: Partial<DjangoAppArgs>): number {
  if (args.migrationPollIters !== undefined) return args.migrationPollIters;
  const whole = seconds(args.migrationTimeout ?? defaults.migrationTimeout);
  const each = args.migrationPollSeconds ?? defaults.migrationPollSeconds;
  return Math.max(defaults.migrationPollIters, Math.floor(whole / each));
}

/** The ladder's inputs, defaults applied. */
export function timerSettings(args: Partial<DjangoAppArgs>): TimerSettings {
  return {
    migrationTimeout: args.migrationTimeout ?? defaults.migrationTimeout,
    databaseWaitSeconds: args.databaseWaitSeconds ?? defaults.databaseWaitSeconds,
    followerWaitSeconds:
      (args.migrationPollSeconds ?? defaults.migrationPollSeconds) * migrationPollIters(args),
    serverDeadline: args.update?.serverDeadline ?? defaults.update.serverDeadline,
    healthyDeadline: args.update?.healthyDeadline,
    progressDeadline: args.update?.progressDeadline,
    count: args.count ?? defaults.count,
    maxParallel: maxParallel(args),
  };
}

/** Instances replaced at a time: `recreate` replaces all. Never 0, which to Nomad means no rollout at all. */
export function maxParallel(args: Partial<DjangoAppArgs>): number {
  if (args.update?.strategy === "recreate") return Math.max(1, args.count ?? defaults.count);
  return args.update?.maxParallel ?? defaults.update.maxParallel;
}
