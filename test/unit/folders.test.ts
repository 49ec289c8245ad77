import { execFileSync } from "node:child_process";
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

/** Height of a file's folder; what stands in components/ itself is above all of them, and what stands outside above that. */
function height(file: string): number {
  const [folder, ...rest] = file.split("/");
  if (folder === "..") return Infinity;
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

/** What the linter says about imports, each as `FILE PATH`. In a process of its own: Jest can't load its config. */
function refusedByLinter(imported: string[]): string[] {
  const program = `
    import { ESLint, Linter } from "eslint";
    const eslint = new ESLint();
    const refused = [];
    for (const one of ${JSON.stringify(imported)}) {
      const [file, path] = one.split(" ");
      const { rules } = await eslint.calculateConfigForFile(file);
      const own = { rules: { "no-restricted-imports": rules["no-restricted-imports"] } };
      if (new Linter().verify('import "' + path + '"', own).length > 0) refused.push(one);
    }
    console.log(JSON.stringify(refused));
  `;
  const cwd = join(root, "..");
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd,
    encoding: "utf8",
  });
  return JSON.parse(said) as string[];
}

describe("the linter", () => {
  const upwards = [
    "components/rollout/applied.ts ../../settings",
    "components/rollout/applied.ts ../../index",
    "components/rollout/applied.ts ../../components",
    "components/rollout/applied.ts ../../components/application/namespace",
    "components/rollout/applied.ts ../djangoApp",
    "components/rollout/applied.ts ../application/namespace",
    "components/rollout/applied.ts ../guards/guard",
    "components/rollout/applied.ts ../nomad/../application/namespace",
    "components/rollout/applied.ts ./../application/namespace",
    "components/rollout/applied.ts ..",
    "components/rollout/applied.ts ../",
    "components/rollout/applied.ts ../..",
    "components/rollout/applied.ts ../../local/start",
    "components/arguments/keys/job.ts ../../application/namespace",
    "components/arguments/keys/job.ts ../../../settings",
    "components/arguments/keys/job.ts ../..",
    "components/djangoApp.ts ../settings",
    "components/index.ts ..",
    "settings.ts ./index",
    "settings.ts .",
  ];
  const downwards = [
    "components/rollout/applied.ts ../nomad/api",
    "components/rollout/applied.ts ../jobspec",
    "components/rollout/applied.ts ./story",
    "components/arguments/keys/job.ts ../names",
    "components/arguments/keys/job.ts ..",
    "components/arguments/keys/job.ts ../../nomad/address",
    "components/djangoApp.ts ./rollout",
    "settings.ts ./components",
    "index.ts ./settings",
  ];

  it("refuses each import that points up, and no other", () => {
    expect(refusedByLinter([...upwards, ...downwards])).toEqual(upwards);
  });
});

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

  it("import nothing from outside", () => {
    const wrong = files.flatMap((file) =>
      imports(file, { types: true })
        .filter((target) => height(target) === Infinity)
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("load in one direction: no loops between files", () => {
    expect(files.map(loop).filter((found) => found !== undefined)).toEqual([]);
  });
});
