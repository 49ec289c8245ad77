import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";

describe("commands of one clone that run at the same moment", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-links-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Changes the link again and again; resolves to what the process had to complain about. */
  const linkOften = (own: string): Promise<string> => {
    const program = `
      const { link } = require("./commands/pulumi/publishedPlugins");
      for (let round = 0; round < 300; round++) link(${JSON.stringify(folder)}, "plugin", round % 2 ? "shared" : "${own}");`;
    const child = spawn(process.execPath, ["--require", "./commands/typescript.cjs", "--eval", program], {
      cwd: repoRoot,
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    return new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve(code === 0 ? "" : complaint));
    });
  };

  it("do not fail over the plugins that both of them link", async () => {
    const complaints = await Promise.all(["a", "b", "c", "d"].map(linkOften));
    expect(complaints).toEqual(["", "", "", ""]);
    expect(readdirSync(folder)).toEqual(["plugin"]);
    expect(readlinkSync(join(folder, "plugin"))).toBe("shared");
  });
});
