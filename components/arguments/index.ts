/** Everything that can be said about arguments before anything is touched. */
export { type Checked, checkArguments } from "./check";
export type { Problem } from "./problem";
export { argumentTransport, nomadProblems } from "./nomadRules";
export { taggedDigests } from "./pinnedImages";
export { refusedUnderProtect } from "./protectRules";
export { isLater } from "./readers";
export { readConfig, secretKeys, secretPaths } from "./schema";
export { nomadTransport, openTransport } from "./transportRules";
export { looksSecret } from "./warnings";
