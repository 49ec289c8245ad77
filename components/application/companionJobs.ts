/** The jobs beside the application's own, of its spec: for Nomad, and for the checks before anything runs. */
import { defaults, type KnownArgs } from "../arguments/keys";
import { type CountArgs, hasManage, runsAfterRollout, singletonCounts } from "../arguments/processCounts";
import { renderAfterRollout } from "../gate";
import {
  afterRolloutName,
  type AppSpec,
  backupTaskName,
  buildAfterRollout,
  buildBackupJob,
  buildManage,
  buildSchedule,
  buildSingleton,
  type CompanionId,
  type CompanionJob,
  manageName,
} from "../jobspec";
import { manageSpec } from "./processes";

/** All that these arguments ask for. */
export function companionIds(args: CountArgs & { backups?: { schedule?: string } }): CompanionId[] {
  const ids = (kind: CompanionId["kind"], names: string[]): CompanionId[] =>
    names.sort().map((name) => ({ kind, name }));
  return [
    ...ids("singleton", Object.keys(singletonCounts(args))),
    ...ids("schedule", Object.keys(args.schedules ?? {})),
    ...ids("manage", hasManage(args) ? [manageName] : []),
    ...ids("afterRollout", runsAfterRollout(args) ? [afterRolloutName] : []),
    ...ids("scheduledBackup", args.backups?.schedule === undefined ? [] : [backupTaskName]),
  ];
}

/**
 * One of them, before its transform.
 * @param attempt of a singleton whose last rollout failed.
 * @throws {RangeError} when the spec has none of that name.
 */
export function companionJob(
  spec: AppSpec,
  args: KnownArgs,
  { kind, name }: CompanionId,
  attempt?: string,
): CompanionJob {
  switch (kind) {
    case "singleton":
      return buildSingleton(spec, found(spec.singletons, name), attempt);
    case "schedule":
      return buildSchedule(spec, found(spec.schedules, name));
    case "manage":
      return buildManage(spec, manageSpec(args));
    case "afterRollout": {
      const { manageCommand = defaults.manageCommand, afterRollout = [] } = args;
      return buildAfterRollout(spec, renderAfterRollout(manageCommand, spec.gate, afterRollout));
    }
    case "scheduledBackup":
      return buildBackupJob(spec) ?? nothing(name);
  }
}

function found<T extends { name: string }>(all: readonly T[] = [], name: string): T {
  return all.find((each) => each.name === name) ?? nothing(name);
}

function nothing(name: string): never {
  throw new RangeError(`nothing is called ${name}`);
}
