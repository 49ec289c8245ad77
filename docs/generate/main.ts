/** Everything that is written from the table of keys and the table of exit codes. `npm run docs` writes it; a test compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { renderConfig, renderFirstKeys } from "./configPage";
import { renderExitCodes, renderVerbExitCodes } from "./exitCodeTable";
import { renderOutputs } from "./outputs";
import { renderSchema } from "./packageSchema";
import { renderProject } from "./projectFile";
import { renderNomadTypes, renderTypes } from "./typeScript";

const root = join(__dirname, "../..");

/** Tables inside pages that people write, between `<!-- NAME, written by npm run docs -->` and `<!-- end of NAME -->`. */
const tables: Record<string, () => string> = {
  "config table": renderFirstKeys,
  "exit codes": renderExitCodes,
  "exit codes of the verbs": renderVerbExitCodes,
  outputs: renderOutputs,
};

function withTables(content: string): string {
  return Object.entries(tables).reduce((text, [name, render]) => {
    const [begin, end] = [new RegExp(`(<!-- ${name}, [^>]*-->)`), `<!-- end of ${name} -->`];
    const [before, marker, after] = text.split(begin);
    if (marker === undefined) return text;
    return `${before}${marker}\n\n${render()}\n\n${end}${after.split(end)[1]}`;
  }, content);
}

/** Each file, and how it follows from what it was. */
const files: Record<string, (content: string) => string> = {
  "components/arguments/configArgs.ts": () => renderTypes(),
  "components/nomad/nomadArgs.ts": renderNomadTypes,
  "schema.json": renderSchema,
  "Pulumi.yaml": renderProject,
  "docs/config.md": renderConfig,
  "README.md": withTables,
  "docs/ci.md": withTables,
  "docs/guide.md": withTables,
};

/** What each file should hold. */
export async function render(): Promise<Record<string, string>> {
  const parsers: Record<string, string> = { ts: "typescript", json: "json", yaml: "yaml", md: "markdown" };
  const written = Object.entries(files).map(async ([file, from]): Promise<[string, string]> => {
    const parser = parsers[file.split(".")[1]];
    const isThere = parser === "yaml" || from === withTables;
    const content = from(isThere ? readFileSync(join(root, file), "utf8") : "");
    return [file, await format(content, { parser, printWidth: 110 })];
  });
  return Object.fromEntries(await Promise.all(written));
}

if (require.main === module) {
  void render().then((written) => {
    for (const [file, content] of Object.entries(written)) writeFileSync(join(root, file), content);
  });
}
