/** Pure functions from plain settings to Nomad's job JSON. */
export type {
  AppSpec,
  FileSpec,
  ResourcesSpec,
  SecretsSpec,
  ServiceSpec,
  UpdateSpec,
  UpdateStrategyName,
} from "./appSpec";
export { defaults } from "./defaults";
export { type Duration, formatSeconds, isDuration, nanoseconds, seconds } from "./duration";
export { buildJob, renderJobspec } from "./job";
export { groupName } from "./names";
export type { NomadJob } from "./nomadTypes";
export { migrateSecretsPath, secretsFingerprint, secretsPath } from "./secrets";
export { ladderProblems, type Timers, timers, type TimerSettings } from "./timers";
