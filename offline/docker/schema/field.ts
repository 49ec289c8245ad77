import { type PropertyValue } from "../../host/types";

/** What a property may hold. `set` and `list` differ in whether the order of elements matters. */
export type Shape =
  | { kind: "string" | "number" | "boolean" }
  | { kind: "map" }
  | { kind: "list" | "set"; element: Field }
  | { kind: "object"; fields: Fields };

export interface Options {
  required?: boolean;
  /** Docker chooses a value when the user gives none, so absence is not a change. */
  computed?: boolean;
  /** Not among the outputs while nothing is set. */
  unlisted?: boolean;
  /** Taken from the image when the user gives none: dropping it is not a change. */
  inherited?: boolean;
  /** Only ever read: setting it is refused. */
  output?: boolean;
  /** A change needs a new resource, with the published plugin too. */
  replaces?: boolean;
  /**
   * A change needs a new resource here, while the published plugin "updates" it without any effect on
   * what runs.
   */
  replacesHere?: boolean;
  /** Docker can change it in place, but not take it away: dropping it needs a new resource. */
  dropReplaces?: boolean;
  /** Filled in by Check when the user gives none. */
  default?: PropertyValue;
  /** What the outputs show while nothing is set; null unless said. */
  unset?: PropertyValue;
  /** May hold a password: messages must not repeat the value. */
  hidden?: boolean;
  /** Returns what is wrong with a value, or undefined. */
  validate?: (value: never) => string | undefined;
}

export type Field = Shape & Options;
export type Fields = Record<string, Field>;

export const text = (options: Options = {}): Field => ({ kind: "string", ...options });
export const number = (options: Options = {}): Field => ({ kind: "number", ...options });
export const flag = (options: Options = {}): Field => ({ kind: "boolean", ...options });
export const map = (options: Options = {}): Field => ({ kind: "map", ...options });
export const list = (element: Field, options: Options = {}): Field => ({ kind: "list", element, ...options });
export const set = (element: Field, options: Options = {}): Field => ({ kind: "set", element, ...options });
export const object = (fields: Fields, options: Options = {}): Field => ({
  kind: "object",
  fields,
  ...options,
});

/** A set of objects, which the outputs show as `[]` while it is empty. */
export const blocks = (fields: Fields, options: Options = {}): Field =>
  set(object(fields), { unset: [], ...options });

/** `labels` of every resource: pairs rather than a map, as the published plugin has them. */
export const labels = (options: Options = {}): Field =>
  blocks(
    { label: text({ required: true }), value: text({ required: true }) },
    { replaces: true, ...options },
  );

/** A validator for strings that match a pattern; `allowed` is how the message describes it. */
export const matching =
  (pattern: RegExp, allowed: string) =>
  (value: string): string | undefined =>
    pattern.test(value) ? undefined : `must be ${allowed}`;

/** A validator for names of containers, networks and volumes. */
export const dockerName = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "letters, digits, dots, dashes and underscores, starting with a letter or digit",
);

/** A validator for one of a few words. */
export const oneOf = (...allowed: string[]) =>
  matching(new RegExp(`^(${allowed.join("|")})$`), `one of ${allowed.join(", ")}`);

/** A validator for whole numbers from `least` up. */
export const atLeast =
  (least: number) =>
  (value: number): string | undefined =>
    Number.isInteger(value) && value >= least ? undefined : `must be a whole number of at least ${least}`;
