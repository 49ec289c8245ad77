import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../local/paths";
import { ensureTool } from "../../local/tools";

describe("schema.json", () => {
  const home = mkdtempSync(join(tmpdir(), "schema-"));
  let pulumi = "";
  beforeAll(async () => {
    pulumi = (await ensureTool("pulumi")).path;
  }, 1_800_000);
  afterAll(() => rmSync(home, { recursive: true }));

  const check = (file: string): { status: number | null; said: string } => {
    const env = { ...process.env, PULUMI_HOME: home };
    const { status, stdout, stderr } = spawnSync(pulumi, ["schema", "check", file], {
      env,
      encoding: "utf8",
    });
    return { status, said: stdout + stderr };
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
});
