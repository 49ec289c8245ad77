import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { renderReadme } from "../../docs/configTable";

it("the README's config table says what Pulumi.yaml says (`npm run docs` writes it)", async () => {
  expect(readFileSync(join(__dirname, "..", "..", "README.md"), "utf8")).toBe(await renderReadme());
});
