/** The PostgreSQL image: the official one, or Debian's packages behind an entrypoint that behaves like it. */
import { join } from "node:path";
import { repoRoot } from "../paths";
import { run } from "../run";
import { build, importTar, presentImages, pull } from "./docker";
import { type Recipe, recipeHash, rootFileSystem } from "./rootFileSystem";
import { sourceHash } from "./source";

const sourceDir = join(repoRoot, "local", "images", "postgres");

/** What the dev stack names: the official image under this tag, or the one made here. */
export const postgresImage = "django-nomad/postgres:15";
/** The same major version, so that a data volume outlives a change from one to the other. */
const officialImage = "postgres:15-bookworm";
const localRoot = "django-nomad/postgres-root:15-bookworm";

const recipe: Recipe = {
  name: "postgresql-15",
  packages: ["postgresql-15", "tzdata"],
  // Else the package would make a cluster of its own.
  seed: { "etc/postgresql-common/createcluster.conf": "create_main_cluster = false\n" },
  // The just-in-time compiler is 150 MB; PostgreSQL runs without it when its library is not there.
  leaveOut: [
    "./usr/lib/*/libLLVM*",
    "./usr/lib/*/libz3.so*",
    "./usr/lib/postgresql/15/lib/bitcode",
    "./usr/lib/postgresql/15/lib/llvmjit*",
  ],
};

export function localPostgresSource(): string {
  return sourceHash(sourceDir, recipeHash(recipe));
}

/** The pulled image says nothing of a source; the local one must be made from the present one. */
export function isUsable(source: string | undefined): boolean {
  return source === "" || source === localPostgresSource();
}

/**
 * Pulls the official image or builds the local one. What is there stays what it is: what a volume was made
 * with should not change because a registry can be reached one day. Call it while holding the image lock.
 */
export async function makePostgres(log: (line: string) => void): Promise<void> {
  const present = await presentImages([postgresImage, localRoot]);
  if (!present.has(postgresImage) && (await pull(officialImage, log))) {
    await run("docker", ["tag", officialImage, postgresImage]);
    return;
  }
  if (present.get(localRoot) !== recipeHash(recipe)) {
    const tar = await rootFileSystem(recipe, log);
    log(`importing ${localRoot}`);
    await importTar(localRoot, tar, [], recipeHash(recipe));
  }
  const options = { context: sourceDir, args: { BASE: localRoot }, source: localPostgresSource(), log };
  await build(postgresImage, options);
}
