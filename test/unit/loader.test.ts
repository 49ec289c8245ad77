import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { node as runInNode } from "../support/node";

/** What it prints, without the line's end. */
const node = (program: string): string => runInNode(program).trim();

const loadedModules =
  '["typescript", "@npmcli/arborist", "normalize-package-data"].filter((name) => require.cache[require.resolve(name)])';

/** Loads a module as the SDK's runner does before the program. */
const byRunner = 'require("module").createRequire(require.resolve("@pulumi/pulumi/cmd/run/index.js"))';

describe("the loader of the program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-loader-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("loads the program without the parts of the SDK that only serialize functions", () => {
    expect(node(`require("./components"); console.log(${loadedModules}.length)`)).toBe("0");
  });

  it("loads those parts for a program that serializes a function", () => {
    const program = `
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.serializeFunction(() => 40 + 2).then(async ({ text }) => {
        const paths = await pulumi.runtime.computeCodePaths();
        console.log(text.includes("40 + 2"), paths.size > 0, ${loadedModules}.length);
      });`;
    expect(node(program)).toBe("true true 3");
  });

  it("serializes a function also when the runner has not started V8's inspector", () => {
    const program = `
      ${byRunner}("../../runtime/closure/v8Hooks").isInitializedAsync().then(async () => {
        const before = require("inspector").url() === undefined;
        const captured = { answer: 42 };
        const { text } = await require("@pulumi/pulumi").runtime.serializeFunction(() => captured.answer);
        console.log(before, text.includes("42"));
      });`;
    expect(node(program)).toBe("true true");
  });

  it("leaves stack traces as V8 makes them, whatever the runner asks for", () => {
    const loaded = 'Object.keys(require.cache).filter((file) => file.includes("source-map-support"))';
    expect(node(`${byRunner}("source-map-support/register"); console.log(${loaded}.length)`)).toBe("0");
  });

  it("has the SDK's Automation API there for a program that uses it", () => {
    expect(node('console.log(require("@pulumi/pulumi").automation.LocalWorkspace.name)')).toBe(
      "LocalWorkspace",
    );
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
});
