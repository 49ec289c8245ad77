import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";
import { ensureTool } from "../../local/tools";

describe("schema.json", () => {
  const home = mkdtempSync(join(tmpdir(), "schema-"));
  let pulumi = "";
  beforeAll(async () => {
    pulumi = (await ensureTool("pulumi")).path;
  }, 1_800_000);
  afterAll(() => rmSync(home, { recursive: true }));

  const run = (program: string, args: string[], cwd: string): { status: number | null; said: string } => {
    const env = { ...process.env, PULUMI_HOME: home };
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
    return { status, said: error?.message ?? stdout + stderr };
  };
  const check = (file: string) => run(pulumi, ["schema", "check", file], home);

  /** Its Node SDK, by Pulumi's own generator: of the CLI, or of the same Go module where the CLI has no language host. */
  const generate = (file: string): { status: number | null; said: string; sdk: string } => {
    const folder = mkdtempSync(join(home, "sdk-"));
    const args = ["package", "gen-sdk", file, "--language", "nodejs", "--out", folder];
    const byCli = run(pulumi, args, home);
    if (!byCli.said.includes("no language plugin")) return { ...byCli, sdk: join(folder, "nodejs") };
    const source = join(__dirname, "support", "generateSdk.go");
    const pinned = join(repoRoot, "local", "tools", "pulumi");
    return { ...run("go", ["run", source, file, folder], pinned), sdk: folder };
  };

  it("is a package schema by Pulumi's own metaschema", () => {
    expect(check(join(repoRoot, "schema.json"))).toEqual({ status: 0, said: "" });
  });

  it("would be refused with a type that Pulumi does not know", () => {
    const wrong = join(home, "wrong.json");
    const text = readFileSync(join(repoRoot, "schema.json"), "utf8");
    writeFileSync(wrong, text.replace('"type": "integer"', '"type": "whole"'));
    const { status, said } = check(wrong);
    expect(status).not.toBe(0);
    expect(said).toContain("doesn't validate");
  });

  it("makes an SDK that compiles", () => {
    const { status, said, sdk } = generate(join(repoRoot, "schema.json"));
    expect({ status, said }).toMatchObject({ status: 0 });
    expect(readFileSync(join(sdk, "types", "enums", "index.ts"), "utf8")).toContain('GreaterOrEqual: ">="');
    symlinkSync(join(repoRoot, "node_modules"), join(sdk, "node_modules"));
    const tsc = join(repoRoot, "node_modules", "typescript", "bin", "tsc");
    expect(run(process.execPath, [tsc, "--noEmit", "-p", sdk], sdk)).toEqual({ status: 0, said: "" });
  }, 600_000);

  it("would make none with an enum value that has no name", () => {
    const wrong = join(home, "unnamed.json");
    const text = readFileSync(join(repoRoot, "schema.json"), "utf8");
    writeFileSync(wrong, text.replaceAll(/"name": "Equal", /g, ""));
    const { status, said } = generate(wrong);
    expect(status).not.toBe(0);
    expect(said).toContain("is not a valid identifier");
  }, 600_000);
});
