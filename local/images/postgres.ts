/** The PostgreSQL image: the official one, or Debian's packages behind an entrypoint that behaves like it. */
import { join } from "node:path";
import { repoRoot } from "../../commands/base/paths";
import { debianOr } from "./official";
import { type Recipe, recipeHash } from "./rootFileSystem";
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

/** Call it while holding the image lock. */
export function makePostgres(major: PostgresMajor, log: (line: string) => void): Promise<void> {
  return debianOr(officialImage(major), {
    ...{ image: postgresImage(major), root: localRoot(major), recipe: recipe(major), sourceDir },
    ...{ source: localPostgresSource(major), args: { MAJOR: String(major) }, log },
  });
}
