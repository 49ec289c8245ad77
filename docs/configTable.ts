/**
 * docs/config.md, and the README's short table of the keys that people set first, made from `Pulumi.yaml`.
 * `npm run docs` writes both; a test compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { parse } from "yaml";

interface Documented {
  type: string;
  description: string;
  default?: string | number;
  secret?: boolean;
}

type Keys = [key: string, documented: Documented][];

const root = join(__dirname, "..");
const begin = "<!-- config table, made by `npm run docs` -->";
const end = "<!-- end of config table -->";

function documentedKeys(): Keys {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    template: { config: Record<string, Documented> };
  };
  return Object.entries(project.template.config);
}

/** What is said of the key as a whole, and of each key inside it. */
function parts(description: string): { whole: string; inside: [name: string, text: string][] } {
  const [, whole, inside] = /^(.*?)(?: Keys(?: of each)?(?::| are) (.*))?$/s.exec(description.trim()) ?? [];
  return {
    whole,
    inside: [...(inside ?? "").matchAll(/(\w+) \(([^()]*)\)/g)].map(([, name, text]) => [name, text]),
  };
}

const code = (value: string | number): string => `\`${value}\``;
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Longer than this, a default is left to docs/config.md. */
const longestDefault = 16;

function row([key, { description, default: given }]: Keys[number], page: string): string {
  const [first] = /^(?:Required\. )?.*?[.](?= |$)/s.exec(description.trim()) ?? [""];
  const shown = given === undefined ? "" : String(given).length > longestDefault ? "…" : code(given);
  return `| [${code(key)}](${page}#${key.toLowerCase()}) | ${shown} | ${first.replaceAll("|", "\\|")} |`;
}

/** What most people set first: the README shows these alone. */
const firstKeys = [
  "djangoImage",
  "count",
  "httpService",
  "envVars",
  "secretEnvVars",
  "secretKeyVersion",
  "postgres",
  "database",
  "migrationTimeout",
  "update",
  "namespace",
  "protect",
];

/** @param page on which each key has its section. */
function table(keys: Keys, page: string): string {
  const rows = keys.map((key) => row(key, page));
  return ["| key | default | what it says |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The README as it should be. */
export async function renderReadme(): Promise<string> {
  const keys = documentedKeys();
  const first = firstKeys.flatMap((name) => keys.filter(([key]) => key === name));
  const content = readFileSync(join(root, "README.md"), "utf8");
  const [before, after] = [content.split(begin)[0], content.split(end)[1]];
  if (after === undefined) throw new Error(`README.md has no "${begin}" followed by "${end}"`);
  return format(`${before}${begin}\n\n${table(first, "docs/config.md")}\n\n${end}${after}`, {
    parser: "markdown",
    printWidth: 110,
  });
}

function section([key, { type, description, default: given, secret }]: Keys[number]): string {
  const { whole, inside } = parts(description);
  const facts = [
    type,
    ...(secret ? ["secret: `pulumi config set --secret`"] : []),
    given === undefined ? "no default" : `default ${code(given)}`,
  ];
  const bullets = inside.map(
    ([name, text]) => `- ${code(name)}: ${text.replace(/\bdefault (.+)$/, "default `$1`")}`,
  );
  return [
    `## ${key}`,
    `_${facts.join("; ")}_`,
    sentence(whole),
    ...(bullets.length ? [bullets.join("\n")] : []),
  ].join("\n\n");
}

/** docs/config.md as it should be. */
export async function renderConfig(): Promise<string> {
  const head = [
    "# Config",
    "Made from `Pulumi.yaml` by `npm run docs`: change it there.",
    "Keys of a stack, set with `pulumi config set KEY VALUE` or in `Pulumi.STACK.yaml`; `DjangoApp` takes arguments " +
      "of the same names. Every wrong, unknown or contradictory key is named, together with all others, before " +
      "anything is touched; what is allowed and most likely not meant is warned about. Durations carry a unit: `90s`, " +
      "`10m`, `1h30m`. Memory is in MB and CPU in MHz, plain numbers. Lists and maps are JSON on the command line: " +
      "`pulumi config set --path httpService.serviceName shop` sets one key inside.",
    "What the keys mean together is in [networks and upstreams](networks.md), [placement](placement.md) and the " +
      "[decisions](decisions/README.md).",
  ].join("\n\n");
  const keys = documentedKeys();
  const text = [head, table(keys, ""), ...keys.map(section)].join("\n\n");
  return format(`${text}\n`, { parser: "markdown", printWidth: 110 });
}

if (require.main === module) {
  void Promise.all([renderReadme(), renderConfig()]).then(([readme, config]) => {
    writeFileSync(join(root, "README.md"), readme);
    writeFileSync(join(root, "docs", "config.md"), config);
  });
}
