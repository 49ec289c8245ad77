/** Every config key that takes a text, found by trying: a new one is among them without being named. */
import { checkArguments, keys } from "../../components/arguments";
import type { Rows } from "../../components/arguments/row";

type Config = Record<string, unknown>;

/** A place for a text: the key, and how the text is put there. */
export interface TextKey {
  /** As messages name it, without numbers of list items. */
  name: string;
  /** A text that is right. */
  right: string;
  /** A whole config with that text in its place. */
  config: (text: string) => Config;
}

/** How a key may hold a text. */
const shapes: [name: string, wrap: (text: string) => unknown][] = [
  ["", (text) => text],
  ["[]", (text) => [text]],
  ["[][]", (text) => [[text]]],
  [".NAME", (text) => ({ NAME: text })],
  [" (name)", (text) => ({ [text]: "x" })],
];

/** One of them is right for every kind of text. */
const samples = ["a1", "/a", "1s", "30 3 * * *", "UTC", "${node.class}", "127.0.0.1", "postgres:16", "web"];

/** @param bases whole configs that are right; a key is tried in the one that has most of what is around it. */
export function textKeys(bases: readonly Config[]): TextKey[] {
  return leaves(keys).flatMap((path) => {
    const depths = bases.map((base) =>
      path.findIndex((_, index) => at(base, path.slice(0, index + 1)) === undefined),
    );
    const whole = depths.map((depth) => (depth === -1 ? path.length : depth));
    const base = bases[whole.indexOf(Math.max(...whole))];
    const present = at(base, path);
    return shapes.flatMap(([suffix, wrap]) => {
      const config = (text: string): Config => withValue(base, path, wrap(text)) as Config;
      const right = [...(typeof present === "string" ? [present] : []), ...samples].find(
        (text) => checkArguments(config(text)).problems.length === 0,
      );
      return right === undefined ? [] : [{ name: path.join(".") + suffix, right, config }];
    });
  });
}

/** Paths of the keys that hold no other keys. */
function leaves(rows: Rows, path: string[] = []): string[][] {
  return Object.entries(rows).flatMap(([key, { type }]) =>
    type.rows ? leaves(type.rows, [...path, key]) : [[...path, key]],
  );
}

function at(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const container = (Array.isArray(value) ? value[0] : value) as Config | undefined;
  return container === undefined ? undefined : at(container[key], rest);
}

/** A copy with another value at the path, in the first item of a list on the way. */
function withValue(value: unknown, path: readonly string[], given: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return given;
  if (Array.isArray(value)) return [withValue(value[0], path, given), ...(value.slice(1) as unknown[])];
  const container = (value ?? {}) as Config;
  return { ...container, [key]: withValue(container[key], rest, given) };
}
