/**
 * Reduces the schema of the published plugin to the part that this package binds:
 *
 *   pulumi package get-schema nomad@2.6.1 > full.json
 *   node --require sucrase/register/ts sdks/nomad/extractSchema.ts full.json > sdks/nomad/schema.json
 *
 * Only facts are kept: names, types, what is required, what is secret. No descriptions.
 */
import { readFileSync } from "node:fs";

/** The type of one property, as Pulumi's schema writes it. */
export interface TypeSpec {
  type?: "boolean" | "integer" | "number" | "string" | "array" | "object";
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  secret?: boolean;
}

export type PropertySpecs = Record<string, TypeSpec>;

export interface ObjectSpec {
  properties: PropertySpecs;
  required?: string[];
}

export interface ResourceSpec extends ObjectSpec {
  inputProperties: PropertySpecs;
  requiredInputs?: string[];
  stateInputs?: ObjectSpec;
}

export interface FunctionSpec {
  inputs?: ObjectSpec;
  outputs: ObjectSpec;
}

export interface PackageSchema {
  name: string;
  version: string;
  provider: ResourceSpec;
  resources: Record<string, ResourceSpec>;
  functions: Record<string, FunctionSpec>;
  types: Record<string, ObjectSpec>;
}

/** What this package binds, by name. The types that these use follow from the schema. */
export const bound = {
  resources: ["AclPolicy", "DynamicHostVolume", "Job", "Namespace", "Variable"],
  functions: ["getAllocations", "getDeployments", "getJob"],
};

const typeRef = "#/types/";

/** The reduced schema. Fails with the name of anything that is bound and not there. */
export function extract(full: PackageSchema): PackageSchema {
  const resources = select(full.resources, bound.resources, reduceResource);
  const functions = select(full.functions, bound.functions, reduceFunction);
  const provider = reduceResource(full.provider);
  const types: Record<string, ObjectSpec> = {};
  const pending = typeTokens({ provider, resources, functions });
  for (let token = pending.pop(); token !== undefined; token = pending.pop()) {
    if (types[token] === undefined) {
      types[token] = reduceObject(full.types[token]);
      pending.push(...typeTokens(types[token]));
    }
  }
  return { name: full.name, version: full.version, provider, resources, functions, types: sortKeys(types) };
}

/** The type tokens that a part of the schema refers to. */
export function typeTokens(part: unknown): string[] {
  return [...JSON.stringify(part).matchAll(/"#\/types\/([^"]+)"/g)].map((match) => match[1]);
}

/** The token that a `$ref` points to. */
export function refToken(ref: string): string {
  return ref.slice(typeRef.length);
}

/** "Job" from "nomad:index/job:Job". */
export function tokenName(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

function select<T, U>(all: Record<string, T>, names: string[], reduce: (spec: T) => U): Record<string, U> {
  return Object.fromEntries(
    names.map((name) => {
      const token = Object.keys(all).find((candidate) => tokenName(candidate) === name);
      if (token === undefined) {
        throw new Error(`the schema has no "${name}"; it has ${Object.keys(all).map(tokenName).join(", ")}`);
      }
      return [token, reduce(all[token])];
    }),
  );
}

function reduceResource(spec: ResourceSpec): ResourceSpec {
  return {
    inputProperties: reduceProperties(spec.inputProperties),
    ...(spec.requiredInputs && { requiredInputs: [...spec.requiredInputs].sort() }),
    ...(spec.stateInputs && { stateInputs: reduceObject(spec.stateInputs) }),
    ...reduceObject(spec),
  };
}

function reduceFunction(spec: FunctionSpec): FunctionSpec {
  return { ...(spec.inputs && { inputs: reduceObject(spec.inputs) }), outputs: reduceObject(spec.outputs) };
}

function reduceObject(spec: ObjectSpec): ObjectSpec {
  return {
    properties: reduceProperties(spec.properties),
    ...(spec.required && { required: [...spec.required].sort() }),
  };
}

function reduceProperties(specs: PropertySpecs): PropertySpecs {
  return sortKeys(Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, reduceType(spec)])));
}

function reduceType({ type, $ref, items, additionalProperties, secret }: TypeSpec): TypeSpec {
  return {
    ...($ref ? { $ref } : { type }),
    ...(items && { items: reduceType(items) }),
    ...(additionalProperties && { additionalProperties: reduceType(additionalProperties) }),
    ...(secret && { secret }),
  };
}

function sortKeys<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (require.main === module) {
  const [path] = process.argv.slice(2);
  if (path === undefined) {
    console.error(
      "usage: node --require sucrase/register/ts sdks/nomad/extractSchema.ts FULL_SCHEMA.json > sdks/nomad/schema.json",
    );
    process.exit(2);
  }
  const full = JSON.parse(readFileSync(path, "utf8")) as PackageSchema;
  process.stdout.write(`${JSON.stringify(extract(full), null, 2)}\n`);
}
