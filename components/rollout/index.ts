export { Rollout, type RolloutArgs } from "./rollout";
export type { ReleaseSummary } from "./summary";
