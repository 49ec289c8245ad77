/** A component's arguments as they are used: the values that the check took them for. */
import * as pulumi from "@pulumi/pulumi";
import { isLater, keys, type Problem, readProgram, remember } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { isMap, mapped } from "../arguments/later";
import { discreet } from "../arguments/problem";
import { text } from "../arguments/readers";
import type { Row, Rows } from "../arguments/row";
import { checkedArgs } from "./djangoAppProblems";
import { refuse } from "./refusals";

/** Tells what is wrong with a value that only now is known. */
type Judge = (problems: Problem[]) => void;

/**
 * Numbers and booleans as the strings that they stand for, numbers for the strings that hold them, and nothing for null and
 * for an empty map of secrets. Values that are outputs become so once they are known.
 * @param component whose arguments they are. @throws {Failure} with a secret that can't be used, once it is known.
 */
export function readArgs(name: string, args: DjangoAppArgs, component: pulumi.Resource): DjangoAppArgs {
  const { transform, ...given } = args;
  const judge: Judge = (problems) => refuse(name, problems.map(discreet), component);
  // They are checked already: nothing is told here.
  const values = readProgram(given, "", []) as Record<string, unknown>;
  const read = { ...values, ...later(values, keys, "", judge), transform } as DjangoAppArgs;
  if (isEmptyMap(read.secretEnvVars)) delete read.secretEnvVars;
  return remember(read, args.jobName ?? name, checkedArgs(args, name));
}

function later(values: Record<string, unknown>, rows: Rows, path: string, judge: Judge): object {
  const own = Object.entries(values).filter(([key]) => Object.hasOwn(rows, key));
  return Object.fromEntries(own.map(([key, value]) => [key, laterOf(value, rows[key], path + key, judge)]));
}

function laterOf(value: unknown, row: Row, path: string, judge: Judge): unknown {
  const { shape } = row.type;
  if (isLater(value)) return readLater(value, row, path, judge);
  if (!isMap(value)) return value;
  if (shape.kind === "object") return later(value, shape.rows, `${path}.`, judge);
  if (shape.kind === "map" && shape.of === undefined) {
    const entry = { ...row, type: text() };
    return mapped(value, (one, name) =>
      isLater(one) ? readLater(one, entry, `${path}.${name}`, judge) : one,
    );
  }
  if (shape.kind !== "named" || shape.item.kind !== "object") return value;
  const { rows } = shape.item;
  return mapped(value, (one, name) => (isMap(one) ? later(one, rows, `${path}.${name}.`, judge) : one));
}

function readLater(value: unknown, row: Row, path: string, judge: Judge): pulumi.Output<unknown> {
  return (pulumi.output(value) as pulumi.Output<unknown>).apply((known): unknown => {
    const { read, problems } = readNow(known, row, path);
    judge(problems);
    return read;
  });
}

/**
 * A value that was an output.
 * @returns it as it came where it can't be read: what is wrong with a value of the job is told when all of them are known, and
 * with a secret here.
 */
export function readNow(known: unknown, row: Row, path: string): { read: unknown; problems: Problem[] } {
  if (known === undefined || known === null) return { read: known, problems: [] };
  const problems: Problem[] = [];
  const read = row.type(known, path, problems);
  return problems.length === 0 ? { read, problems } : { read: known, problems: row.secret ? problems : [] };
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}
