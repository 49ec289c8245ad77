/** Readers: each turns one raw config value into a typed one, or says what is wrong with it. */

/** One thing that is wrong with the config. */
export interface Problem {
  /** The key as the user types it, for example `httpService.checkInterval`. */
  key: string;
  /** What was given, what is allowed, what to do. */
  message: string;
}

/** Reads a value at a key; adds to `problems` and answers undefined when it can't. */
export type Reader<T> = (value: unknown, key: string, problems: Problem[]) => T | undefined;

/** What a problem shows of a value: never more than a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function refuse(key: string, value: unknown, allowed: string, problems: Problem[]): undefined {
  problems.push({ key, message: `${shown(value)} is not ${allowed}` });
  return undefined;
}

/** A text. Numbers and booleans are taken too: `pulumi config set --path` stores 5432 and true as such. */
export function text(allowed = "a text", matches: RegExp = /^[^]*$/): Reader<string> {
  return (value, key, problems) => {
    const given = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    if (typeof given === "string" && matches.test(given)) return given;
    return refuse(key, value, allowed, problems);
  };
}

/** A text that no problem shows. */
export const secretText: Reader<string> = (value, key, problems) =>
  text()(value, key, []) ?? refuse(key, "(secret)", "a text", problems);

/** A whole number within limits. */
export function integer(min: number, max: number): Reader<number> {
  return (value, key, problems) => {
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max)
      return number;
    return refuse(key, value, `a whole number from ${min} to ${max}`, problems);
  };
}

/** true or false. */
export const bool: Reader<boolean> = (value, key, problems) => {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return refuse(key, value, "true or false", problems);
};

/** One of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, key, problems) =>
    words.find((word) => word === value) ?? refuse(key, value, `one of ${words.join(", ")}`, problems);
}

/** A list. */
export function list<T>(item: Reader<T>): Reader<T[]> {
  return (value, key, problems) => {
    if (!Array.isArray(value)) return refuse(key, value, "a list", problems);
    const items = value.map((entry, index) => item(entry, `${key}[${index}]`, problems));
    return items.every((entry) => entry !== undefined) ? items : undefined;
  };
}

/**
 * A map of texts. With `hidden`, values are secrets: problems never show them.
 * @param name what its keys must look like.
 */
export function map(
  name: { allowed: string; matches: RegExp },
  hidden = false,
): Reader<Record<string, string>> {
  return (value, key, problems) => {
    if (!isObject(value))
      return refuse(key, hidden ? "(secret)" : value, "a map of names to texts", problems);
    const result: Record<string, string> = {};
    for (const [entry, given] of Object.entries(value)) {
      if (!name.matches.test(entry)) {
        problems.push({ key: `${key}.${entry}`, message: `"${entry}" is not ${name.allowed}` });
      } else if (typeof given === "object") {
        problems.push({ key: `${key}.${entry}`, message: "is not a text: write one value per name" });
      } else {
        result[entry] = String(given);
      }
    }
    return result;
  };
}

type Fields = Record<string, Reader<unknown>>;
type Read<F extends Fields> = { [K in keyof F]?: F[K] extends Reader<infer T> ? T : never };

/** An object with known keys only; a near miss is named. */
export function object<F extends Fields, R extends keyof F & string = never>(
  fields: F,
  required: readonly R[] = [],
): Reader<Read<F> & Required<Pick<Read<F>, R>>> {
  return (value, key, problems) => {
    if (!isObject(value))
      return refuse(key, value, `a map with the keys ${Object.keys(fields).join(", ")}`, problems);
    const path = (field: string): string => (key ? `${key}.${field}` : field);
    const before = problems.length;
    for (const field of Object.keys(value).filter((field) => !(field in fields))) {
      problems.push({ key: path(field), message: unknownKey(field, Object.keys(fields)) });
    }
    const result: Record<string, unknown> = {};
    for (const [field, read] of Object.entries(fields)) {
      if (value[field] === undefined || value[field] === null) continue;
      result[field] = read(value[field], path(field), problems);
    }
    for (const field of required.filter((field) => value[field] === undefined || value[field] === null)) {
      problems.push({ key: path(field), message: "is required" });
    }
    return problems.length > before ? undefined : (result as Read<F> & Required<Pick<Read<F>, R>>);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(given: string, known: string[]): string {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const hint =
    nearest && nearest.distance <= Math.max(2, given.length / 3) ? `did you mean ${nearest.name}? ` : "";
  return `is not a known key: ${hint}Known are ${known.join(", ")}`;
}

/** Number of letters to add, drop or change to get from one word to the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
