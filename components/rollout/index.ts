export { canHook, connect } from "./connect";
export { type NomadApi, NomadApiError, namespaceOption } from "./nomadApi";
export { type JobMarks, jobPath, retryMetaKey } from "./registered";
export { Rollout, type RolloutArgs } from "./rollout";
