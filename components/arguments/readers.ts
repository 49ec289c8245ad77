/** Readers: each turns one raw value into a typed one, or says what is wrong with it. */
import { isLater, laterIn } from "./later";
import { nearest } from "./nearest";
import { type Problem, shown } from "./problem";
import { type ArgsOf, type Row, type Rows, takesOutputs } from "./row";
import type { Shape } from "./shape";

/** `outputs` says whether what is inside may be outputs of Pulumi's: they are passed on unread. */
type Read<T> = (value: unknown, key: string, problems: Problem[], outputs?: boolean) => T | undefined;

/** Reads a value at a key; adds to `problems` and answers undefined when it can't. */
export type Reader<T, R extends Rows | undefined = Rows | undefined> = Read<T> & {
  shape: Shape;
  /** What an object, or each item of a list of objects, is made of. */
  rows: R;
};

export function reader<T>(shape: Shape, read: Read<T>): Reader<T, undefined> {
  return Object.assign(read, { shape, rows: undefined });
}

/** A text with a check of its own. */
export function textReader(allowed: string, read: Read<string>): Reader<string, undefined> {
  return reader({ kind: "text", allowed }, read);
}

export function refuse(key: string, value: unknown, allowed: string, problems: Problem[]): undefined {
  problems.push({ key, message: isLater(value) ? later(allowed) : `${shown(value)} is not ${allowed}` });
  return undefined;
}

/** Of an output, secret or not, where a value is needed before anything runs. */
function later(allowed: string): string {
  return (
    `is a Pulumi output, not ${allowed}: give a plain value, which is known before anything runs. Secrets ` +
    "belong in secretEnvVars"
  );
}

/** As {@link refuse}, for what may hold a secret. */
function refuseUnseen(key: string, value: unknown, allowed: string, problems: Problem[]): undefined {
  if (isLater(value)) {
    problems.push({ key, message: later(allowed) });
    return undefined;
  }
  const kind = Array.isArray(value) ? "a list" : typeof value === "string" ? "a string" : `a ${typeof value}`;
  problems.push({ key, message: `is ${kind} and not ${allowed}` });
  return undefined;
}

/** What a text must be. */
export interface Allowed {
  /** As the end of "is not ...". */
  allowed: string;
  matches: RegExp;
}

/** Free, but for the one character that ends a text in every environment and in PostgreSQL. */
export const anyText: Allowed = { allowed: "a string without NUL characters", matches: /^[^\0]*$/ };

/** A text. Numbers and booleans are taken too: `pulumi config set --path` stores 5432 and true as such. */
export function text(allowed = anyText.allowed, matches = anyText.matches): Reader<string, undefined> {
  const shape: Shape = { kind: "text", ...(allowed === anyText.allowed ? {} : { allowed }) };
  return reader(shape, (value, key, problems) => {
    const given = Number.isFinite(value) || typeof value === "boolean" ? String(value) : value;
    if (typeof given === "string" && matches.test(given)) return given;
    return refuse(key, value, allowed, problems);
  });
}

/** A text that no problem shows. */
export const secretText = reader(
  { kind: "text" },
  (value, key, problems) => text()(value, key, []) ?? refuse(key, "(secret)", anyText.allowed, problems),
);

/** A whole number within limits; `hint` adds a sentence when the value is not a number. */
export function integer(
  min: number,
  max: number,
  unit?: string,
  hint?: (value: unknown) => string,
): Reader<number, undefined> {
  const shape: Shape = { kind: "number", min, max, ...(unit === undefined ? {} : { unit }) };
  return reader(shape, (value, key, problems) => {
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max)
      return number;
    return refuse(key, value, `a whole number from ${min} to ${max}${hint?.(value) ?? ""}`, problems);
  });
}

/** true or false. */
export const bool = reader<boolean>({ kind: "boolean" }, (value, key, problems) => {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return refuse(key, value, "true or false", problems);
});

/** One of a few words; `name` is that of the exported type. */
export function oneOf<const T extends string>(name: string, ...words: readonly T[]): Reader<T, undefined> {
  return reader(
    { kind: "choice", name, words },
    (value, key, problems) =>
      words.find((word) => word === value) ?? refuse(key, value, `one of ${words.join(", ")}`, problems),
  );
}

/** A list; items that can't be read are left out, each with its own problem. */
export function list<T, R extends Rows | undefined>(
  item: Reader<T, R>,
  allowed: (value: unknown) => string = () => "a list",
): Reader<T[], R> {
  const read: Read<T[]> = (value, key, problems, outputs) => {
    if (!Array.isArray(value)) return refuse(key, value, allowed(value), problems);
    const items = value.map((entry, index) =>
      outputs && isLater(entry) ? (entry as T) : item(entry, `${key}[${index}]`, problems, outputs),
    );
    return items.filter((entry) => entry !== undefined);
  };
  return Object.assign(read, { shape: { kind: "list", item: item.shape } as const, rows: item.rows });
}

/** A list with something in it. */
export function filledList<T>(item: Reader<T>, such: string): Reader<T[], undefined> {
  return reader({ kind: "list", item: item.shape, isFilled: true }, (value, key, problems, outputs) =>
    Array.isArray(value) && value.length === 0
      ? refuse(key, value, `a list with at least one entry, such as ${such}`, problems)
      : list(item)(value, key, problems, outputs),
  );
}

