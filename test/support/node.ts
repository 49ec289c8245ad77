/** Programs that Node loads as it loads the Pulumi program. */
import { execFileSync } from "node:child_process";
import { repoRoot } from "../../commands/base/paths";

/** Runs a text in a process of its own, in the project's folder; what it prints. @throws when it fails. */
export function node(program: string): string {
  return execFileSync(process.execPath, ["--require", "sucrase/register/ts", "--eval", program], {
    cwd: repoRoot,
    encoding: "utf8",
  });
}
