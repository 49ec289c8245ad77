/** What becomes outputs of arguments. It needs the SDK, which no command loads: it is not in `index.ts`. */
import * as pulumi from "@pulumi/pulumi";
import { hasContent } from "./configRules";
import { keys } from "./keys";
import { laterIn } from "./later";
import type { Rows } from "./row";

/** What the function makes of the values: at once when all are plain, and an output as soon as they are known otherwise. */
export function whenKnown<T, U>(values: unknown, make: (known: T) => U): pulumi.Input<U> {
  if (laterIn(values).length === 0) return make(values as T);
  return (pulumi.output(values) as unknown as pulumi.Output<T>).apply((known) => make(known));
}

/** The values, with secret ones marked so that no state or log shows them. Empty maps of secrets are left out. */
export function markSecrets<T extends object>(values: T, rows: Rows = keys): T {
  const entries = Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    const { secret, type } = rows[key];
    if (secret) return hasContent(value) ? [[key, pulumi.secret(value)]] : [];
    const isObject = type.shape.kind === "object" && type.rows !== undefined;
    return [[key, isObject ? markSecrets(value as object, type.rows) : value]];
  });
  return Object.fromEntries(entries) as T;
}
