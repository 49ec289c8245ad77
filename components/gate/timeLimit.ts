import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RenderedGate } from "./renderGate";
import { unexpanded } from "./unexpanded";

/** A command that may take only so long. */
export interface LimitedCommand {
  /** One word per item, in which Nomad fills in `${...}`. Where `manageCommand` is empty they are arguments of manage.py. */
  words: readonly string[];
  /** Seconds. */
  limit: number;
}

const source = (name: string): string =>
  unexpanded(readFileSync(join(__dirname, "time_limit", `${name}.py`), "utf8"), `${name}.py`);

/**
 * Renders how a command is started that something watches over: Nomad has had a limit of its own for batch jobs only since
 * 2.0.3, and images need not have `timeout`. The image's Python is found the way the gate finds it, through manage.py.
 *
 * @param manageCommand how the image runs manage.py, one word per item.
 */
export function limitedCommand(
  [command = "", ...rest]: readonly string[],
  { words, limit }: LimitedCommand,
): Pick<RenderedGate, "command" | "args"> {
  const program = [
    "import json",
    `COMMAND = json.loads(${inPython(JSON.stringify(words))})`,
    `LIMIT = ${limit}`,
    `THROUGH_MANAGE = ${command === "" ? "True" : "False"}`,
    `WATCH = ${inPython(source("watch"))}`,
    source("start"),
  ].join("\n");
  return { command, args: [...rest, "shell", "-v", "0", "-c", program] };
}

/** A JSON string is the same string in Python. */
function inPython(text: string): string {
  return JSON.stringify(text);
}
