/** The ladder of timers as the arguments have it, defaults applied. */
import { groupName, seconds, type TimerSettings } from "../jobspec";
import { defaults, type KnownArgs } from "./keys";
import { type CountArgs, mostInstances } from "./processCounts";

/** All of them are plain values. */
export type TimerArgs = Partial<
  CountArgs &
    Pick<
      KnownArgs,
      | "databaseWaitSeconds"
      | "migrationPollIters"
      | "migrationPollSeconds"
      | "migrationTimeout"
      | "startCommands"
    > & {
      update: Pick<
        NonNullable<KnownArgs["update"]>,
        "healthyDeadline" | "maxParallel" | "progressDeadline" | "serverDeadline" | "strategy"
      >;
    }
>;

/**
 * Checks by a waiting instance. The pack's 25 s end a first deployment whose migrations take longer, and Nomad
 * would try it again and again; here a failure is the end, so the wait lasts as long as the migration may.
 */
export function migrationPollIters(args: TimerArgs): number {
  if (args.migrationPollIters !== undefined) return args.migrationPollIters;
  const whole = seconds(args.migrationTimeout ?? defaults.migrationTimeout);
  const each = args.migrationPollSeconds ?? defaults.migrationPollSeconds;
  return Math.max(defaults.migrationPollIters, Math.floor(whole / each));
}

/** Instances replaced at a time: `recreate` replaces all. Never 0, which to Nomad means no rollout at all. */
export function maxParallel(args: TimerArgs): number {
  const { update } = args;
  if (update?.strategy === "recreate") return Math.max(1, mostInstances(args)[groupName]);
  return update?.maxParallel ?? defaults.update.maxParallel;
}

export function timerSettings(args: TimerArgs): TimerSettings {
  return {
    migrationTimeout: args.migrationTimeout ?? defaults.migrationTimeout,
    databaseWaitSeconds: args.databaseWaitSeconds ?? defaults.databaseWaitSeconds,
    followerWaitSeconds:
      (args.migrationPollSeconds ?? defaults.migrationPollSeconds) * migrationPollIters(args),
    startCommands: (args.startCommands ?? []).length > 0,
    serverDeadline: args.update?.serverDeadline ?? defaults.update.serverDeadline,
    healthyDeadline: args.update?.healthyDeadline,
    progressDeadline: args.update?.progressDeadline,
    // Groups are rolled out side by side: the largest takes longest.
    count: Math.max(...Object.values(mostInstances(args))),
    maxParallel: maxParallel(args),
  };
}
