import path from "node:path";
import * as ts from "typescript";
import type { ObjectSpec, PackageSchema, TypeSpec } from "../../sdks/nomad/extractSchema";
import { refToken, tokenName, typeTokens } from "../../sdks/nomad/extractSchema";

/** The declarations of one interface or class, as "name?: type", sorted. */
export type Members = string[];

/** What the package's `.d.ts` files declare, read by the TypeScript compiler. */
export function readDeclarations(packageDir: string) {
  const program = ts.createProgram([path.join(packageDir, "index.d.ts")], {
    strict: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(packageDir));
  const exportsOf = (file: string) => {
    const source = program.getSourceFile(path.join(packageDir, file));
    const symbol = source && checker.getSymbolAtLocation(source);
    return symbol ? checker.getExportsOfModule(symbol) : [];
  };
  const root = exportsOf("index.d.ts");
  return {
    problems: own
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      .map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, "\n")),
    of: (name: string): Members => members(root.find((symbol) => symbol.name === name)),
    namespace: (name: string): Record<string, Members> =>
      Object.fromEntries(exportsOf(`types/${name}.d.ts`).map((symbol) => [symbol.name, members(symbol)])),
    values: (): string[] =>
      root
        .filter(isValue)
        .map(({ name }) => name)
        .sort(),
  };

  function isValue(symbol: ts.Symbol): boolean {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  }
}

function members(symbol: ts.Symbol | undefined): Members {
  const [declaration] = symbol?.declarations ?? [];
  if (!declaration || !(ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration))) {
    return [];
  }
  const properties = [...declaration.members].filter(
    (member) => ts.isPropertySignature(member) || ts.isPropertyDeclaration(member),
  );
  return properties.map((property) => property.getText().replace(/;$/, "").replace(/\s+/g, " ")).sort();
}

/** How an object of the schema reads as program inputs: anything in it may be an output. */
export function inputMembers(spec: ObjectSpec, namespace: string): Members {
  return eachMember(spec, (type) => inputType(type, namespace));
}

/** How it reads as plain values. */
export function plainMembers(spec: ObjectSpec, namespace: string): Members {
  return eachMember(spec, (type) => plainType(type, namespace));
}

/** How it reads as the properties of a resource class. */
export function outputMembers(spec: ObjectSpec): Members {
  const required = new Set(spec.required);
  return Object.entries(spec.properties)
    .map(([name, type]) => {
      const held = plainType(type, "outputs.") + (required.has(name) ? "" : " | undefined");
      return `readonly ${name}: pulumi.Output<${held}>`;
    })
    .sort();
}

function eachMember(spec: ObjectSpec, typeText: (type: TypeSpec) => string): Members {
  const required = new Set(spec.required);
  return Object.entries(spec.properties)
    .map(([name, type]) => `${name}${required.has(name) ? "" : "?"}: ${typeText(type)}`)
    .sort();
}

function inputType(spec: TypeSpec, namespace: string): string {
  return `pulumi.Input<${shape(spec, namespace, (inner) => inputType(inner, namespace))}>`;
}

function plainType(spec: TypeSpec, namespace: string): string {
  return shape(spec, namespace, (inner) => plainType(inner, namespace));
}

function shape(spec: TypeSpec, namespace: string, inner: (spec: TypeSpec) => string): string {
  if (spec.$ref) {
    return namespace + typeName(refToken(spec.$ref));
  }
  if (spec.items) {
    return `${inner(spec.items)}[]`;
  }
  if (spec.additionalProperties) {
    return `{ [key: string]: ${inner(spec.additionalProperties)} }`;
  }
  return spec.type === "integer" ? "number" : String(spec.type);
}

/** Tokens of the types that parts of a schema use, directly or through other types. */
export function reachableTypes(schema: PackageSchema, roots: unknown[]): string[] {
  const found = new Set<string>();
  const pending = typeTokens(roots);
  for (let token = pending.pop(); token !== undefined; token = pending.pop()) {
    if (!found.has(token)) {
      found.add(token);
      pending.push(...typeTokens(schema.types[token]));
    }
  }
  return [...found];
}

export function typeName(token: string): string {
  return capitalize(tokenName(token));
}

export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
