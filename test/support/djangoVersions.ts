/** The Djangos and Pythons that the gate is proved on: the oldest that it promises, the newest that pip gives. */
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { PostgresMajor } from "../../local/images";

/** What `describe.each` takes: a name for the title, and what `pythonEnvironment` needs. */
export interface DjangoVersion {
  django: string;
  requirements: string[];
  /** The interpreter. */
  python: string;
}

/** From Python 3.8, the oldest that the gate promises to run on. What this machine has, oldest first. */
const pythons = Array.from({ length: 10 }, (_, index) => findPython(8 + index)).filter(
  (path) => path !== undefined,
);

export const oldestDjango: DjangoVersion = {
  django: "the oldest Django",
  requirements: ["django==3.2.*", "psycopg2-binary"],
  python: pythons.at(0) ?? "python3",
};

export const newestDjango: DjangoVersion = {
  django: "the newest Django",
  requirements: ["django", "psycopg[binary,pool]"],
  python: pythons.at(-1) ?? "python3",
};

/** Each with a PostgreSQL of the same age. */
export const oldestAndNewest: (DjangoVersion & { major: PostgresMajor })[] = [
  { ...oldestDjango, major: 15 },
  { ...newestDjango, major: 17 },
];

/** On the PATH or among pyenv's own, whose commands on the PATH start the one version that is chosen. */
function findPython(minor: number): string | undefined {
  const name = `python3.${minor}`;
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.endsWith("shims"));
  const versions = join(process.env.PYENV_ROOT ?? "/nowhere", "versions");
  const pyenvs = existsSync(versions)
    ? readdirSync(versions).filter((version) => version.startsWith(`3.${minor}.`))
    : [];
  return [...onPath, ...pyenvs.map((version) => join(versions, version, "bin"))]
    .map((folder) => join(folder, name))
    .find(existsSync);
}
