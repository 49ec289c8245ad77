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

function component(description: string, rows: Rows, outputs: Record<string, Json>): Json {
  return {
    isComponent: true,
    description,
    inputProperties: properties(rows),
    requiredInputs: required(rows),
    properties: outputs,
    required: Object.keys(outputs).filter((name) => name !== "serviceName"),
  };
}

const text = (description: string): Json => ({ type: "string", description });
const secret = (description: string): Json => ({ type: "string", description, secret: true });

/** The schema as it should be, before Prettier. */
export function renderSchema(): string {
  const { version, description } = JSON.parse(
    readFileSync(join(__dirname, "../../package.json"), "utf8"),
  ) as Record<string, string>;
  const resources = {
    [token("DjangoApp")]: component("A Django application on Nomad.", programKeys, {
      jobName: text("Nomad job id, known when what was asked for serves."),
      namespace: text("Nomad namespace of the job."),
      image: text("The image that serves."),
      count: { type: "integer", description: "Number of instances." },
      serviceName: text("Name of the registered service, when there is one."),
      migration: text("Which instance migrates, in words."),
    }),
    [token("PostgresContainer")]: component("A PostgreSQL server in a Docker container.", container, {
      networkName: text("The network on which the server answers at postgres:5432."),
      volumeName: text("Name of the data volume."),
      containerName: text("Name of the container."),
    }),
    [token("PostgresDatabase")]: component("Roles and a database on an existing PostgreSQL server.", server, {
      databaseName: text("Name of the database."),
      password: secret("Password of the application's role."),
      migratePassword: secret("Password of the role that migrates."),
    }),
  };
  return JSON.stringify({
    $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
    name: "django-nomad",
    version,
    description,
    license: "Apache-2.0",
    types: Object.fromEntries(namedShapes(programKeys).map(type)),
    resources,
  });
}
