export { canHook, connect } from "./connect";
export { type NomadApi, NomadApiError, namespaceOption } from "./nomadApi";
export { type JobMarks, jobPath } from "./registered";
export { Rollout, type RolloutArgs } from "./rollout";
