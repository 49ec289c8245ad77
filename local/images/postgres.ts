/** The PostgreSQL image: the official one, or Debian's packages behind an entrypoint that behaves like it. */
import { join } from "node:path";
import { repoRoot } from "../../commands/base/paths";
import { run } from "../../commands/base/run";
import { build, importTar, presentImages, pull } from "./docker";
import { type Recipe, recipeHash, rootFileSystem } from "./rootFileSystem";
import { sourceHash } from "./source";

const sourceDir = join(repoRoot, "local", "images", "postgres");

/** Debian's release by major version of its PostgreSQL. */
const suites = { 15: "bookworm", 17: "trixie" } as const;
export type PostgresMajor = keyof typeof suites;

/** What the dev stack names with 15, and tests with 17: the official image under this tag, or the one made here. */
export function postgresImage(major: PostgresMajor): string {
  return `django-nomad/postgres:${major}`;
}

/** The same major version, so that a data volume outlives a change from one to the other. */
function officialImage(major: PostgresMajor): string {
  return `postgres:${major}-${suites[major]}`;
}

function localRoot(major: PostgresMajor): string {
  return `django-nomad/postgres-root:${major}-${suites[major]}`;
}

function recipe(major: PostgresMajor): Recipe {
  return {
    suite: suites[major],
    name: `postgresql-${major}`,
    packages: [`postgresql-${major}`, "tzdata"],
    // Else the package would make a cluster of its own.
    seed: { "etc/postgresql-common/createcluster.conf": "create_main_cluster = false\n" },
    // The just-in-time compiler is 150 MB; PostgreSQL runs without it when its library is not there.
    leaveOut: [
      "./usr/lib/*/libLLVM*",
      "./usr/lib/*/libz3.so*",
      `./usr/lib/postgresql/${major}/lib/bitcode`,
      `./usr/lib/postgresql/${major}/lib/llvmjit*`,
    ],
  };
}

export function localPostgresSource(major: PostgresMajor): string {
  return sourceHash(sourceDir, recipeHash(recipe(major)));
}

/** The pulled image says nothing of a source; the local one must be made from the present one. */
export function isUsable(source: string | undefined, major: PostgresMajor): boolean {
  return source === "" || source === localPostgresSource(major);
}

/**
 * Pulls the official image or builds the local one. What is there stays what it is: what a volume was made
 * with should not change because a registry can be reached one day. Call it while holding the image lock.
 */
export async function makePostgres(major: PostgresMajor, log: (line: string) => void): Promise<void> {
  const [image, official, root] = [postgresImage(major), officialImage(major), localRoot(major)];
  const present = await presentImages([image, root]);
  if (!present.has(image) && (await pull(official, log))) {
    await run("docker", ["tag", official, image]);
    return;
  }
  const own = recipe(major);
  if (present.get(root) !== recipeHash(own)) {
    const tar = await rootFileSystem(own, log);
    log(`importing ${root}`);
    await importTar(root, tar, [], recipeHash(own));
  }
  const args = { BASE: root, MAJOR: String(major) };
  await build(image, { context: sourceDir, args, source: localPostgresSource(major), log });
}
