import { bundle, ENV_PREFIX, MODULES, type RenderedGate } from "./renderGate";

/** Every line that the program writes begins with this, the last one always. */
export const AFTER_LINE_PREFIX = "afterRollout: ";

/** What the program reads of the gate's settings. The commands are its own. */
const SETTINGS = [
  "APPLICATION",
  "DATABASES",
  "DATABASE_WAIT_SECONDS",
  "LOCK",
  "LOCK_KEY",
  "RELEASE",
  "TIMEOUT_SECONDS",
];

let program: string | undefined;

/**
 * The program that runs the commands of afterRollout, once in each release.
 * @param manageCommand how the image runs manage.py. @param gate of the same release, whose lock and whose records it
 * shares. @param commands each with its arguments.
 */
export function renderAfterRollout(
  [command = "", ...rest]: readonly string[],
  gate: Pick<RenderedGate, "env">,
  commands: readonly (readonly string[])[],
): RenderedGate {
  program ??= bundle([...MODULES, "after"]);
  const own = Object.entries(gate.env).filter(([name]) => SETTINGS.includes(name.replace(ENV_PREFIX, "")));
  return {
    command,
    args: [...rest, "shell", "-v", "0", "-c", program],
    // It takes part in no election of a leader.
    env: {
      ...Object.fromEntries(own),
      [`${ENV_PREFIX}LEADER`]: "first-to-lock",
      [`${ENV_PREFIX}RELEASE_COMMANDS`]: JSON.stringify(commands),
    },
  };
}
