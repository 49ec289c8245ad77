/**
 * schema.json: the components as a Pulumi package describes them to other languages. Pulumi's own inference from
 * TypeScript takes neither unions of literals nor inferred types, so it is written from the table.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programKeys } from "../../components/arguments/keys";
import { container } from "../../components/arguments/keys/postgres";
import { server } from "../../components/arguments/keys/database";
import { type Row, type Rows, takesOutputs } from "../../components/arguments/row";
import type { Shape } from "../../components/arguments/shape";
import { namedShapes, prose } from "./describe";
import { type Output, outputsOf, saysOf, typesIn } from "./outputs";

type Json = Record<string, unknown>;

const token = (name: string): string => `django-nomad:index:${name}`;

function typeOf(shape: Shape): Json {
  switch (shape.kind) {
    case "text":
    case "duration":
      return { type: "string" };
    case "number":
      return { type: "integer" };
    case "boolean":
      return { type: "boolean" };
    case "choice":
    case "object":
      return { $ref: `#/types/${token(shape.name)}` };
    case "list":
      return { type: "array", items: typeOf(shape.item) };
    case "named":
      return { type: "object", additionalProperties: typeOf(shape.item) };
    case "free":
      return { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };
    case "map":
      return { type: "object", additionalProperties: { type: shape.of ?? "string" } };
  }
}

function property(row: Row): Json {
  const { shape } = row.type;
  const value = row.default;
  const isSimple = ["string", "number", "boolean"].includes(typeof value) && shape.kind !== "choice";
  return {
    ...typeOf(shape),
    description: [...prose(row), ...(row.unset === undefined ? [] : [`Default: ${row.unset}.`])].join(" "),
    ...(takesOutputs(row) ? {} : { plain: true }),
    ...(isSimple ? { default: value } : {}),
    ...(row.secret ? { secret: true } : {}),
  };
}

function properties(rows: Rows): Json {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, property(row)]));
}

const required = (rows: Rows): string[] =>
  Object.keys(rows).filter((key) => rows[key].required !== undefined);

/** Of values that have no letters. */
const symbolNames: Record<string, string> = {
  "=": "Equal",
  "!=": "NotEqual",
  ">": "Greater",
  ">=": "GreaterOrEqual",
  "<": "Less",
  "<=": "LessOrEqual",
};

/** A name for every value: Pulumi's generators refuse to make one from `=`, and give `!=` and `>=` the same. */
function enumValue(value: string): Json {
  const words = value.split(/[-_]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const name = symbolNames[value] ?? words.join("");
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) {
    throw new Error(`${value} can't be the name of an enum value: give it one in symbolNames`);
  }
  return { name, value };
}

function type(shape: Extract<Shape, { name: string }>): [string, Json] {
  if (shape.kind === "choice") {
    return [token(shape.name), { type: "string", enum: shape.words.map(enumValue) }];
  }
  const { name, says, rows } = shape;
  return [
    token(name),
    { type: "object", description: says, properties: properties(rows), required: required(rows) },
  ];
}

/** Every other number is a whole one. */
const fractions = ["AppliedMigrations.seconds"];

function outputType(owner: string, { name, type }: Output): Json {
  if (type === "string") return { type };
  if (type === "string[]") return { type: "array", items: { type: "string" } };
  if (type === "number") return { type: fractions.includes(`${owner}.${name}`) ? type : "integer" };
  return { $ref: `#/types/${token(type)}` };
}

/** What a component or an interface of `components/` has. */
function outputs(owner: string): Json {
  const all = outputsOf(owner);
  const entries = all.map((one) => [
    one.name,
    { ...outputType(owner, one), description: one.says, ...(one.isSecret ? { secret: true } : {}) },
  ]);
  return {
    properties: Object.fromEntries(entries) as Json,
    required: all.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
  };
}

function component(name: string, description: string, rows: Rows): [string, Json] {
  return [
    token(name),
    {
      isComponent: true,
      description,
      inputProperties: properties(rows),
      requiredInputs: required(rows),
      ...outputs(name),
    },
  ];
}

/** The schema as it should be, before Prettier. */
export function renderSchema(): string {
  const { version, description } = JSON.parse(
    readFileSync(join(__dirname, "../../package.json"), "utf8"),
  ) as Record<string, string>;
  const resources = [
    component("DjangoApp", "A Django application on Nomad.", programKeys),
    component("PostgresContainer", "A PostgreSQL server in a Docker container.", container),
    component("PostgresDatabase", "Roles and a database on an existing PostgreSQL server.", server),
  ];
  const outputTypes = typesIn("DjangoApp").map((name): [string, Json] => [
    token(name),
    { type: "object", description: saysOf(name), ...outputs(name) },
  ]);
  return JSON.stringify({
    $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
    name: "django-nomad",
    version,
    description,
    license: "Apache-2.0",
    types: Object.fromEntries([...namedShapes(programKeys).map(type), ...outputTypes]),
    resources: Object.fromEntries(resources),
  });
}
