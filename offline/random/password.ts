import { randomInt } from "node:crypto";
import { checkInputs } from "../docker/schema/check";
import { diffInputs } from "../docker/schema/diff";
import { atLeast, type Fields, flag, map, number, text } from "../docker/schema/field";
import { plannedOutputs } from "../docker/schema/plan";
import { importedInputs } from "../docker/schema/refresh";
import { revealAll } from "../docker/schema/values";
import {
  type CheckFailure,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DiffRequest,
  type DiffResult,
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
  Secret,
  type UpdateRequest,
} from "../host/types";
import { containsUnknown } from "../host/values";

const replaces = true;
const kind = { default: true, replaces };
const least = { default: 0, replaces, validate: atLeast(0) };

const fields: Fields = {
  bcryptHash: text({ output: true }),
  keepers: map({ replaces }),
  length: number({ required: true, replaces, validate: atLeast(1) }),
  lower: flag(kind),
  minLower: number(least),
  minNumeric: number(least),
  minSpecial: number(least),
  minUpper: number(least),
  number: flag(kind),
  numeric: flag(kind),
  overrideSpecial: text({ replaces }),
  result: text({ output: true }),
  special: flag(kind),
  upper: flag(kind),
};

const lowerCase = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const specials = "!@#$%&*()-_=+[]{}<>:?";

/** What the published plugin gives every password: the value itself must not be in an id, which is no secret. */
const id = "none";

/** `random:index/randomPassword:RandomPassword`. Once made it only ever changes by replacement. */
export class PasswordHandler implements ResourceHandler {
  async check(request: CheckRequest): Promise<CheckResult> {
    const { inputs, failures = [] } = checkInputs(fields, request);
    if (failures.length === 0 && !containsUnknown(inputs)) failures.push(...unfit(revealAll(inputs)));
    return { inputs, failures };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(fields, request);
  }

  async create({ properties, preview }: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const planned = plannedOutputs(fields, properties);
    if (preview) return { id: "", properties: planned };
    return { id, properties: sealed({ ...planned, id }, generate(planned)) };
  }

  async read({ id: given, inputs, properties }: ReadRequest): Promise<ReadResult | undefined> {
    if (Object.keys(inputs).length > 0) return { id: given, inputs, properties };
    const defaults = Object.entries(fields).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    const outputs = plannedOutputs(fields, { ...Object.fromEntries(defaults), length: [...given].length });
    const found = sealed({ ...outputs, id }, given);
    return { id, properties: found, inputs: importedInputs(fields, outputs) };
  }

  /** Only spellings of the same inputs come here. */
  async update({ olds }: UpdateRequest): Promise<{ properties: Properties }> {
    return { properties: olds };
  }

  async delete(): Promise<void> {
    // It is nowhere but in the state.
  }
}

/** No bcrypt here: nothing in this project reads the hash, and it would be a dependency for nobody. */
function sealed(outputs: Properties, result: string): Properties {
  return { ...outputs, bcryptHash: new Secret(""), result: new Secret(result) };
}

/** The kinds of characters that are allowed, each with how many there must be at least. */
function alphabets(inputs: Properties): { signs: string; least: number }[] {
  const override = inputs.overrideSpecial;
  const all = [
    { on: inputs.lower, signs: lowerCase, least: inputs.minLower },
    { on: inputs.upper, signs: lowerCase.toUpperCase(), least: inputs.minUpper },
    { on: inputs.numeric !== false && inputs.number !== false, signs: digits, least: inputs.minNumeric },
    {
      on: inputs.special,
      signs: typeof override === "string" && override !== "" ? override : specials,
      least: inputs.minSpecial,
    },
  ];
  return all
    .filter(({ on }) => on === true)
    .map(({ signs, least: wanted }) => ({ signs, least: Number(wanted ?? 0) }));
}

function unfit(inputs: Properties): CheckFailure[] {
  const kinds = alphabets(inputs);
  const needed = kinds.reduce((sum, one) => sum + one.least, 0);
  if (kinds.length === 0) {
    return [{ property: "lower", reason: "and upper, numeric and special are all false: allow one of them" }];
  }
  if (needed <= Number(inputs.length)) return [];
  return [
    {
      property: "length",
      reason: `is ${String(inputs.length)}, less than the ${needed} that the minima ask for`,
    },
  ];
}

function generate(inputs: Properties): string {
  const kinds = alphabets(inputs);
  const any = kinds.map(({ signs }) => signs).join("");
  const sign = (of: string): string => of.charAt(randomInt(of.length));
  const result = kinds.flatMap(({ signs, least: wanted }) =>
    Array.from({ length: wanted }, () => sign(signs)),
  );
  while (result.length < Number(inputs.length)) result.push(sign(any));
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result.join("");
}
