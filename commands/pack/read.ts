/** Reads nomad-pack's variable files into plain values. HCL is parsed by HashiCorp's own parser, built to WebAssembly. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse as parseHcl } from "@cdktn/hcl2json";
import { UserError } from "../base/step";

/** Variables of the pack by their names there, the last file's value of each; null is as good as unset. */
export type PackVariables = Record<string, unknown>;

const pack = "django";

/**
 * Reads variable files in their order; of a variable that is in several, the last file's value holds.
 * `.json` files are read as JSON, all others as HCL. A name may be qualified, as in `django.count`.
 *
 * @throws {UserError} that names the file, the line where the parser knows it, and what to do.
 */
export async function readVariableFiles(files: readonly string[]): Promise<PackVariables> {
  const all: PackVariables = {};
  for (const file of files) Object.assign(all, await readVariables(contentOf(file), file));
  return all;
}

/** @throws {UserError} as {@link readVariableFiles}, for one file's text. */
export async function readVariables(content: string, file: string): Promise<PackVariables> {
  const raw = extname(file) === ".json" ? parseJson(content, file) : await parseVariables(content, file);
  const problems: string[] = [];
  const variables: PackVariables = {};
  for (const [name, value] of Object.entries(raw)) {
    const own = ownName(name);
    if (own === undefined) problems.push(`${name} belongs to another pack than ${pack}: take it out`);
    else if (own in variables) problems.push(`${own} is set twice: keep one of them`);
    else if (name === "variable") {
      problems.push(
        "variable blocks are declarations, as in the pack's own variables.hcl: name the file with your values",
      );
    } else variables[own] = extname(file) === ".json" ? value : literal(value, name, problems);
  }
  if (problems.length > 0) throw new UserError(`${file} can't be imported:\n  ${problems.join("\n  ")}`);
  return variables;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} can't be read: ${(error as Error).message}`);
  }
}

function parseJson(content: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  throw new UserError(`${file} holds no variables: it must be a JSON object`);
}

/**
 * nomad-pack reads a file as the inside of a map, which allows `pack.variable = value`, quoted names and
 * commas; plain HCL, tried first, finds a variable that is set twice.
 */
async function parseVariables(content: string, file: string): Promise<Record<string, unknown>> {
  try {
    return { ...(await parseHcl(file, `${content}\n`)) };
  } catch (plain) {
    const reason = hclReason(plain);
    if (reason.includes("Attribute redefined")) throw new UserError(reason);
    try {
      const { variables } = (await parseHcl(file, `variables = {${content}\n}`)) as {
        variables: Record<string, unknown>;
      };
      return variables;
    } catch (asMap) {
      throw new UserError(reason.includes("Argument or block definition") ? hclReason(asMap) : reason);
    }
  }
}

function hclReason(error: unknown): string {
  return (error as Error).message.replace(/^parse config: \[(.*)\]$/s, "$1");
}

/** The variable's name without the pack's; undefined when it is another pack's. */
function ownName(name: string): string | undefined {
  if (!name.includes(".")) return name;
  return name.startsWith(`${pack}.`) ? name.slice(pack.length + 1) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The parser leaves expressions as `${...}` and what is escaped as `$${`. A variable file has values only:
 * nomad-pack evaluates it without functions or variables.
 */
function literal(value: unknown, path: string, problems: string[]): unknown {
  if (typeof value === "string") return literalText(value, path, problems);
  if (typeof value === "number" && !Number.isSafeInteger(value) && Number.isInteger(value)) {
    problems.push(`${path} is a number of more than 15 digits, which would be rounded: write it in quotes`);
  }
  if (Array.isArray(value)) return value.map((item, index) => literal(item, `${path}[${index}]`, problems));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = literalText(key, `${path}.${key}`, problems);
      return [name, literal(item, `${path}.${name}`, problems)];
    }),
  );
}

function literalText(text: string, path: string, problems: string[]): string {
  return text.replaceAll(/(\$\$|%%|\$|%)\{/g, (mark) => {
    if (mark.length === 3) return mark.slice(1);
    // Nothing else of it is shown: it may be a secret whose quotes were forgotten.
    const word = /^\$\{(on|off|yes|no|none)\}$/i.exec(text)?.[1];
    problems.push(`${path} is an expression${word ? ` (${word})` : ""}: write its value, strings in quotes`);
    return mark;
  });
}
