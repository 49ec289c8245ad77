/** What `components/index.ts` exports, read by the TypeScript compiler. */
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import * as ts from "typescript";
import { repoRoot } from "../../commands/base/paths";

const folder = join(repoRoot, "components");
const program = ts.createProgram([join(folder, "index.ts")], {
  strict: true,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  skipLibCheck: true,
  types: ["node"],
});
const checker = program.getTypeChecker();

function exported(): ts.Symbol[] {
  const source = program.getSourceFile(join(folder, "index.ts"));
  const module = source && checker.getSymbolAtLocation(source);
  return module === undefined ? [] : checker.getExportsOfModule(module).map(target);
}

function target(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isHidden(node: ts.Node): boolean {
  return ts.isBlock(node) || (ts.canHaveModifiers(node) && hasPrivate(ts.getModifiers(node)));
}

function hasPrivate(modifiers: readonly ts.Modifier[] | undefined): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) ?? false;
}

/** The types of `components/` that a declaration names, without what only its body does. */
function mentioned(node: ts.Node): ts.Symbol[] {
  if (isHidden(node)) return [];
  const name = ts.isTypeReferenceNode(node) ? node.typeName : undefined;
  const symbol = name && checker.getSymbolAtLocation(name);
  const children: ts.Symbol[] = [];
  ts.forEachChild(node, (child) => void children.push(...mentioned(child)));
  return symbol ? [target(symbol), ...children] : children;
}

function isOwnType(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? [];
  return (
    !ts.isTypeParameterDeclaration(declaration) && declaration.getSourceFile().fileName.startsWith(folder)
  );
}

describe("the library that programs import", () => {
  it("exports every type that an exported one mentions", () => {
    const all = exported();
    const declarations = all.flatMap((symbol) => symbol.declarations ?? []);
    expect(declarations.length).toBeGreaterThan(30);
    const missing = declarations.flatMap(mentioned).filter((one) => isOwnType(one) && !all.includes(one));
    expect([...new Set(missing.map(({ name }) => name))]).toEqual([]);
  });
});
