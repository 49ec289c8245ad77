/** Everything that can be said about arguments before anything is touched. */
export { type Checked, checkArguments, checkedOnce, remember } from "./check";
export { configProblems, markSecrets, type StackConfig } from "./configRules";
export { type GateSettings, migrationGate } from "./migrationGate";
export type { Problem } from "./problem";
export { taggedDigests } from "./pinnedImages";
export { defaults, keys, readConfig, secretPaths } from "./keys";
export { nomadTransport } from "./transportRules";
export { looksSecret } from "./warnings";
