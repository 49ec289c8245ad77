import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot as root } from "../../commands/base/paths";
import { node } from "../support/node";

/** As `npm run docs` would write it, in a process of its own: Prettier loads its parts as ES modules. */
const rendered = (what: "renderReadme" | "renderConfig"): string =>
  node(`require("./docs/configTable").${what}().then((text) => process.stdout.write(text))`);
const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("`npm run docs`", () => {
  it("has written the README's config table from what Pulumi.yaml says", () => {
    expect(read("README.md")).toBe(rendered("renderReadme"));
  });

  it("has written docs/config.md from what Pulumi.yaml says", () => {
    expect(read("docs/config.md")).toBe(rendered("renderConfig"));
  });

  it("keeps the README's table narrow enough to read in a terminal", () => {
    const rows = read("README.md").split("<!-- config table")[1].split("<!-- end")[0].split("\n").slice(2);
    expect(rows.length).toBeGreaterThan(40);
    for (const line of rows) expect(line.length).toBeLessThanOrEqual(165);
  });

  /** The workshop may be deleted: see docs/decisions/workshop.md. */
  const isGone = (file: string, link: string): boolean => {
    const [folder] = join(dirname(file), link).split("/");
    return ["bench", "local", "offline"].includes(folder) && !existsSync(join(root, folder));
  };

  it("links only to files that are there", () => {
    for (const file of [
      "README.md",
      "docs/config.md",
      "docs/database.md",
      "docs/guide.md",
      "docs/networks.md",
      "docs/parity.md",
      "docs/placement.md",
      "docs/security.md",
      "SECURITY.md",
      "docs/coming-from-the-pack.md",
      "docs/walkthrough.md",
    ]) {
      const links = [...read(file).matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g)].map(([, link]) => link);
      for (const link of links.filter((link) => !/^https?:/.test(link) && !isGone(file, link)))
        expect([file, link, existsSync(join(root, dirname(file), link))]).toEqual([file, link, true]);
    }
  });
});
