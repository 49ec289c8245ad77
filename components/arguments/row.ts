/** One row of the table of keys, and the types that follow from rows. */
import type { Reader } from "./readers";

/** What a change of a key does, as the reference says it. */
export const changes = {
  release: "A change is a release: new instances replace the old ones.",
  "in place": "A change restarts nothing.",
  scale: "A change starts or stops instances; the others keep running.",
  move: "A change replaces the instances whose node no longer fits.",
  "next up": "Counts from the next `pulumi up` on; a change restarts nothing.",
  "next release":
    "Counts from the next release on, or from the next `pulumi up` while the commands of this one fail.",
  job: "A change removes the job and registers a new one.",
  backups: "A change updates the job that makes backups.",
  companion: "A change updates only the job that it belongs to; nothing else restarts.",
  broker: "A change replaces the container; what it holds is gone.",
  database: "A change restarts the database.",
  "another database": "A change makes another, empty database; the rows stay where they are.",
  role: "A change makes another role and is a release.",
} as const;

/** Why a value can't be an output of Pulumi's, as the reference says it. */
export const plainReasons = {
  decides: "A plain value, not an output: it decides which resources exist, or how.",
  asked: "A plain value, not an output: Pulumi needs it before anything runs.",
  wait: "A plain value, not an output: it decides how long Pulumi waits for the job.",
} as const;

export interface Row {
  /** Checks a value, and knows what one looks like. */
  type: Reader<unknown>;
  /** Sentences, the first of which says what the key is. */
  says: string;
  /** Holds when the key is unset. */
  default?: unknown;
  /** What it means that the key is unset, where no value says it: the end of "Default: ...". */
  unset?: string;
  example?: unknown;
  /** `in programs`: a stack's config has another way to say it. */
  required?: true | "in programs";
  /** Must be stored with `--secret`. */
  secret?: true;
  /** Why it is always a plain value. Every other value may be an output of Pulumi's, and so may what is inside it. */
  plain?: keyof typeof plainReasons;
  change?: keyof typeof changes;
  /** Other names that people try: the message about such a key names this one. */
  mistakenFor?: readonly string[];
  /** The gate's environment variable without its prefix. Sent when the value is not the default. */
  gate?: string;
  /** Whether the gate gets the variable in any case. */
  isAlwaysSent?: true;
}

export type Rows = Readonly<Record<string, Row>>;

/** Whether the row's value may be an output of Pulumi's. */
export function takesOutputs({ plain }: Row): boolean {
  return plain === undefined;
}

type Value<R> = R extends { type: Reader<infer T> } ? T : never;
type RequiredKeys<R> = { [K in keyof R]: R[K] extends { required: true } ? K : never }[keyof R];

/** The values that the rows stand for, without Pulumi's outputs: what is known in the end. */
export type ArgsOf<R> = { [K in keyof R]?: Value<R[K]> } & { [K in RequiredKeys<R>]: Value<R[K]> };

type DefaultOf<R> = R extends { default: infer D }
  ? D
  : R extends { type: { rows: infer Inner } }
    ? DefaultsOf<Inner>
    : never;

/** The rows' defaults; of an object, and of each object in a list, those inside. */
export type DefaultsOf<R> = {
  readonly [K in keyof R as [DefaultOf<R[K]>] extends [never] ? never : K]: DefaultOf<R[K]>;
};

export function defaultsOf<R extends Rows>(rows: R): DefaultsOf<R> {
  const entries = Object.entries(rows).flatMap(([key, row]): [string, unknown][] => {
    if (row.default !== undefined) return [[key, row.default]];
    return row.type.rows ? [[key, defaultsOf(row.type.rows)]] : [];
  });
  return Object.fromEntries(entries) as DefaultsOf<R>;
}

/** Keys of the rows that match, as paths such as `database.password`. */
export function pathsOf(rows: Rows, matches: (row: Row) => boolean, prefix = ""): string[] {
  return Object.entries(rows).flatMap(([key, row]) => [
    ...(matches(row) ? [prefix + key] : []),
    ...(row.type.rows ? pathsOf(row.type.rows, matches, `${prefix}${key}.`) : []),
  ]);
}
