/** Pure functions from plain settings to Nomad's job JSON. */
export type {
  AppSpec,
  BackupSpec,
  FileSpec,
  LogsSpec,
  RegistryAuthSpec,
  ResourcesSpec,
  SecretsSpec,
  ServiceSpec,
  UpdateSpec,
  UpdateStrategyName,
} from "./appSpec";
export { backupJobName, buildBackupJob, renderBackupJobspec } from "./backup";
export {
  batchGroup,
  buildSchedule,
  buildSingleton,
  companionHead,
  companionJobName,
  companionSpec,
  companionText,
} from "./companion";
export { type Duration, formatSeconds, isDuration, nanoseconds, seconds } from "./duration";
export { buildJob, renderJobspec } from "./job";
export {
  attemptMetaKey,
  backupTaskName,
  groupName,
  mainTaskName,
  migrateTaskName,
  servedMetaKey,
  serverTaskName,
  ownerIdMetaKey,
  ownerMetaKey,
  proofName,
} from "./names";
export type { BatchGroup, NomadJob, PeriodicJob } from "./nomadTypes";
export type {
  AffinitySpec,
  ConstraintSpec,
  PlacementSpec,
  RescheduleSpec,
  RestartSpec,
  SpreadSpec,
} from "./placementSpec";
export type { LaunchSpec, ProcessCheckSpec, ProcessSpec, ScheduleSpec } from "./processSpec";
export {
  backupSecretsPath,
  migrateSecretsPath,
  registryPasswordName,
  scheduledBackupPath,
  secretsPath,
} from "./secrets";
export { ladderProblems, type Timers, timers, type TimerSettings } from "./timers";
export { type Known, jobFields, unknownFields } from "./nomadFields";
export { type Transform, transformed } from "./transform";
export type { VolumeSpec } from "./volumes";
