/** The block of config keys at the end of Pulumi.yaml. */
import { stringify } from "yaml";
import { keys } from "../../components/arguments/keys";
import type { Row } from "../../components/arguments/row";
import { defaultOf, json, objectIn } from "./describe";

const begin = "template:\n  config:\n";

function typeOf({ type }: Row): string {
  const { shape } = type;
  switch (shape.kind) {
    case "number":
      return "integer";
    case "boolean":
      return "boolean";
    case "list":
      return "array";
    case "free":
    case "map":
    case "named":
    case "object":
      return "object";
    default:
      return "string";
  }
}

function documented(row: Row): object {
  const inside = objectIn(row.type.shape);
  const value = defaultOf(row);
  const description = [
    ...(row.required === true ? ["Required."] : []),
    row.says.replaceAll("`", ""),
    ...(inside
      ? [
          `Keys of ${["list", "named"].includes(row.type.shape.kind) ? "each" : "it"}: ${Object.keys(inside.rows).join(", ")}.`,
        ]
      : []),
    ...(row.unset === undefined ? [] : [`Default: ${row.unset.replaceAll("`", "")}.`]),
  ].join(" ");
  const isNumber = typeof value === "number";
  return {
    type: typeOf(row),
    description,
    ...(value === undefined ? {} : { default: isNumber || typeof value === "boolean" ? value : json(value) }),
    ...(row.secret ? { secret: true } : {}),
  };
}

/** Pulumi.yaml as it should be. */
export function renderProject(content: string): string {
  const [head, rest] = content.split(begin);
  if (rest === undefined) throw new Error(`Pulumi.yaml has no "${begin}"`);
  const config = Object.fromEntries(Object.entries(keys).map(([key, row]) => [key, documented(row)]));
  return head + stringify({ template: { config } }, { lineWidth: 110, blockQuote: "folded" });
}
