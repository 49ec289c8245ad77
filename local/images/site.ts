/** The sample site's images, one per version, from one source tree. */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "../apt";
import { repoRoot } from "../../commands/base/paths";
import { run } from "../../commands/base/run";
import { build, importTar, presentImages, pull } from "./docker";
import { imageCacheDir, partialDir } from "./lock";
import { type Recipe, recipeHash, rootFileSystem } from "./rootFileSystem";
import { sourceHash, textHash } from "./source";

export const siteVersions = ["v1", "v2", "v3", "v4"] as const;
export type SiteVersion = (typeof siteVersions)[number];

const siteDir = join(repoRoot, "examples", "site");
const pulledBase = "python:3.11-slim";
const localBase = "django-nomad/python:3.11-bookworm";

/** Debian 12's Python is 3.11: the same as the image that would be pulled. */
const recipe: Recipe = {
  suite: "bookworm",
  name: "python",
  packages: ["ca-certificates", "python3", "python3-pip", "python-is-python3", "tzdata"],
};

export function siteImage(version: SiteVersion): string {
  return `django-testing:${version}`;
}

export function siteSource(version: SiteVersion): string {
  return sourceHash(siteDir, version, recipeHash(recipe));
}

/** Builds these versions. Call it while holding the image lock. */
export async function buildSite(versions: SiteVersion[], log: (line: string) => void): Promise<void> {
  const base = await findBase(log);
  const context = base === pulledBase ? siteDir : await contextWithPackages(log);
  // The wheels are in the context: a build that asks an index all the same would wait for its timeouts.
  const offline: Record<string, string> = base === pulledBase ? {} : { PIP_NO_INDEX: "1" };
  for (const version of versions) {
    const args = { BASE: base, SITE_VERSION: version, ...offline };
    await build(siteImage(version), { context, args, source: siteSource(version), log });
  }
}

async function findBase(log: (line: string) => void): Promise<string> {
  const source = recipeHash(recipe);
  const present = await presentImages([pulledBase, localBase]);
  if (present.has(pulledBase)) return pulledBase;
  if (present.get(localBase) === source) return localBase;
  if (await pull(pulledBase, log)) return pulledBase;
  const tar = await rootFileSystem(recipe, log);
  log(`importing ${localBase}`);
  // As in the official image, the system's Python is there to be installed into.
  await importTar(localBase, tar, ["ENV PIP_BREAK_SYSTEM_PACKAGES=1", 'CMD ["python3"]'], source);
  return localBase;
}

async function contextWithPackages(log: (line: string) => void): Promise<string> {
  const context = mkdtempSync(join(partialDir, "site-"));
  cpSync(siteDir, context, { recursive: true });
  cpSync(await pythonPackages(log), context, { recursive: true });
  return context;
}

/**
 * The directory with the wheels of `requirements.txt` for the container's Python. They are named one by one
 * there and fetched without their dependencies, which pip would choose by the Python that runs it here.
 */
async function pythonPackages(log: (line: string) => void): Promise<string> {
  const requirements = join(siteDir, "requirements.txt");
  const directory = join(
    imageCacheDir,
    `wheels-cp311-${process.arch}-${textHash(readFileSync(requirements, "utf8"))}`,
  );
  if (existsSync(directory)) return directory;
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const platforms = ["manylinux2014", "manylinux_2_17", "manylinux_2_28"];
  const target = [
    "--python-version=3.11",
    ...platforms.map((platform) => `--platform=${platform}_${machine}`),
  ];
  const partial = mkdtempSync(join(partialDir, "wheels-"));
  log("downloading Python packages");
  await ensurePip(log);
  const options = ["--no-deps", "--only-binary=:all:", ...target, `--dest=${partial}`];
  await run("python3", ["-m", "pip", "download", ...options, "--requirement", requirements], { log });
  renameSync(partial, directory);
  return directory;
}

async function ensurePip(log: (line: string) => void): Promise<void> {
  const present = await run("python3", ["-m", "pip", "--version"]).then(
    () => true,
    () => false,
  );
  if (!present) await aptInstall(["python3-pip"], { purpose: "download the sample site's packages", log });
}
