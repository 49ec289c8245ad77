/** The PostgreSQL image: the official one, or Debian's packages behind an entrypoint that behaves like it. */
import { join } from "node:path";
import { repoRoot } from "../paths";
import { build, importTar, presentImages, pull } from "./docker";
import { type Recipe, recipeHash, rootFileSystem } from "./rootFileSystem";
import { sourceHash } from "./source";

const sourceDir = join(repoRoot, "local", "images", "postgres");

/** One major version for both, so that a data volume outlives a change from one image to the other. */
export const pulledPostgres = "postgres:15-bookworm";
export const localPostgres = "postgres-local:15";
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

/**
 * The image to use, when there is one. The local one comes first: what a volume was made with should not
 * change because a registry can be reached one day.
 */
export function usablePostgres(present: Map<string, string>): string | undefined {
  if (present.get(localPostgres) === localPostgresSource()) return localPostgres;
  return present.has(pulledPostgres) && !present.has(localPostgres) ? pulledPostgres : undefined;
}

/** Pulls the official image or builds the local one. Call it while holding the image lock. */
export async function makePostgres(log: (line: string) => void): Promise<string> {
  const present = await presentImages([localPostgres, localRoot]);
  if (!present.has(localPostgres) && (await pull(pulledPostgres, log))) return pulledPostgres;
  if (present.get(localRoot) !== recipeHash(recipe)) {
    const tar = await rootFileSystem(recipe, log);
    log(`importing ${localRoot}`);
    await importTar(localRoot, tar, [], recipeHash(recipe));
  }
  const options = { context: sourceDir, args: { BASE: localRoot }, source: localPostgresSource(), log };
  await build(localPostgres, options);
  return localPostgres;
}
