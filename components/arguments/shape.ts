/** What a value looks like, as data: types, reference, schema and limits are written from it. */
import type { Rows } from "./row";

export type Shape =
  /** `allowed` is the end of "is not ...". */
  | { kind: "text"; allowed?: string }
  /** `least` in seconds. */
  | { kind: "duration"; least?: number }
  | { kind: "number"; min: number; max: number; unit?: string }
  | { kind: "boolean" }
  /** `name` is that of the exported type. */
  | { kind: "choice"; name: string; words: readonly string[] }
  | { kind: "list"; item: Shape; isFilled?: true }
  /** Of names to texts, or to what `of` says. */
  | { kind: "map"; of?: "boolean" }
  /** A map of names to what is alike. */
  | { kind: "named"; item: Shape }
  /** A map that another program reads: nothing in it is known here. */
  | { kind: "free" }
  | { kind: "object"; name: string; says: string; rows: Rows };
