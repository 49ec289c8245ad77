import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the plugins' sources are, and the lock file that pins what they are bundled with. */
const SOURCES = __dirname;
const LOCK_FILE = join(__dirname, "..", "package-lock.json");
/** Folders from which something is bundled with them. */
const SHARED = ["messages", "nomad", "guards"].map((folder) => join(__dirname, "..", "components", folder));

/** What becomes an executable, by the folder that its `index.ts` is in. */
const EXECUTABLES: Record<string, string> = {
  nomad: "pulumi-resource-nomad",
  docker: "pulumi-resource-docker",
  postgresql: "pulumi-resource-postgresql",
  random: "pulumi-resource-random",
  language: "pulumi-language-nodejs",
};

/** Optional native parts of libraries: each library works without, and none can be bundled. */
const NATIVE = ["cpu-features", "pg-native", "*.node"];

/** Remembers from which sources the executables beside it were made. */
const STAMP = ".sources.sha256";

/** How long a plugin may take to say its first word while its compiled code is collected. */
const WARM_UP_MILLISECONDS = 10_000;

/**
 * Bundles each offline plugin in `outDir`, ready for PATH, and returns `outDir`. An executable is a small
 * launcher; the bundle and its compiled code are in `lib` beside it. When neither the sources nor the lock
 * file changed since the last time, it only compares their hash.
 *
 * @throws Error listing what does not compile.
 */
export async function buildPlugins(outDir: string): Promise<string> {
  const plugins = Object.entries(EXECUTABLES).filter(([folder]) => existsSync(entryPoint(folder)));
  const hash = await hashSources();
  if (await isCurrent(outDir, hash, plugins)) return outDir;

  // Loading esbuild costs more than finding out that it isn't needed.
  const { build } = await import("esbuild");
  const lib = join(outDir, "lib");
  await mkdir(lib, { recursive: true });
  await rm(join(outDir, STAMP), { force: true });
  const building = join(outDir, `.building-${process.pid}`);
  try {
    await build({
      entryPoints: plugins.map(([folder, executable]) => ({ in: entryPoint(folder), out: executable })),
      outdir: building,
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      minify: false,
      external: NATIVE,
      logLevel: "silent",
    });
    for (const cache of (await readdir(lib)).filter((file) => file.endsWith(".cache")))
      await rm(join(lib, cache));
    for (const [, executable] of plugins) {
      // Renamed into place, so that a plugin that starts at this moment finds a whole file.
      await rename(join(building, `${executable}.cjs`), join(lib, `${executable}.cjs`));
      await copyFile(join(SOURCES, "launcher.cjs"), join(building, executable));
      await chmod(join(building, executable), 0o755);
      await rename(join(building, executable), join(outDir, executable));
    }
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  await Promise.all(plugins.map(([, executable]) => warmUp(join(outDir, executable))));
  await writeFile(join(outDir, STAMP), `${hash}\n`);
  return outDir;
}

/** Lets a plugin keep its compiled code. It starts without, too: only slower. */
async function warmUp(executable: string): Promise<void> {
  const plugin = spawn(executable, ["127.0.0.1:1"], {
    env: { ...process.env, DJANGO_NOMAD_WARM_UP: "1" },
    stdio: ["pipe", "ignore", "ignore"],
    timeout: WARM_UP_MILLISECONDS,
  });
  await once(plugin, "exit");
}

function entryPoint(folder: string): string {
  return join(SOURCES, folder, "index.ts");
}

async function isCurrent(outDir: string, hash: string, plugins: [string, string][]): Promise<boolean> {
  const stamp = join(outDir, STAMP);
  if (!existsSync(stamp) || (await readFile(stamp, "utf8")).trim() !== hash) return false;
  return plugins.every(([, executable]) => existsSync(join(outDir, executable)));
}

async function hashSources(): Promise<string> {
  const hash = createHash("sha256");
  const files = (await Promise.all([SOURCES, ...SHARED].map(sourcesIn))).flat();
  for (const file of [...files, LOCK_FILE]) {
    hash
      .update(file)
      .update("\0")
      .update(await readFile(file));
  }
  return hash.digest("hex");
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((file) => /\.(ts|cjs)$/.test(file) && !/^(test|node_modules)\//.test(file))
    .sort()
    .map((name) => join(folder, name));
}
