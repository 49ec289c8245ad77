/** Everything that can be said about arguments before anything is touched. */
export { type Checked, checkArguments, checkedOnce, remember } from "./check";
export { configProblems } from "./configRules";
export { type GateSettings, migrationGate } from "./migrationGate";
export { inLines, type Problem } from "./problem";
export { argumentTransport } from "./nomadRules";
export { refusedUnderProtect } from "./protectRules";
export { taggedDigests } from "./pinnedImages";
export { defaults, keys, type KnownArgs, programKeys, readConfig, readProgram, secretPaths } from "./keys";
export { isLater, laterIn, settled, withoutSecrets, withSecrets } from "./later";
export { nomadTransport, openTransport } from "./transportRules";
export { looksSecret } from "./warnings";
