/** What a stack's file says, read without Pulumi. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { nearest } from "../../components/arguments/nearest";
import { repoRoot } from "../base/paths";
import { UserError } from "../base/step";

/** Keys with their prefix, such as `nomad:address`. */
type StackConfig = Record<string, unknown>;

/** The file's name, by the last part of the stack's. */
export function fileOf(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1)}.yaml`;
}

interface StackFile {
  config?: StackConfig | null;
  encryptionsalt?: string;
  secretsprovider?: string;
}

function read(stack: string): StackFile | undefined {
  const file = join(repoRoot, fileOf(stack));
  if (!existsSync(file)) return undefined;
  try {
    return (parse(readFileSync(file, "utf8")) as StackFile | null) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UserError(
      `${fileOf(stack)} is not valid YAML: ${error.message.trim()}\nFix it, then run the command again`,
    );
  }
}

/** Undefined for a stack without a file. */
export function stackConfig(stack: string): StackConfig | undefined {
  const content = read(stack);
  return content && (content.config ?? {});
}

/** With what its secrets are encrypted; nothing for a stack that has none yet. */
export function secretsOf(stack: string): { salt?: string; provider?: string } {
  const { encryptionsalt, secretsprovider } = read(stack) ?? {};
  return { salt: encryptionsalt, provider: secretsprovider };
}

/** Names of the stacks that have a file here. */
function stacksWithFile(): string[] {
  return readdirSync(repoRoot)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Whether its file says so. */
export function isProtected(stack: string): boolean {
  return String(ownConfig(stack)?.protect) === "true";
}

/** What is said of a stack without a file: the name may be misspelt. */
export function noSuchFile(stack: string): string {
  const known = stacksWithFile();
  const meant = nearest(stack.split("/").at(-1) ?? stack, known);
  return (
    `There is no ${fileOf(stack)}. ${meant === undefined ? "" : `Did you mean ${meant}? `}` +
    `The stacks that have a file here: ${known.join(", ") || "none"}`
  );
}

/** Of Pulumi.yaml. */
export function projectName(): string {
  return (parse(readFileSync(join(repoRoot, "Pulumi.yaml"), "utf8")) as { name: string }).name;
}

/** The program's own keys without their prefix; a secret's value is "(secret)". Undefined for a stack without a file. */
export function ownConfig(stack: string): Record<string, unknown> | undefined {
  const config = stackConfig(stack);
  if (!config) return undefined;
  const prefix = `${projectName()}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), withoutSecrets(value)]));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "secure") return "(secret)";
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSecrets(inner)]));
}
