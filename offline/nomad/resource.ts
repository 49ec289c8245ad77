import {
  type CheckFailure,
  type CheckRequest,
  type CheckResult,
  type DiffRequest,
  type DiffResult,
} from "../host/types";
import { type Properties, type PropertyValue, Secret, Unknown } from "../host/types";
import { deepEqual, isList, isObject, unwrap, unwrapAll } from "../host/values";
import { createHash } from "node:crypto";

/** What an input is like, as the published plugin's schema has it. */
export interface Input {
  type: "string" | "boolean" | "number" | "object" | "array" | "map";
  required?: boolean;
  /** A change needs a new resource. */
  replaces?: boolean;
  secret?: boolean;
  /** Filled in by Check when the user gives none, and listed in `__defaults`. */
  default?: PropertyValue;
  /** The value that means the same as none at all, in the outputs. */
  unset?: PropertyValue;
  /** Generated from the resource's name when the user gives none. */
  autoname?: boolean;
  /** Nomad may fill it in, so that leaving it out is not a change. */
  computed?: boolean;
}

export type Inputs = Record<string, Input>;

/** The name under which Check remembers which inputs it filled in. */
export const DEFAULTS = "__defaults";

/** Inputs as they are stored: defaults filled in and listed, secrets marked. Reports everything wrong at once. */
export function checkInputs(
  schema: Inputs,
  { news, olds, name, urn, randomSeed }: CheckRequest,
): CheckResult {
  const failures: CheckFailure[] = [];
  const inputs: Properties = {};
  const filled: string[] = [];
  for (const [key, value] of Object.entries(news)) {
    const input = schema[key];
    if (key === DEFAULTS || value === null) continue;
    if (input === undefined) {
      failures.push({
        property: key,
        reason: `is not known. Known are: ${Object.keys(schema).sort().join(", ")}`,
      });
      continue;
    }
    const wrong = wrongType(input, unwrap(value));
    if (wrong !== undefined) failures.push({ property: key, reason: wrong });
    inputs[key] = input.secret && !(value instanceof Secret) ? new Secret(value) : value;
  }
  for (const [key, input] of Object.entries(schema)) {
    if (inputs[key] !== undefined) continue;
    if (input.autoname) {
      const generatedBefore = Array.isArray(olds[DEFAULTS]) && olds[DEFAULTS].includes(key);
      const digits = createHash("sha256").update(randomSeed).update(urn).digest("hex").slice(0, 7);
      inputs[key] = generatedBefore && olds[key] !== undefined ? olds[key] : `${name}-${digits}`;
      filled.push(key);
    } else if (input.default !== undefined) {
      inputs[key] = input.default;
      filled.push(key);
    } else if (input.required) {
      failures.push({ property: key, reason: "is required, but was not given" });
    }
  }
  inputs[DEFAULTS] = filled.sort();
  return { inputs, failures };
}

/** What changed between the stored outputs and the new inputs. */
export function diffInputs(schema: Inputs, request: DiffRequest): DiffResult {
  const olds = unwrapAll(request.olds);
  const news = unwrapAll(request.news);
  const detailedDiff: NonNullable<DiffResult["detailedDiff"]> = {};
  for (const [key, input] of Object.entries(schema)) {
    const before = olds[key] ?? input.unset ?? null;
    const after = news[key] ?? input.unset ?? null;
    if (input.computed && (after === null || news[key] === undefined)) continue;
    for (const [path, kind] of changes(before, after, key)) {
      detailedDiff[path] = { kind: input.replaces ? `${kind}-replace` : kind };
    }
  }
  return diffResult(schema, detailedDiff);
}

/** A diff answer from its details. */
export function diffResult(
  schema: Inputs,
  detailedDiff: NonNullable<DiffResult["detailedDiff"]>,
): DiffResult {
  const paths = Object.keys(detailedDiff);
  const diffs = [...new Set(paths.map(topLevel))].sort();
  const replaces = paths.filter((path) => detailedDiff[path]?.kind.endsWith("-replace")).map(topLevel);
  const stables = Object.keys(schema)
    .filter((key) => schema[key]?.replaces === true && !replaces.includes(key))
    .sort();
  if (diffs.length === 0) return { changes: "none", stables };
  return { changes: "some", diffs, replaces: [...new Set(replaces)].sort(), detailedDiff, stables };
}

/** Inputs after a refresh: what drifted is taken from what was found. */
export function refreshInputs(schema: Inputs, inputs: Properties, outputs: Properties): Properties {
  const refreshed: Properties = {};
  for (const [key, value] of Object.entries(inputs)) {
    const actual = outputs[key];
    const drifted = key in schema && actual !== undefined && !sameOrEmpty(actual, value);
    const current = drifted ? actual : value;
    refreshed[key] = schema[key]?.secret && !(current instanceof Secret) ? new Secret(current) : current;
  }
  const { [DEFAULTS]: filled, ...rest } = refreshed;
  return isEmpty(filled) ? rest : refreshed;
}

/** The inputs that would make what was found, for an import: nothing that says the same as its absence. */
export function importInputs(schema: Inputs, outputs: Properties): Properties {
  const inputs: Properties = {};
  for (const [key, input] of Object.entries(schema)) {
    const value = outputs[key];
    if (value === undefined || isEmpty(value) || deepEqual(value, input.unset ?? null)) continue;
    inputs[key] = value;
  }
  inputs[DEFAULTS] = [];
  return inputs;
}

/** Null, "", [] and {} all say that nothing was set. */
function isEmpty(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (value instanceof Secret) return isEmpty(value.value);
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

type Kind = "add" | "delete" | "update";

/** Where two values differ, by property path; nothing set is the same however it is written. */
export function changes(before: PropertyValue, after: PropertyValue, path: string): [string, Kind][] {
  if (sameOrEmpty(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => changes(before[key] ?? null, after[key] ?? null, join(path, key)));
  }
  if (isList(before) && isList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }).flatMap((_, index) =>
      changes(before[index] ?? null, after[index] ?? null, `${path}[${index}]`),
    );
  }
  return [[path, isEmpty(before) ? "add" : isEmpty(after) ? "delete" : "update"]];
}

function sameOrEmpty(a: PropertyValue, b: PropertyValue): boolean {
  return (isEmpty(a) && isEmpty(b)) || deepEqual(a, b);
}

function wrongType({ type }: Input, value: PropertyValue): string | undefined {
  if (value instanceof Unknown) return undefined;
  const actual = Array.isArray(value) ? "array" : typeof value;
  const wanted = type === "map" ? "object" : type;
  if (actual !== wanted) return `must be ${type === "map" ? "a map of strings" : `a ${type}`}, was ${actual}`;
  if (type !== "map" || !isObject(value)) return undefined;
  const odd = Object.entries(value).find(
    ([, item]) => typeof item !== "string" && !(item instanceof Unknown),
  );
  return odd === undefined ? undefined : `must be a map of strings, but "${odd[0]}" is a ${typeof odd[1]}`;
}

function join(path: string, key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`;
}

function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
