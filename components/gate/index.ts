export { explainExitCode, GATE_EXIT_CODES, OUT_OF_MEMORY, RELEASE_FAILED } from "./exitCodes";
export type { GateExitCode } from "./exitCodes";
export { follower } from "./follower";
export { limitedCommand } from "./timeLimit";
export { GATE_FIRST_LINE, GATE_LINE_PREFIX, releaseVariable, renderGate } from "./renderGate";
export type { RenderedGate } from "./renderGate";
