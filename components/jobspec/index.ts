/** Pure functions from plain settings to Nomad's job JSON. */
export type {
  AppSpec,
  LogsSpec,
  RegistryAuthSpec,
  ResourcesSpec,
  SecretsSpec,
  ServiceSpec,
  UpdateSpec,
  UpdateStrategyName,
} from "./appSpec";
export { defaults } from "./defaults";
export { type Duration, formatSeconds, isDuration, nanoseconds, seconds } from "./duration";
export { buildJob, groupName, ownerMetaKey, renderJobspec } from "./job";
export type { NomadJob } from "./nomadTypes";
export type {
  AffinitySpec,
  ConstraintSpec,
  PlacementSpec,
  RescheduleSpec,
  RestartSpec,
  SpreadSpec,
} from "./placementSpec";
export { registryPasswordName, secretsFingerprint, secretsPath } from "./secrets";
export { ladderProblems, type Timers, timers, type TimerSettings } from "./timers";
export { type Known, jobFields, unknownFields } from "./nomadFields";
export { type Transform, transformed } from "./transform";
export type { VolumeSpec } from "./volumes";
