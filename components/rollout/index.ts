export { Rollout, type RolloutArgs } from "./rollout";
export type { ReleaseSummary } from "./summary";
export type { PhaseSeconds } from "./phases";
