import type { RenderedGate } from "./renderGate";
import { ENV_PREFIX } from "./renderGate";

/** Settings that only the allocation that migrates uses. */
const leadersOwn = ["BACKUP", "BEFORE_MIGRATE", "AFTER_MIGRATE", "RELEASE_COMMANDS"];

/**
 * The gate of an allocation that never migrates, whatever its index: it waits for the one that does. Each task group
 * has an index 0, and one of them migrates.
 */
export function follower(gate: RenderedGate): RenderedGate {
  const env = Object.entries(gate.env).filter(([name]) => !leadersOwn.includes(name.replace(ENV_PREFIX, "")));
  return { ...gate, env: { ...Object.fromEntries(env), [`${ENV_PREFIX}LEADER`]: "never" } };
}
