export { canHook, connect } from "./connect";
export { type NomadApi, NomadApiError, namespaceOption } from "./nomadApi";
export { Outcome } from "./outcome";
export { type JobMarks, jobPath } from "./registered";
export { Rollout, type RolloutArgs } from "./rollout";
