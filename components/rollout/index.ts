export { Rollout, type RolloutArgs } from "./rollout";
