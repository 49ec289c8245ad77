/** What the arguments say about the migration gate, defaults applied. */
import type { GateSettings } from "../gate";
import { defaults, seconds } from "../jobspec";
import { isSeparate } from "./databaseArgs";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { migrationPollIters } from "./timerSettings";

/** Which release of which application. */
type Release = Pick<GateSettings, "release" | "application">;

/** The migration gate's settings, defaults applied. */
export function gateSettings(args: Partial<DjangoAppArgs>, release?: Release): GateSettings {
  return {
    ...release,
    recordReleases: args.recordReleases ?? defaults.recordReleases,
    manageCommand: args.manageCommand ?? [...defaults.manageCommand],
    migrationLeader: args.migrationLeader ?? defaults.migrationLeader,
    migrationPollSeconds: args.migrationPollSeconds ?? defaults.migrationPollSeconds,
    migrationPollIters: migrationPollIters(args),
    databaseWaitSeconds: args.databaseWaitSeconds ?? defaults.databaseWaitSeconds,
    migrationTimeoutSeconds: seconds(args.migrationTimeout ?? defaults.migrationTimeout),
    migrationDatabases: args.migrationDatabases,
    migrationLockKey: args.migrationLockKey,
    migrationLockTimeoutSeconds: optionalSeconds(args.migrationLockTimeout),
    migrationStatementTimeoutSeconds: optionalSeconds(args.migrationStatementTimeout),
    beforeMigrate: args.beforeMigrate,
    afterMigrate: args.afterMigrate,
    backupBeforeMigrate: args.backupBeforeMigrate,
    protectHistory: args.database !== undefined && isSeparate(args.database),
  };
}

function optionalSeconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : seconds(duration);
}
