export { explainExitCode, GATE_EXIT_CODES, OUT_OF_MEMORY, RELEASE_FAILED } from "./exitCodes";
export { follower } from "./follower";
export { AFTER_LINE_PREFIX, renderAfterRollout } from "./renderAfterRollout";
export { limitedCommand } from "./timeLimit";
export { GATE_FIRST_LINE, GATE_LINE_PREFIX, releaseVariable, renderGate } from "./renderGate";
export type { RenderedGate } from "./renderGate";
export { migratorPrefix, renderManage, roleMeta, wordsFile } from "./renderManage";
