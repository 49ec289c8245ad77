/**
 * The README's table of config keys, made from `Pulumi.yaml`. `npm run docs` writes it; a test compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { parse } from "yaml";

interface Documented {
  description: string;
  default?: string | number;
  secret?: boolean;
}

const readme = join(__dirname, "..", "README.md");
const begin = "<!-- config table, made by `npm run docs` -->";
const end = "<!-- end of config table -->";

function row(key: string, { description, default: given, secret }: Documented): string {
  const shown = given === undefined ? "" : `\`${String(given).replaceAll("|", "\\|")}\``;
  return `| \`${key}\` | ${shown} | ${secret ? "Secret. " : ""}${description.trim().replaceAll("|", "\\|")} |`;
}

/** The README as it should be. */
export async function renderReadme(): Promise<string> {
  const project = parse(readFileSync(join(__dirname, "..", "Pulumi.yaml"), "utf8")) as {
    template: { config: Record<string, Documented> };
  };
  const table = [
    "| key | default | what it does |",
    "| --- | --- | --- |",
    ...Object.entries(project.template.config).map(([key, documented]) => row(key, documented)),
  ].join("\n");
  const content = readFileSync(readme, "utf8");
  const [before, after] = [content.split(begin)[0], content.split(end)[1]];
  if (after === undefined) throw new Error(`README.md has no "${begin}" followed by "${end}"`);
  return format(`${before}${begin}\n\n${table}\n\n${end}${after}`, { parser: "markdown", printWidth: 110 });
}

if (require.main === module) {
  void renderReadme().then((content) => writeFileSync(readme, content));
}
