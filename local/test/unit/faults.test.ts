import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { expectShowing } from "../../../test/support/expectShowing";

const root = join(__dirname, "../../..");
const rows = readFileSync(join(root, "docs/faults.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| (?!damage|-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, damage, seen, back, test]) => ({ damage, seen, back, test }));

/** Sources of the end-to-end tests by the name of their file. */
const sources = new Map(
  readdirSync(join(root, "test/e2e"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => [path.replace(/\.test\.ts$/, ""), readFileSync(join(root, "test/e2e", path), "utf8")]),
);

describe("the table of faults", () => {
  it("has at least 20 kinds of damage, each told once and in full", () => {
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(new Set(rows.map(({ damage }) => damage)).size).toBe(rows.length);
    expect(rows.filter((row) => Object.values(row).some((cell) => !cell))).toEqual([]);
  });

  it.each(rows)("$damage is tested under the title that it names", ({ test }) => {
    const [, file, title] = /^([\w/]+): (.+?)(?: \(soak\))?$/.exec(test) ?? [];
    // As a test's title: in quotes, or up to where its number of repetitions follows.
    const written = ['"', "`"].some((quote) =>
      [`${quote}${title}${quote}`, `${quote}${title} (`].some((text) => sources.get(file)?.includes(text)),
    );
    expectShowing(written, `${file}: ${title}`).toBe(true);
  });
});
