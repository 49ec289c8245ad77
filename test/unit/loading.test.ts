import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { repoRoot } from "../../commands/base/paths";
import { node as runInNode } from "../support/node";

/** What it prints, without the line's end. */
const node = (program: string): string => runInNode(program).trim();

describe("how Node loads the program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-loading-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is sucrase's own documented way", () => {
    const project = parse(readFileSync(join(repoRoot, "Pulumi.yaml"), "utf8")) as { runtime: object };
    expect(project.runtime).toEqual({
      name: "nodejs",
      options: { typescript: false, nodeargs: "--require sucrase/register/ts" },
    });
  });

  it("leaves Node's way to find and to load modules alone, and with it the Pulumi SDK", () => {
    const functions = `
      const Module = require("node:module");
      console.log(String([Module._load, Module._resolveFilename, Module._extensions[".js"], Error.prepareStackTrace]))`;
    const plain = execFileSync(process.execPath, ["--eval", functions], { encoding: "utf8" });
    expect(node(functions)).toBe(plain.trim());
  });

  it("has the parts of the SDK that serialize functions", () => {
    const program = `
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.serializeFunction(() => 40 + 2).then(async ({ text }) => {
        const paths = await pulumi.runtime.computeCodePaths();
        console.log(text.includes("40 + 2"), paths.size > 0);
      });`;
    expect(node(program)).toBe("true true");
  });

  it("loads the Pulumi SDK for no command, which would take it half a second", () => {
    const { scripts } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const entries = Object.values(scripts).flatMap(
      (script) => /(?:commands|local)\/\S+\.ts/.exec(script) ?? [],
    );
    const isThere = (entry: string): boolean => existsSync(join(repoRoot, entry));
    const own = [...new Set(entries)].filter((entry) => isThere(entry) && !entry.startsWith("local/test/"));
    expect(own).toContain("commands/verb.ts");
    const program = `
      const Module = require("node:module");
      const { _load: load } = Module;
      let entry;
      Module._load = function (request, ...rest) {
        if (request.startsWith("@pulumi/")) console.log(entry, "loads", request);
        const loaded = load.call(this, request, ...rest);
        return request.endsWith("/base/step") ? { ...loaded, main() {} } : loaded;
      };
      for (entry of ${JSON.stringify(own)}) require("./" + entry);`;
    expect(node(program)).toBe("");
  });

  it("loads the table of keys for no verb: Pulumi runs the program that needs it", () => {
    const program = `
      require("./commands/verb.ts");
      const files = Object.keys(require.cache).filter((file) => file.includes("/components/"));
      console.log(files.length > 0, files.filter((file) => file.includes("/arguments/keys/")).join());`;
    expect(node(program)).toBe("true");
  });

  it("runs a TypeScript file as it is now, not as it was", () => {
    const file = join(folder, "answer.ts");
    const ask = `console.log(require(${JSON.stringify(file)}).answer)`;
    for (const answer of ["first", "second", "second"]) {
      writeFileSync(file, `export const answer: string = "${answer}";\n`);
      expect(node(ask)).toBe(answer);
    }
  });

  it("names the right line of a TypeScript file in an error", () => {
    const file = join(folder, "failing.ts");
    writeFileSync(
      file,
      "interface Shape {\n  a: string;\n}\nconst shape: Shape | undefined = undefined;\nthrow new Error(String(shape));\n",
    );
    const program = `try { require(${JSON.stringify(file)}) } catch (error) { console.log(error.stack) }`;
    expect(node(program)).toContain("failing.ts:5:");
  });

  it("tells a command whose packages are not installed what to run", () => {
    mkdirSync(join(folder, "commands"));
    cpSync(join(repoRoot, "commands", "typescript.cjs"), join(folder, "commands", "typescript.cjs"));
    const args = ["--require", "./commands/typescript.cjs", "commands/verb.ts", "preview"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([
      1,
      "error: the packages of this project are not installed: run `npm ci`\n",
    ]);
  });
});
