import { randomBytes } from "node:crypto";
import { checkInputs } from "../docker/schema/check";
import { diffInputs } from "../docker/schema/diff";
import { atLeast, type Fields, map, number, text } from "../docker/schema/field";
import { plannedOutputs } from "../docker/schema/plan";
import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DiffRequest,
  type DiffResult,
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
  type UpdateRequest,
} from "../host/types";

const replaces = true;

const fields: Fields = {
  b64Std: text({ output: true }),
  b64Url: text({ output: true }),
  byteLength: number({ required: true, replaces, validate: atLeast(1) }),
  dec: text({ output: true }),
  hex: text({ output: true }),
  keepers: map({ replaces }),
  prefix: text({ replaces }),
};

/** `random:index/randomId:RandomId`. Once made it only ever changes by replacement. Importing one is not needed here. */
export class IdHandler implements ResourceHandler {
  async check(request: CheckRequest): Promise<CheckResult> {
    return checkInputs(fields, request);
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(fields, request);
  }

  async create({ properties, preview }: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const planned = plannedOutputs(fields, properties);
    if (preview) return { id: "", properties: planned };
    const bytes = randomBytes(Number(planned.byteLength));
    const prefix = typeof planned.prefix === "string" ? planned.prefix : "";
    const id = bytes.toString("base64url");
    const spelled = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + id,
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      hex: prefix + bytes.toString("hex"),
    };
    return { id, properties: { ...planned, ...spelled, id } };
  }

  async read({ id, inputs, properties }: ReadRequest): Promise<ReadResult | undefined> {
    return { id, inputs, properties };
  }

  /** Only spellings of the same inputs come here. */
  async update({ olds }: UpdateRequest): Promise<{ properties: Properties }> {
    return { properties: olds };
  }

  async delete(): Promise<void> {
    // It is nowhere but in the state.
  }
}
