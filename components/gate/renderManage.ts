import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RenderedGate } from "./renderGate";
import { unexpanded } from "./unexpanded";

const source = (name: string): string =>
  readFileSync(join(__dirname, "django_nomad_manage", `${name}.py`), "utf8");

/** Environment variables of the migrate task alone begin with it where a command may run with them or without. */
export const migratorPrefix = "DJANGO_NOMAD_MIGRATOR_";

/** The file of the task's directory that holds the words of the command, as JSON. */
export const wordsFile = "words.json";

/** Optional meta of a dispatch: `migrator` for the role that migrates. */
export const roleMeta = "role";

/** Words behind manage.py; the last one is the program. */
const tail = ["shell", "-v", "0", "-c"];

/**
 * The program that runs a management command with words that only a dispatch knows: Nomad would expand `${...}` in the
 * arguments of a task, and an image need not have a shell. manage.py itself is all that is known to start Python there.
 *
 * @param manageCommand how the image runs manage.py, one word per item.
 */
export function renderManage([command = "", ...rest]: readonly string[]): RenderedGate {
  const program = [
    "import sys, types",
    `module = types.ModuleType("django_nomad_manage")`,
    `exec(compile(${JSON.stringify(source("start"))}, "<django_nomad_manage>", "exec"), module.__dict__)`,
    `module.main(${JSON.stringify(source("keep"))}, ${tail.length + 1})`,
  ].join("\n");
  return { command, args: [...rest, ...tail, unexpanded(program, "the program")], env: {} };
}
