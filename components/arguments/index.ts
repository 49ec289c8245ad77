/** Everything that can be said about arguments before anything is touched. */
export { type Checked, checkArguments } from "./check";
export type { Problem } from "./problem";
export { clearTransport } from "./protectRules";
export { readConfig, secretKeys, secretPaths } from "./schema";
export { looksSecret } from "./warnings";
