export { retryMetaKey } from "./failedRollout";
export { retryOfFailedRollout, rolloutHooks, type RolloutHooksArgs } from "./hooks";
