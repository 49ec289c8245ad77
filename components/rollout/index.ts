export { retryMetaKey } from "./failedRollout";
export { NomadApi, NomadApiError, nomadConnection } from "./nomadApi";
export { canHook, retryOfFailedRollout, rolloutHooks, type RolloutHooksArgs } from "./hooks";
