/** What a row of the table of keys says, in words. */
import { formatSeconds } from "../../components/jobspec";
import { changes, plainReasons, type Row, type Rows } from "../../components/arguments/row";
import type { Shape } from "../../components/arguments/shape";

/** The object that a value is, or each item of a list or of a map. */
export function objectIn(shape: Shape): Extract<Shape, { kind: "object" }> | undefined {
  if (shape.kind === "list" || shape.kind === "named") return objectIn(shape.item);
  return shape.kind === "object" ? shape : undefined;
}

export const json = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
export const code = (value: unknown): string => `\`${json(value)}\``;

/** The default as a value; of an object that is always there, its own defaults together. */
export function defaultOf({ type, default: given, unset }: Row): unknown {
  if (given !== undefined) return given;
  const { shape } = type;
  if (unset !== undefined || shape.kind !== "object") return undefined;
  const inside = Object.entries(shape.rows).map(([key, row]) => [key, defaultOf(row)] as const);
  return Object.fromEntries(inside.filter(([, value]) => value !== undefined));
}

/** What is allowed, as a sentence; empty where the type says it all. */
function limits(shape: Shape): string {
  const allowed = allowedOf(shape);
  return allowed === "" ? "" : `Must be ${allowed.replace(/\.$/, "")}.`;
}

function allowedOf(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return shape.allowed ?? "";
    case "number":
      return `a whole number from ${shape.min} to ${shape.max}${shape.unit ? `, in ${shape.unit}` : ""}`;
    case "duration": {
      const least =
        shape.least === undefined || shape.least < 1 ? "" : `, at least ${formatSeconds(shape.least)}`;
      return `a duration such as 90s or 10m${least}`;
    }
    case "list": {
      const item = shape.item.kind === "list" ? "" : allowedOf(shape.item);
      const entries = item === "" ? "" : `, each ${item}`;
      return shape.isFilled || entries
        ? `a list${shape.isFilled ? " with at least one entry" : ""}${entries}`
        : "";
    }
    default:
      return "";
  }
}

/** Everything about a key but its type, default and example. */
export function prose(row: Row): string[] {
  return [
    row.says,
    limits(row.type.shape),
    row.plain === undefined ? "" : plainReasons[row.plain],
    row.change === undefined ? "" : changes[row.change],
  ].filter(Boolean);
}

/** All objects and choices inside the rows, each once, the inner ones first. */
export function namedShapes(rows: Rows): Extract<Shape, { name: string }>[] {
  const found = new Map<string, Extract<Shape, { name: string }>>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "list" || shape.kind === "named") visit(shape.item);
    if (shape.kind === "object") Object.values(shape.rows).forEach(({ type }) => visit(type.shape));
    if (shape.kind === "object" || shape.kind === "choice") found.set(shape.name, shape);
  };
  Object.values(rows).forEach(({ type }) => visit(type.shape));
  return [...found.values()];
}