/**
 * A map of texts. No problem shows what it holds: environment variables and headers are often secret.
 * @param name what its keys must look like. @param content what its values must look like.
 */
export function map(name: Allowed, content = anyText): Reader<Record<string, string>, undefined> {
  return reader({ kind: "map" }, (value, key, problems, outputs) => {
    if (!isObject(value)) return refuseUnseen(key, value, "a map of names to strings", problems);
    const result: [name: string, value: string][] = [];
    for (const [entry, given] of Object.entries(value)) {
      if (!name.matches.test(entry)) {
        problems.push({ key: `${key}.${entry}`, message: `"${entry}" is not ${name.allowed}` });
      } else if (isLater(given)) {
        if (outputs) result.push([entry, given as string]);
        else refuse(`${key}.${entry}`, given, "a string", problems);
      } else if (typeof given === "object" || given === undefined) {
        problems.push({ key: `${key}.${entry}`, message: "is not a string: write one value per name" });
      } else if (!content.matches.test(String(given))) {
        problems.push({ key: `${key}.${entry}`, message: `is not ${content.allowed}` });
      } else {
        result.push([entry, String(given)]);
      }
    }
    return Object.fromEntries(result);
  });
}

/** A map that is passed on as it is, whatever it holds. */
export const freeMap = reader<Record<string, unknown>>({ kind: "free" }, (value, key, problems, outputs) => {
  if (!isObject(value)) return refuse(key, value, "a map", problems);
  const [inside] = outputs ? [] : laterIn(value);
  return inside === undefined ? value : refuse(`${key}.${inside[0]}`, inside[1], "a plain value", problems);
});

/** A map of names to true or false. */
export const flags = reader<Record<string, boolean>>(
  { kind: "map", of: "boolean" },
  (value, key, problems, outputs) => {
    if (!isObject(value)) return refuse(key, value, "a map of names to true or false", problems);
    const entries = Object.entries(value).map(([name, one]) => [
      name,
      outputs && isLater(one) ? one : bool(one, `${key}.${name}`, problems),
    ]);
    return Object.fromEntries(entries) as Record<string, boolean>;
  },
);

/** A map of things that have each a name. @param name what the names must look like. */
export function mapOf<T, R extends Rows | undefined>(
  name: Allowed,
  item: Reader<T, R>,
): Reader<Record<string, T>, R> {
  const read: Read<Record<string, T>> = (value, key, problems, outputs) => {
    if (!isObject(value)) return refuseUnseen(key, value, "a map of names", problems);
    const entries = Object.entries(value).map(([entry, given]): [string, T | undefined] => {
      if (name.matches.test(entry)) {
        const isPassedOn = outputs && isLater(given);
        return [entry, isPassedOn ? (given as T) : item(given, `${key}.${entry}`, problems, outputs)];
      }
      problems.push({ key: `${key}.${entry}`, message: `"${entry}" is not ${name.allowed}` });
      return [entry, undefined];
    });
    return Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== undefined));
  };
  return Object.assign(read, { shape: { kind: "named", item: item.shape } as const, rows: item.rows });
}

/** An object with known keys only; a near miss is named. What can be read of it is read, problems or not. */
export function object<const R extends Rows>(name: string, says: string, rows: R): Reader<ArgsOf<R>, R> {
  const known = Object.keys(rows);
  const read: Read<ArgsOf<R>> = (value, key, problems) => {
    if (!isObject(value))
      return refuseUnseen(key, value, `a map with the keys ${known.join(", ")}`, problems);
    const path = (field: string): string => (key ? `${key}.${field}` : field);
    for (const field of Object.keys(value).filter((field) => !Object.hasOwn(rows, field))) {
      problems.push({ key: path(field), message: unknownKey(field, rows) });
    }
    const isUnset = (field: string): boolean => value[field] === undefined || value[field] === null;
    const result: Record<string, unknown> = {};
    for (const [field, row] of Object.entries(rows)) {
      if (isUnset(field)) continue;
      const outputs = takesOutputs(row);
      const given = value[field];
      const read = outputs && isLater(given) ? given : row.type(given, path(field), problems, outputs);
      if (read !== undefined) result[field] = read;
    }
    const isMissing = ([field, { required }]: [string, Row]): boolean => required === true && isUnset(field);
    for (const [field] of Object.entries(rows).filter(isMissing)) {
      problems.push({ key: path(field), message: "is required" });
    }
    return result as ArgsOf<R>;
  };
  return Object.assign(read, { shape: { kind: "object", name, says, rows } as const, rows });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}

/** Of a longer list nobody reads a line. */
const listable = 25;

function unknownKey(given: string, rows: Rows): string {
  const known = Object.keys(rows);
  const meant = known.find((key) => rows[key].mistakenFor?.includes(given)) ?? nearest(given, known);
  if (meant !== undefined) return `is not a known key: did you mean ${meant}?`;
  if (known.length <= listable) return `is not a known key: known are ${known.join(", ")}`;
  return `is not a known key: docs/config.md lists all ${known.length}`;
}
