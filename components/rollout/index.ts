export { Rollout } from "./rollout";
export type { RolloutArgs } from "./rolloutArgs";
export type { AppliedMigrations } from "./applied";
export type { ReleaseSummary } from "./summary";
export type { PhaseSeconds } from "./phases";
