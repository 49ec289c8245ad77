/** A workflow of GitHub's as its file says, and the part of its expressions that the examples use. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repoRoot } from "../../../commands/base/paths";

export type Env = Record<string, string>;

export interface Step {
  name?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string | boolean | number>;
  run?: string;
  env?: Env;
}

export interface Job {
  name: string;
  if?: string;
  needs?: string;
  environment?: string;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> };
  env?: Env;
  steps: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: Job["concurrency"];
  jobs: Record<string, Job>;
}

/** Names of the files in `examples/ci`. */
export const exampleWorkflows = ["preview.yml", "deploy.yml"] as const;

export function workflowText(name: (typeof exampleWorkflows)[number]): string {
  return readFileSync(join(repoRoot, "examples", "ci", name), "utf8");
}

export function workflow(name: (typeof exampleWorkflows)[number]): Workflow {
  return parse(workflowText(name)) as Workflow;
}

/** What expressions may ask for: `vars.NAME`, `github.event.pull_request.number`. What is not there is an empty text, as on GitHub. */
export type Context = Record<string, unknown>;

function operand(text: string, context: Context): string {
  const literal = /^'(.*)'$/.exec(text);
  if (literal) return literal[1];
  if (!/^[a-z]\w*(\.\w+)*$/i.test(text)) throw new Error(`this test does not know the expression ${text}`);
  const [group, ...path] = text.split(".");
  if (!(group in context)) throw new Error(`this test does not know ${group}`);
  const value = path.reduce<unknown>((inner, name) => (inner as Context | undefined)?.[name], context[group]);
  return String(value ?? "");
}

/** Of `if:`, with or without its braces: comparisons, joined by `||` or `&&`. */
export function holds(condition: string, context: Context): boolean {
  if (condition.includes("||")) return condition.split("||").some((part) => holds(part.trim(), context));
  if (condition.includes("&&")) return condition.split("&&").every((part) => holds(part.trim(), context));
  const [, left, operator, right] =
    /^(?:\$\{\{)?\s*(\S+)\s*(==|!=)\s*(\S+?)\s*(?:\}\})?$/.exec(condition) ?? [];
  if (operator === undefined) throw new Error(`this test does not know the condition ${condition}`);
  return (operand(left, context) === operand(right, context)) === (operator === "==");
}

/** A text with its expressions filled in. */
export function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => operand(expression, context));
}
