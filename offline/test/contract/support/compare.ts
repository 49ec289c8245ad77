import { differences, type Difference } from "../differences";

/** A difference found: where, and both sides. */
export interface Found {
  path: string;
  recorded: unknown;
  ours: unknown;
}

/** Lists whose order says nothing: they are compared as sets. */
const SETS = new Set(["diffs", "stables", "replaces", "inputs.__defaults"]);

/** Every place where two answers differ in value. */
export function compareValues(recorded: unknown, ours: unknown, path = ""): Found[] {
  if (SETS.has(path)) return compareValues(asSet(recorded), asSet(ours), `${path}{}`);
  return compare(recorded, ours, path, compareValues, (a, b) => a === b);
}

/**
 * Every place where two answers differ in shape: in the names of properties and the types of their values.
 * Absent, null, empty list and empty map all mean "nothing there".
 */
export function compareShapes(recorded: unknown, ours: unknown, path = ""): Found[] {
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    const both = recorded.length > 0 && ours.length > 0;
    return both ? compareShapes(recorded[0], ours[0], `${path}[*]`) : [];
  }
  if (isEmpty(recorded) && isEmpty(ours)) return [];
  return compare(recorded, ours, path, compareShapes, (a, b) => a !== null && typeof a === typeof b);
}

/** Looks up differences in the table, and knows in the end which entries nothing needed. */
export class DifferenceTable {
  private readonly used = new Set<Difference>();

  constructor(private readonly plugin: Difference["plugin"]) {}

  /** What is left of `found` when everything listed is taken away, one line each. */
  unlisted(method: Difference["method"], resource: string, found: Found[]): string[] {
    return found.flatMap(({ path, recorded, ours }) => {
      const entries = this.entries([method]).filter(
        (entry) => (entry.resource ?? resource) === resource && covers(entry.path, path),
      );
      entries.forEach((entry) => this.used.add(entry));
      if (entries.length > 0) return [];
      return [`${path}: published ${JSON.stringify(recorded)}, ours ${JSON.stringify(ours)}`];
    });
  }

  /** Entries for these methods that matched nothing so far. */
  unused(methods: Difference["method"][]): Difference[] {
    return this.entries(methods).filter((entry) => !this.used.has(entry));
  }

  private entries(methods: Difference["method"][]): Difference[] {
    return differences.filter(({ plugin, method }) => plugin === this.plugin && methods.includes(method));
  }
}

type Recurse = (recorded: unknown, ours: unknown, path: string) => Found[];

function compare(
  recorded: unknown,
  ours: unknown,
  path: string,
  recurse: Recurse,
  isSame: (a: unknown, b: unknown) => boolean,
): Found[] {
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    const length = Math.max(recorded.length, ours.length);
    return Array.from({ length }).flatMap((_, index) =>
      recurse(recorded[index], ours[index], `${path}[${index}]`),
    );
  }
  if (isObject(recorded) && isObject(ours)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(ours)])];
    return keys.flatMap((key) => recurse(recorded[key], ours[key], path === "" ? key : `${path}.${key}`));
  }
  return isSame(recorded, ours) ? [] : [{ path, recorded, ours }];
}

/** `diffs{}.region` and `diffs.region` are the same place. */
function covers(pattern: string, path: string): boolean {
  const wanted = parts(pattern);
  const given = parts(path);
  return (
    wanted.length <= given.length && wanted.every((part, index) => part === "*" || part === given[index])
  );
}

function parts(path: string): string[] {
  return path.replaceAll("{}", "").replaceAll("[", ".[").split(".");
}

function asSet(list: unknown): Record<string, true> {
  return Object.fromEntries(((list ?? []) as string[]).map((element) => [element, true]));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
