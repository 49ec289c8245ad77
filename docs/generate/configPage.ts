/** docs/config.md, and the README's table of first keys. */
import { keys } from "../../components/arguments/keys";
import type { Row } from "../../components/arguments/row";
import type { Shape } from "../../components/arguments/shape";
import { code, defaultOf, objectIn, prose } from "./describe";

/** Longer than this, a default is left to docs/config.md. */
const longestDefault = 16;

function tableRow([key, row]: [string, Row], page: string): string {
  const [first] = /^.*?[.](?= |$)/s.exec(row.says) ?? [""];
  const value = defaultOf(row);
  const shown = value === undefined ? "" : code(value).length > longestDefault + 2 ? "…" : code(value);
  return `| [${code(key)}](${page}#${key.toLowerCase()}) | ${shown} | ${row.required === true ? "Required. " : ""}${first.replaceAll("|", "\\|")} |`;
}

/** What most people set first. */
const firstKeys: (keyof typeof keys)[] = [
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
function table(rows: [string, Row][], page: string): string {
  const lines = rows.map((row) => tableRow(row, page));
  return ["| key | default | what it is |", "| --- | --- | --- |", ...lines].join("\n");
}

/** One line for each of the first keys. */
export function renderFirstKeys(): string {
  return table(
    firstKeys.map((key) => [key, keys[key]]),
    "docs/config.md",
  );
}

function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return "string";
    case "number":
      return "whole number";
    case "choice":
      return `one of ${shape.words.map(code).join(", ")}`;
    case "list":
      return `list of ${{ text: "strings", object: "maps", list: "lists of words" }[shape.item.kind as string] ?? "words"}`;
    case "free":
      return "map of anything";
    case "map":
      return "map of strings";
    case "named":
      return "map of names to maps";
    case "object":
      return "map";
    default:
      return shape.kind;
  }
}

function facts(row: Row): string[] {
  const value = defaultOf(row);
  return [
    typeOf(row.type.shape),
    ...(row.required === true ? ["required"] : []),
    ...(row.secret ? ["secret: `pulumi config set --secret`"] : []),
    ...(value === undefined ? [] : [`default ${code(value)}`]),
    ...(value === undefined && row.unset !== undefined ? [`default: ${row.unset}`] : []),
  ];
}

function field([key, row]: [string, Row], indent = ""): string {
  const example = row.example === undefined ? "" : ` Example: ${code(row.example)}.`;
  const line = `${indent}- ${code(key)} (${facts(row).join("; ")}): ${prose(row).join(" ")}${example}`;
  return [line, ...inside(row.type.shape).map((one) => field(one, `${indent}  `))].join("\n");
}

function inside(shape: Shape): [string, Row][] {
  return Object.entries(objectIn(shape)?.rows ?? {});
}

function section([key, row]: [string, Row]): string {
  const fields = inside(row.type.shape).map((one) => field(one));
  return [
    `## ${key}`,
    `${facts(row)
      .join("; ")
      .replace(/^./, (letter) => letter.toUpperCase())}`,
    prose(row).join(" "),
    ...(row.example === undefined ? [] : [`Example: ${code(row.example)}`]),
    ...(fields.length > 0 ? [fields.join("\n")] : []),
  ].join("\n\n");
}

const head = [
  "# Config",
  "Written by `npm run docs` from the table in `components/arguments/keys`: change a row there.",
  "Keys of a stack. Set them with `pulumi config set KEY VALUE` or in `Pulumi.STACK.yaml`; `DjangoApp` takes arguments of " +
    "the same names. The program names every wrong, unknown or contradictory key at once and changes nothing. It warns " +
    "about values that are allowed but probably a mistake.",
  "Durations carry a unit: `90s`, `10m`, `1h30m`. Memory is in MB and CPU in MHz, as plain numbers. Lists and maps are JSON " +
    "on the command line; `pulumi config set --path httpService.serviceName shop` sets one key inside a map.",
  "How keys work together: [networks and upstreams](networks.md), [placement](placement.md), [processes](processes.md), [autoscaling](scaling.md), [decisions](decisions/README.md).",
];

/** docs/config.md as it should be, before Prettier. */
export function renderConfig(): string {
  return `${[...head, table(Object.entries(keys), ""), ...Object.entries(keys).map(section)].join("\n\n")}\n`;
}
