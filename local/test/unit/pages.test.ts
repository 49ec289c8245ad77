/** Links of the pages. They lead to the workshop too, so this test goes where it goes. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot as root } from "../../../commands/base/paths";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("pages", () => {
  const pages = ["", "docs", "docs/decisions", "examples/site", "offline", "sdks/nomad"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  );

  /** As the pages' host makes them from headings. */
  const anchors = (file: string): string[] =>
    [
      ...read(file)
        .replaceAll(/```.*?```/gs, "")
        .matchAll(/^#+ (.*)$/gm),
    ].map(([, heading]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    );

  it.each(pages)("%s links only to files and headings that exist", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
    for (const [link, path, anchor] of links) {
      const file = path ? join(dirname(page), path) : page;
      expect([link, existsSync(join(root, file))]).toEqual([link, true]);
      if (anchor) expect([link, anchors(file).includes(anchor)]).toEqual([link, true]);
    }
  });
});
