export { Outcome } from "./outcome";
export type { JobMarks } from "../nomad/registered";
export { Rollout, type RolloutArgs } from "./rollout";
