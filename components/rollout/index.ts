export { type JobMarks, retryMetaKey } from "./registered";
export { Rollout, type RolloutArgs } from "./rollout";
