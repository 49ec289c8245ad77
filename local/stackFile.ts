/** What a stack's file says, read without Pulumi. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repoRoot } from "./paths";

/** Keys with their prefix, such as `nomad:address`. */
type StackConfig = Record<string, unknown>;

/** The file's name, by the last part of the stack's. */
export function fileOf(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1)}.yaml`;
}

/** Undefined for a stack without a file. */
export function stackConfig(stack: string): StackConfig | undefined {
  const file = join(repoRoot, fileOf(stack));
  if (!existsSync(file)) return undefined;
  const content = parse(readFileSync(file, "utf8")) as { config?: StackConfig | null } | null;
  return content?.config ?? {};
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
