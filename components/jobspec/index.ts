/** Pure functions from plain settings to Nomad's job JSON. */
export type {
  AppSpec,
  BackupSpec,
  FileSpec,
  ResourcesSpec,
  SecretsSpec,
  ServiceSpec,
  UpdateSpec,
  UpdateStrategyName,
} from "./appSpec";
export { backupJobName, buildBackupJob } from "./backup";
export {
  batchGroup,
  buildSchedule,
  buildSingleton,
  companionHead,
  companionJobName,
  companionSpec,
} from "./companion";
export {
  type CompanionChange,
  type CompanionId,
  type CompanionKind,
  companionText,
  type CompanionTransform,
  companionTransformed,
  companionWords,
} from "./companionTransform";
export { afterRolloutName, buildAfterRollout } from "./afterRollout";
export { type Duration, formatSeconds, isDuration, nanoseconds, seconds } from "./duration";
export { buildJob, renderJobspec } from "./job";
export {
  attemptMetaKey,
  backupTaskName,
  checkServiceName,
  groupName,
  mainTaskName,
  meshServiceName,
  migrateTaskName,
  ownerIdMetaKey,
  ownerMetaKey,
  proofName,
  servedMetaKey,
  serverTaskName,
} from "./names";
export { buildManage, manageJobName, manageMigratorPath, manageName, type ManageSpec } from "./manage";
export type { BatchGroup, CompanionJob, NomadJob, ParameterizedJob, PeriodicJob } from "./nomadTypes";
export type { ConstraintSpec, PlacementSpec, RescheduleSpec, RestartSpec, SpreadSpec } from "./placementSpec";
export type { LaunchSpec, ProcessCheckSpec, ProcessSpec, ScheduleSpec } from "./processSpec";
export {
  backupSecretsPath,
  migrateSecretsPath,
  registryPasswordName,
  scheduledBackupPath,
  secretsPath,
} from "./secrets";
export type { ScalingSpec } from "./scaling";
export { ladderProblems, timers, type TimerSettings } from "./timers";
export { type NewerField, newerFields } from "./newerFields";
export { unknownFields } from "./nomadFields";
export { type Transform, type Transformed, transformed } from "./transform";
export type { VolumeSpec } from "./volumes";
