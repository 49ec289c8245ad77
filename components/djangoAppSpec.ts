/** From a DjangoApp's arguments to what the jobspec and the gate are built from: defaults applied, nothing checked. */
import type * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { type AppSpec, defaults, seconds, timers, type TimerSettings } from "./jobspec";
import { type GateSettings, renderGate } from "./migrationGate";
import { postgresHost, postgresPort } from "./postgresContainer";

/** What the arguments leave to Pulumi's outputs, once it is known. */
export interface Resolved {
  jobName: string;
  owner: AppSpec["owner"];
  image: string;
  env: AppSpec["env"];
  migrateEnv: AppSpec["migrateEnv"];
  secrets: AppSpec["secrets"];
  meta: AppSpec["meta"];
}

/** The ladder's inputs, defaults applied. */
export function timerSettings(args: DjangoAppArgs): TimerSettings {
  return {
    migrationTimeout: args.migrationTimeout ?? defaults.migrationTimeout,
    databaseWaitSeconds: args.databaseWaitSeconds ?? defaults.databaseWaitSeconds,
    followerWaitSeconds:
      (args.migrationPollSeconds ?? defaults.migrationPollSeconds) *
      (args.migrationPollIters ?? defaults.migrationPollIters),
    serverDeadline: args.update?.serverDeadline ?? defaults.update.serverDeadline,
    healthyDeadline: args.update?.healthyDeadline,
    progressDeadline: args.update?.progressDeadline,
    count: args.count ?? defaults.count,
    maxParallel: args.update?.maxParallel ?? defaults.update.maxParallel,
  };
}

/** The migration gate's settings, defaults applied. */
export function gateSettings(args: DjangoAppArgs): GateSettings {
  return {
    manageCommand: args.manageCommand ?? [...defaults.manageCommand],
    migrationLeader: args.migrationLeader ?? defaults.migrationLeader,
    migrationPollSeconds: args.migrationPollSeconds ?? defaults.migrationPollSeconds,
    migrationPollIters: args.migrationPollIters ?? defaults.migrationPollIters,
    databaseWaitSeconds: args.databaseWaitSeconds ?? defaults.databaseWaitSeconds,
    migrationTimeoutSeconds: seconds(args.migrationTimeout ?? defaults.migrationTimeout),
  };
}

/** The connection settings that the pack's sample and most projects read; users' values win. */
export function environment(args: DjangoAppArgs): Record<string, pulumi.Input<string>> {
  if (!args.postgres) return args.envVars ?? {};
  return {
    POSTGRES_NAME: args.postgres.database ?? defaults.postgres.database,
    POSTGRES_USER: args.postgres.user ?? defaults.postgres.user,
    POSTGRES_HOST: postgresHost,
    POSTGRES_PORT: String(postgresPort),
    ...args.envVars,
  };
}

/** The whole application as plain values. */
export function appSpec(args: DjangoAppArgs, resolved: Resolved): AppSpec {
  const ladder = timers(timerSettings(args));
  return {
    ...resolved,
    region: args.region,
    datacenters: args.datacenters ?? defaults.datacenters,
    count: args.count ?? defaults.count,
    port: args.port ?? defaults.port,
    portLabel: args.servicePortLabel ?? defaults.servicePortLabel,
    service: args.httpService && { ...defaults.httpService, ...args.httpService },
    networkMode: args.postgres ? args.postgres.namePrefix : args.dockerNetworkMode,
    serverResources: { ...defaults.serverResources, ...args.serverResources },
    migrateResources: { ...defaults.migrateResources, ...args.migrateResources },
    gate: renderGate(gateSettings(args)),
    update: {
      strategy: args.update?.strategy ?? defaults.update.strategy,
      maxParallel: args.update?.maxParallel ?? defaults.update.maxParallel,
      autoRevert: args.update?.autoRevert ?? defaults.update.autoRevert,
      minHealthyTime: args.update?.minHealthyTime ?? defaults.update.minHealthyTime,
      healthyDeadline: ladder.healthyDeadline,
      progressDeadline: ladder.progressDeadline,
    },
  };
}
