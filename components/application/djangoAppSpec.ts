/** From a DjangoApp's arguments to what the jobspec and the gate are built from: defaults applied, nothing checked. */
import { registryOf } from "../arguments/image";
import { backupSpec } from "../database/backups";
import { caFile, databaseEnvironment, migrateDatabaseEnvironment } from "../database/databaseEnvironment";
import { type AppSpec, timers } from "../jobspec";
import { defaults, type KnownArgs } from "../arguments/keys";
import { migrationGate } from "../arguments/migrationGate";
import { maxParallel, migrationPollIters, timerSettings } from "../arguments/timerSettings";
import { postgresHost, postgresPort } from "../database/postgresContainer";
import { besideSpecs } from "./processes";
import { appUser, isSeparate } from "../arguments/databaseRoles";

/** What the job is made of beside the arguments. */
export interface Resolved {
  jobName: string;
  owner: AppSpec["owner"];
  ownerId: AppSpec["ownerId"];
  proofDelimiter: AppSpec["proofDelimiter"];
  secrets: AppSpec["secrets"];
  /** Number of the release; undefined for what is no release, such as a job that only makes backups. */
  release: number | undefined;
  description: AppSpec["description"];
}

/** The connection settings that the pack's sample and most projects read; users' values win. */
export function environment(args: KnownArgs): Record<string, string> {
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
export function migrateEnvironment(args: KnownArgs): Record<string, string> {
  return { ...(args.database && migrateDatabaseEnvironment(args.database)), ...args.migrateEnvVars };
}

/** Where the job runs, defaults applied. */
function placementSpec(args: KnownArgs) {
  return {
    datacenters: args.datacenters ?? defaults.datacenters,
    constraints: args.constraints?.map((one) => ({ ...defaults.constraints, ...one })),
    affinities: args.affinities?.map((one) => ({ ...defaults.affinities, ...one })),
    spreads: args.spreads?.map((one) => ({ ...defaults.spreads, targets: [], ...one })),
  };
}

/** What Nomad does with an instance that ends, and what it keeps for it. */
function runningSpec(args: KnownArgs) {
  const { reschedule } = args;
  return {
    volumes: args.volumes?.map((one) => ({ ...defaults.volumes, source: one.name, ...one })),
    logs: args.logs && { ...defaults.logs, ...args.logs },
    shutdownDelay: args.shutdownDelay ?? (args.httpService && defaults.shutdownDelay),
    restart: { ...defaults.restart, ...args.restart },
    // Attempts are a limit: Nomad refuses them beside `unlimited`, its own default.
    reschedule: reschedule && {
      ...defaults.reschedule,
      unlimited: reschedule.attempts === undefined,
      ...reschedule,
    },
  };
}

function registryAuthSpec({ registryAuth }: KnownArgs): AppSpec["registryAuth"] {
  return registryAuth && { username: registryAuth.username, serverAddress: registryAuth.serverAddress };
}

/** Its image's registry gets the application's password only where it has it already. */
function dumps(args: KnownArgs): AppSpec["backup"] {
  const backup = backupSpec(args);
  const isSame = backup && registryOf(backup.image) === registryOf(args.djangoImage);
  return isSame ? { ...backup, registryAuth: registryAuthSpec(args) } : backup;
}

/** The whole application as plain values. What no line here names, the jobspec takes under the argument's own name. */
export function appSpec(args: KnownArgs, resolved: Resolved): AppSpec {
  const ladder = timers(timerSettings(args));
  const { secretEnvVars: _secrets, postgres: _postgres, database: _database, ...own } = args;
  const gate = migrationGate({
    ...args,
    migrationPollIters: migrationPollIters(args),
    release: resolved.release,
    application: args.namespace === undefined ? resolved.jobName : `${args.namespace}/${resolved.jobName}`,
    strictDatabases: args.protect,
    protectHistory: args.database !== undefined && isSeparate(args.database),
    applicationRole: args.database && isSeparate(args.database) ? appUser(args.database) : undefined,
  });
  return {
    ...own,
    ...resolved,
    image: args.djangoImage,
    env: environment(args),
    migrateEnv: migrateEnvironment(args),
    jobMeta: args.meta,
    ...placementSpec(args),
    ...runningSpec(args),
    registryAuth: registryAuthSpec(args),
    count: args.count ?? defaults.count,
    port: args.port ?? defaults.port,
    portLabel: args.servicePortLabel ?? defaults.servicePortLabel,
    service: args.httpService && { ...defaults.httpService, ...args.httpService },
    ...(args.database?.sslRootCert === undefined ? {} : { files: [caFile(args.database.sslRootCert)] }),
    networkMode: args.postgres ? args.postgres.namePrefix : args.dockerNetworkMode,
    serverResources: { ...defaults.serverResources, ...args.serverResources },
    migrateResources: { ...defaults.migrateResources, ...args.migrateResources },
    gate,
    ...besideSpecs(args, resolved.jobName, gate),
    backup: dumps(args),
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
