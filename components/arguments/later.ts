/** Values that only Pulumi knows, and only later: outputs and promises among the arguments. */
import type { Input } from "@pulumi/pulumi";
import type { Rows } from "./row";
import type { Shape } from "./shape";

/** True for what can't be looked at now. */
export function isLater(value: unknown): boolean {
  return isOutput(value) || value instanceof Promise;
}

/** What `Output.isInstance` says. The commands check arguments too, and loading the SDK would take them half a second. */
function isOutput(value: unknown): boolean {
  return (value as { __pulumiOutput?: unknown } | null | undefined)?.__pulumiOutput === true;
}

/** What is in a map that may be an output; nothing while it is one. */
export function entriesNow<T>(map: Input<Record<string, T>> | undefined): [string, T][] {
  return map === undefined || isLater(map) ? [] : Object.entries(map as Record<string, T>);
}

/** Where values are that come later, and the values, by paths such as `httpService.serviceTags[0]`. */
export function laterIn(value: unknown, path = ""): [path: string, value: unknown][] {
  if (isLater(value)) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((one, index) => laterIn(one, `${path}[${index}]`));
  return isMap(value)
    ? Object.entries(value).flatMap(([key, one]) => laterIn(one, path === "" ? key : `${path}.${key}`))
    : [];
}

/** The same values with each that comes later as `settle` has it; it may answer the value itself. */
export async function settled<T>(value: T, settle: (later: unknown) => Promise<unknown>): Promise<T> {
  if (isLater(value)) return (await settle(value)) as T;
  if (Array.isArray(value)) return (await Promise.all(value.map((one) => settled(one, settle)))) as T;
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(async ([key, one]) => [key, await settled(one, settle)] as const);
  return Object.fromEntries(await Promise.all(entries)) as T;
}

/** The values of these rows without the secret ones, which would make secrets of all others. */
export function withoutSecrets<T extends object>(values: T, rows: Rows): T {
  const entries = Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
    if (row === undefined || row.secret) return [];
    return [[key, openOf(value, row.type.shape)]];
  });
  return Object.fromEntries(entries) as T;
}

function openOf(value: unknown, shape: Shape): unknown {
  if (!isMap(value)) return value;
  if (shape.kind === "object") return withoutSecrets(value, shape.rows);
  return shape.kind === "named" ? mapped(value, (one) => openOf(one, shape.item)) : value;
}

/** The other way round: `known` with the secrets that `values` has. */
export function withSecrets<T extends object>(known: T, values: T, rows: Rows): T {
  const entries = Object.entries(values).map(([key, value]: [string, unknown]) => {
    const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
    if (row === undefined || row.secret) return [key, value];
    return [key, wholeOf((known as Record<string, unknown>)[key], value, row.type.shape)];
  });
  return Object.fromEntries(entries) as T;
}

function wholeOf(known: unknown, value: unknown, shape: Shape): unknown {
  if (!isMap(known) || !isMap(value)) return known;
  if (shape.kind === "object") return withSecrets(known, value, shape.rows);
  return shape.kind === "named" ? mapped(known, (one, name) => wholeOf(one, value[name], shape.item)) : known;
}

/** The map with each value as `make` has it. */
export function mapped(
  values: Record<string, unknown>,
  make: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]));
}

/** True for a map that can be looked into now. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}
