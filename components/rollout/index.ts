export { NomadApi, NomadApiError, nomadConnection } from "./nomadApi";
export { type JobMarks, retryMetaKey } from "./registered";
export { canHook, Rollout, type RolloutArgs } from "./rollout";
