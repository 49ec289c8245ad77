/** Outputs of the components: the schema and the guide say what the comments of the TypeScript declarations say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { code } from "./describe";

export interface Output {
  name: string;
  /** Its comment, on one line. */
  says: string;
  /** `string`, `number`, `string[]`, or an interface that {@link outputsOf} knows, too. */
  type: string;
  isOptional: boolean;
  isSecret: boolean;
}

const components = ["djangoApp.ts", "database/postgresContainer.ts", "database/postgresDatabase.ts"] as const;
/** With the interfaces that outputs have. */
const data = [
  "application/stackOutputs.ts",
  "rollout/applied.ts",
  "rollout/phases.ts",
  "rollout/summary.ts",
] as const;

function declaredIn<T extends ts.Statement & { name?: ts.Identifier }>(
  files: readonly string[],
  isOne: (statement: ts.Node) => statement is T,
): Map<string, T> {
  const found = files.flatMap((file) => {
    const text = readFileSync(join(__dirname, "../../components", file), "utf8");
    return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements.filter(isOne);
  });
  return new Map(found.map((one) => [one.name?.text ?? "", one]));
}

const classes = declaredIn(components, ts.isClassDeclaration);
const interfaces = declaredIn(data, ts.isInterfaceDeclaration);

function commentOf(node: ts.Node): string {
  const [first] = ts.getJSDocCommentsAndTags(node);
  return (ts.getTextOfJSDocComment(first?.comment) ?? "").replace(/\s+/g, " ");
}

function declared(name: string): ts.ClassDeclaration | ts.InterfaceDeclaration {
  const found = classes.get(name) ?? interfaces.get(name);
  if (found === undefined) throw new Error(`${name} is not in ${[...components, ...data].join(", ")}`);
  return found;
}

/** What a component or an interface has, but for what is no data: resources, hooks, promises. */
export function outputsOf(name: string): Output[] {
  return declared(name).members.flatMap((member: ts.ClassElement | ts.TypeElement): Output[] => {
    if (!ts.isPropertyDeclaration(member) && !ts.isPropertySignature(member)) return [];
    const written = member.type?.getText() ?? "";
    const type = written.replaceAll(" | undefined", "").replace(/^pulumi\.Output<(.*)>$/s, "$1");
    if (!["string", "number", "string[]"].includes(type) && !interfaces.has(type)) return [];
    const says = commentOf(member);
    return [
      {
        ...{ name: member.name.getText(), type },
        says: says.replace(/^Secret: (.)/, (_all, letter: string) => letter.toUpperCase()),
        isOptional: member.questionToken !== undefined || written.includes("| undefined"),
        isSecret: says.startsWith("Secret: "),
      },
    ];
  });
}

/** The comment of an interface. */
export const saysOf = (name: string): string => commentOf(declared(name));

/** The interfaces that are types of outputs, and of what is inside them. */
export function typesIn(name: string): string[] {
  const named = outputsOf(name).flatMap(({ type }) => (interfaces.has(type) ? [type] : []));
  return [...new Set(named.flatMap((type) => [type, ...typesIn(type)]))];
}

/** The table of what a stack exports. */
export function renderOutputs(): string {
  const rows = (of: string, prefix: string): string[] =>
    outputsOf(of).flatMap(({ name, says, type }) => [
      `| ${code(prefix + name)} | ${says.replaceAll("|", "\\|")} |`,
      ...(interfaces.has(type) ? rows(type, `${prefix}${name}.`) : []),
    ]);
  return ["| output | what it is |", "| --- | --- |", ...rows("StackOutputs", "")].join("\n");
}
