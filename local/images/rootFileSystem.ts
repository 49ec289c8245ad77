/** Debian root file systems made with debootstrap, for machines that reach no image registry. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canInstall, ensureCommand } from "../apt";
import { run } from "../../commands/base/run";
import { UserError } from "../../commands/base/step";
import { imageCacheDir, partialDir } from "./lock";
import { textHash } from "./source";

export interface Recipe {
  /** Debian's release. */
  suite: "bookworm" | "trixie";
  name: string;
  /** Debian packages on top of the smallest system. */
  packages: string[];
  /** Files that are there before the first package is configured, by path in the root. */
  seed?: Record<string, string>;
  /** Tar patterns of what is left out, on top of documentation and caches. */
  leaveOut?: string[];
}

const leftOutAlways = [
  "./dev/*",
  "./etc/dpkg/dpkg.cfg.d/unsafe-io",
  "./etc/hostname",
  "./etc/resolv.conf",
  "./usr/share/doc/*",
  "./usr/share/info/*",
  "./usr/share/locale/*",
  "./usr/share/man/*",
  "./usr/sbin/policy-rc.d",
  "./var/cache/apt/*",
  "./var/lib/apt/lists/*",
  "./var/log/*",
];

/** What a recipe's result is known by. */
export function recipeHash({ suite, ...recipe }: Recipe): string {
  return textHash(suite, process.arch, JSON.stringify(recipe), ...leftOutAlways);
}

/**
 * The path of a tar file of the recipe's root file system, made now unless it is in the cache.
 * Call it while holding the image lock.
 * @throws {UserError} where debootstrap can't run.
 */
export async function rootFileSystem(recipe: Recipe, log: (line: string) => void): Promise<string> {
  const tar = join(imageCacheDir, `${recipe.suite}-${recipe.name}-${recipeHash(recipe)}.tar`);
  if (existsSync(tar)) return tar;
  if (!(await canInstall())) {
    throw new UserError(
      "The images can't be pulled, and making them here takes root on Debian (debootstrap). " +
        "Run as root, or give Docker access to a registry (docker pull python:3.11-slim must work).",
    );
  }
  await ensureCommand("debootstrap", "debootstrap", { purpose: "make base images without a registry", log });
  const scratch = mkdtempSync(join(partialDir, `${recipe.name}-`));
  const root = join(scratch, "root");
  seed(root, {
    // No package may start a service on this machine from within the root.
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    // A root that was not finished is thrown away, so nothing is gained by waiting for the disk.
    "etc/dpkg/dpkg.cfg.d/unsafe-io": "force-unsafe-io\n",
    ...recipe.seed,
  });
  log(`debootstrap ${recipe.suite} with ${recipe.packages.join(", ")}`);
  const options = ["--variant=minbase", `--include=${recipe.packages.join(",")}`];
  await isolated("debootstrap", [...options, recipe.suite, root, await debianMirror(log)], log);
  const without = [...leftOutAlways, ...(recipe.leaveOut ?? [])].map((pattern) => `--exclude=${pattern}`);
  const partial = join(scratch, "root.tar");
  // "--anchored": a pattern names one place in the root, not every path that ends like it.
  await run("tar", ["--numeric-owner", "--anchored", ...without, "-C", root, "-cf", partial, "."]);
  renameSync(partial, tar);
  removeOutdated(recipe, tar);
  rmSync(scratch, { recursive: true });
  return tar;
}

/** Each is some hundred megabytes, and an earlier recipe's is of no use to this one. */
function removeOutdated({ suite, name }: Recipe, current: string): void {
  for (const file of readdirSync(imageCacheDir)) {
    const path = join(imageCacheDir, file);
    if (file.startsWith(`${suite}-${name}-`) && path !== current) rmSync(path, { force: true });
  }
}

function seed(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
  }
}

/**
 * Runs a command in mount and process namespaces of its own: when it or this process ends, however it ends,
 * its mounts and all its children are gone.
 */
async function isolated(command: string, args: string[], log: (line: string) => void): Promise<void> {
  const unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  await run("setpriv", ["--pdeathsig", "KILL", ...unshare, command, ...args], {
    log,
    env: { ...(await aptProxies()), ...process.env },
  });
}

/** The Debian mirror that apt uses on this machine. */
async function debianMirror(log: (line: string) => void): Promise<string> {
  let mirror = await configuredMirror();
  if (!mirror) {
    // Without package lists apt does not know yet whose mirrors it has.
    await run("apt-get", ["update"], { log });
    mirror = await configuredMirror();
  }
  if (mirror) return mirror;
  throw new UserError(
    "apt has no Debian mirror on this machine, so base images can't be made here: " +
      "give Docker access to a registry (docker pull python:3.11-slim must work).",
  );
}

async function configuredMirror(): Promise<string | undefined> {
  const format = "$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(SITE)";
  const { stdout } = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const targets = stdout.split("\n").map((line) => line.split("|"));
  // The archives with a dash in their name hold updates alone.
  const main = targets.find(
    ([origin, component, codename]) =>
      origin === "Debian" && component === "main" && !codename?.includes("-"),
  );
  return main?.[3];
}

/** The proxies of apt's configuration, under the names that debootstrap's downloads go by. */
async function aptProxies(): Promise<NodeJS.ProcessEnv> {
  const keys = ["Acquire::http::Proxy", "Acquire::https::Proxy"];
  const { stdout } = await run("apt-config", ["dump", "--no-empty", "--format", "%f=%v%n", ...keys]);
  const proxies: NodeJS.ProcessEnv = {};
  for (const line of stdout.split("\n")) {
    const [, scheme, url] = /^Acquire::(https?)::Proxy=(.+)$/i.exec(line) ?? [];
    if (scheme && url && url !== "DIRECT") proxies[`${scheme.toLowerCase()}_proxy`] = url;
  }
  return proxies;
}
