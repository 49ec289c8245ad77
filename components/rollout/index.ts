export { rolloutHooks, type RolloutHooksArgs } from "./hooks";
