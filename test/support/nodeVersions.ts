/** Other versions of Node than the one that runs the tests, from npm's own packages of its binaries. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir } from "../../commands/base/paths";
import { run } from "../../commands/base/run";

/** The lines that this project supports. */
export const nodeLines = [20, 22, 24] as const;

export type NodeLine = (typeof nodeLines)[number];

/** The folder that holds `node`, in the user's cache: the newest of its line when it was first asked for, some 30 MB. */
async function nodeFolder(line: NodeLine): Promise<string> {
  const target = join(cacheDir, "node", String(line));
  if (existsSync(target)) return join(target, "bin");
  mkdirSync(dirname(target), { recursive: true });
  // Beside its place, and moved there when it is whole. npm checks the package's sum.
  const partial = mkdtempSync(`${target}.`);
  try {
    const spec = `node-linux-${process.arch}@${line}`;
    const cwd = partial;
    const { stdout } = await run("npm", ["pack", spec, "--json"], { cwd });
    const [{ filename }] = JSON.parse(stdout) as { filename: string }[];
    await run("tar", ["--extract", "--gzip", "--file", filename], { cwd });
    if (!existsSync(target)) renameSync(join(partial, "package"), target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(target, "bin");
}

/** The environment in which `node` and `npm` mean that version. */
export async function withNode(line: NodeLine): Promise<{ PATH: string }> {
  return { PATH: `${await nodeFolder(line)}:${process.env.PATH}` };
}
