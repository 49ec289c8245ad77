/** From a DjangoApp's arguments to what the jobspec and the gate are built from: defaults applied, nothing checked. */
import type * as pulumi from "@pulumi/pulumi";
import { registryOf } from "../arguments/image";
import { backupSpec } from "../database/backups";
import { caFile, databaseEnvironment, migrateDatabaseEnvironment } from "../database/databaseEnvironment";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { type AppSpec, defaults, type PlacementSpec, seconds, timers, type TimerSettings } from "../jobspec";
import { type GateSettings, renderGate } from "../gate";
import { postgresHost, postgresPort } from "../database/postgresContainer";
import { isSeparate } from "../database/postgresDatabase";

/** What the arguments leave to Pulumi's outputs, once it is known. */
export interface Resolved {
  jobName: string;
  owner: AppSpec["owner"];
  ownerId: AppSpec["ownerId"];
  proofDelimiter: AppSpec["proofDelimiter"];
  image: string;
  env: AppSpec["env"];
  migrateEnv: AppSpec["migrateEnv"];
  secrets: AppSpec["secrets"];
  /** Number of the release; undefined for what is no release, such as a job that only makes backups. */
  release: number | undefined;
  description: AppSpec["description"];
}

/** Of a job that is only looked at, before the stack's first `up` has made what tells its owner. */
export const unmadeOwner: Pick<Resolved, "ownerId" | "proofDelimiter"> = {
  ownerId: undefined,
  proofDelimiter: "0".repeat(16),
};

/**
 * Looks of a waiting allocation. The pack's 25 s end a first deployment whose migrations take longer, and Nomad
 * would try it again and again; here a failure is the end, so the wait lasts as long as the migration may.
 */
function migrationPollIters(args: Partial<DjangoAppArgs>): number {
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
    strictDatabases: args.protect,
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

/** Instances replaced at a time: `recreate` replaces all. Never 0, which to Nomad means no rollout at all. */
function maxParallel(args: Partial<DjangoAppArgs>): number {
  if (args.update?.strategy === "recreate") return Math.max(1, args.count ?? defaults.count);
  return args.update?.maxParallel ?? defaults.update.maxParallel;
}

/** The connection settings that the pack's sample and most projects read; users' values win. */
export function environment(args: DjangoAppArgs): Record<string, pulumi.Input<string>> {
  if (args.database) return { ...databaseEnvironment(args.database), ...args.envVars };
  if (!args.postgres) return args.envVars ?? {};
  return {
    POSTGRES_NAME: args.postgres.database ?? defaults.postgres.database,
    POSTGRES_USER: args.postgres.user ?? defaults.postgres.user,
    POSTGRES_HOST: postgresHost,
    POSTGRES_PORT: String(postgresPort),
    ...args.envVars,
  };
}

/** Of the migrate task alone, on top of {@link environment}; users' values win. */
export function migrateEnvironment(args: DjangoAppArgs): Record<string, pulumi.Input<string>> {
  return { ...(args.database ? migrateDatabaseEnvironment(args.database) : {}), ...args.migrateEnvVars };
}

/** Where the job runs, defaults applied. */
function placementSpec(args: DjangoAppArgs): PlacementSpec {
  return {
    namespace: args.namespace,
    region: args.region,
    datacenters: args.datacenters ?? defaults.datacenters,
    nodePool: args.nodePool,
    constraints: args.constraints?.map((one) => ({ ...defaults.constraints, ...one })),
    affinities: args.affinities?.map((one) => ({ ...defaults.affinities, ...one })),
    spreads: args.spreads?.map((one) => ({ ...defaults.spreads, targets: [], ...one })),
    priority: args.priority,
  };
}

/** What Nomad does with an instance that ends, and what it keeps for it. */
function runningSpec(
  args: DjangoAppArgs,
): Pick<AppSpec, "volumes" | "logs" | "killTimeout" | "shutdownDelay" | "restart" | "reschedule"> {
  const { reschedule } = args;
  return {
    volumes: args.volumes?.map((one) => ({ ...defaults.volumes, source: one.name, ...one })),
    logs: args.logs && { ...defaults.logs, ...args.logs },
    killTimeout: args.killTimeout,
    shutdownDelay: args.shutdownDelay,
    restart: { ...defaults.restart, ...args.restart },
    // Attempts are a limit: Nomad refuses them beside `unlimited`, its own default.
    reschedule: reschedule && {
      ...defaults.reschedule,
      unlimited: reschedule.attempts === undefined,
      ...reschedule,
    },
  };
}

function registryAuthSpec({ registryAuth }: DjangoAppArgs): AppSpec["registryAuth"] {
  return registryAuth && { username: registryAuth.username, serverAddress: registryAuth.serverAddress };
}

/** Its image's registry gets the application's password only where it has it already. */
function dumps(args: DjangoAppArgs, image: string): AppSpec["backup"] {
  const backup = backupSpec(args);
  const isSame = backup && registryOf(backup.image) === registryOf(image);
  return isSame ? { ...backup, registryAuth: registryAuthSpec(args) } : backup;
}

/** The whole application as plain values. */
export function appSpec(args: DjangoAppArgs, resolved: Resolved): AppSpec {
  const ladder = timers(timerSettings(args));
  return {
    ...resolved,
    ...placementSpec(args),
    ...runningSpec(args),
    jobMeta: args.meta,
    registryAuth: registryAuthSpec(args),
    count: args.count ?? defaults.count,
    port: args.port ?? defaults.port,
    portLabel: args.servicePortLabel ?? defaults.servicePortLabel,
    service: args.httpService && { ...defaults.httpService, ...args.httpService },
    ...(args.database?.sslRootCert === undefined ? {} : { files: [caFile(args.database.sslRootCert)] }),
    networkMode: args.postgres ? args.postgres.namePrefix : args.dockerNetworkMode,
    serverResources: { ...defaults.serverResources, ...args.serverResources },
    migrateResources: { ...defaults.migrateResources, ...args.migrateResources },
    gate: renderGate(
      gateSettings(args, {
        release: resolved.release,
        application:
          args.namespace === undefined ? resolved.jobName : `${args.namespace}/${resolved.jobName}`,
      }),
    ),
    backup: dumps(args, resolved.image),
    update: {
      strategy: args.update?.strategy ?? defaults.update.strategy,
      maxParallel: maxParallel(args),
      autoRevert: args.update?.autoRevert ?? defaults.update.autoRevert,
      minHealthyTime: args.update?.minHealthyTime ?? defaults.update.minHealthyTime,
      healthyDeadline: ladder.healthyDeadline,
      progressDeadline: ladder.progressDeadline,
    },
  };
}
