import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { cacheDir } from "../../commands/base/paths";
import { run } from "../../commands/base/run";

/**
 * The Python of a virtual environment with these packages, made once per user and set of packages.
 *
 * @param requirements as pip takes them, such as `django==3.2.*`.
 * @param python the interpreter to make it with.
 */
export async function pythonEnvironment(requirements: string[], python = "python3"): Promise<string> {
  const { stdout: version } = await run(python, ["--version"]);
  const key = createHash("sha256")
    .update(JSON.stringify([version, ...requirements]))
    .digest("hex")
    .slice(0, 12);
  const home = join(cacheDir, "python");
  const target = join(home, key);
  if (!existsSync(target)) {
    mkdirSync(home, { recursive: true });
    // Made under another name first: a run that is cut off leaves nothing that looks finished.
    const unfinished = mkdtempSync(join(home, "unfinished-"));
    await run(python, ["-m", "venv", unfinished]);
    await run(join(unfinished, "bin", "python"), ["-m", "pip", "install", "--quiet", ...requirements]);
    try {
      renameSync(unfinished, target);
    } catch (error) {
      rmSync(unfinished, { recursive: true });
      // Another test file may have made the same one meanwhile.
      if (!existsSync(target)) throw error;
    }
  }
  return join(target, "bin", "python");
}
