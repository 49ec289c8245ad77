/** Everything that can be said about arguments before anything is touched. */
export { type Checked, checkArguments, checkedOnce, remember } from "./check";
export { configProblems, markSecrets, type StackConfig } from "./configRules";
export { type GateSettings, migrationGate } from "./migrationGate";
export type { Problem } from "./problem";
export { argumentTransport, nomadProblems } from "./nomadRules";
export { refusedUnderProtect } from "./protectRules";
export { taggedDigests } from "./pinnedImages";
export { defaults, keys, readConfig, secretPaths } from "./keys";
export { isLater } from "./readers";
export { nomadTransport, openTransport } from "./transportRules";
export { looksSecret } from "./warnings";
