/** Pure functions from plain settings to Nomad's job JSON. */
export type {
  AppSpec,
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
export { secretsFingerprint, secretsPath } from "./secrets";
export { ladderProblems, type Timers, timers, type TimerSettings } from "./timers";
