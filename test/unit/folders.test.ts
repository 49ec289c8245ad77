import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "@jest/globals";
import layers from "../../components/folders.json";

const root = join(__dirname, "../../components");
const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));

/** What a file imports of the others. */
function imports(file: string, { types }: { types: boolean }): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const all = [...text.matchAll(/^(?:import|export)\b( type\b)?[^;]*?from "(\.[^"]+)";/gm)];
  const counted = all.filter(([, type]) => types || type === undefined);
  return counted.map(([, , path]) => {
    const target = normalize(join(dirname(file), path));
    const found = [`${target}.ts`, join(target, "index.ts"), target].find(
      (one) => existsSync(join(root, one)) && statSync(join(root, one)).isFile(),
    );
    if (found === undefined) throw new Error(`${file} imports ${path}, which does not exist`);
    return found;
  });
}

/** Types alone may refer to each other: nothing of them is loaded. */
const graph = new Map(files.map((file) => [file, imports(file, { types: false })]));

/** Height of a file's folder; what stands in components/ itself is above all of them. */
function height(file: string): number {
  const [folder, ...rest] = file.split("/");
  if (rest.length === 0) return layers.length;
  return layers.findIndex((layer) => layer.includes(folder));
}

/** The files of a loop that begins and ends at `file`; undefined when there is none. */
function loop(file: string): string[] | undefined {
  const seen = new Set<string>();
  const way = (from: string): string[] | undefined => {
    for (const next of graph.get(from) ?? []) {
      if (next === file) return [from, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = way(next);
      if (rest) return [from, ...rest];
    }
    return undefined;
  };
  return way(file);
}

describe("the folders of components/", () => {
  it("all have a place in folders.json", () => {
    const there = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
    expect(there.map(({ name }) => name).sort()).toEqual(layers.flat().sort());
  });

  it.each(layers.flat())("%s imports from folders below alone", (folder) => {
    const own = files.filter((file) => file.startsWith(`${folder}/`));
    expect(own.length).toBeGreaterThan(0);
    const wrong = own.flatMap((file) =>
      imports(file, { types: true })
        .filter((target) => target.split("/")[0] !== folder && height(target) >= height(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("load in one direction: no loops between files", () => {
    expect(files.map(loop).filter((found) => found !== undefined)).toEqual([]);
  });
});
