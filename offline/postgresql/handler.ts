import type * as host from "../host/types";
import { type CheckFailure, type Properties, type PropertyValue, Secret } from "../host/types";
import { unwrapAll } from "../host/values";
import { checkInputs } from "../docker/schema/check";
import { diffInputs } from "../docker/schema/diff";
import { type Fields } from "../docker/schema/field";
import { plannedOutputs } from "../docker/schema/plan";
import { importedInputs, refreshedInputs } from "../docker/schema/refresh";
import { isEmpty } from "../docker/schema/values";
import { type Server } from "./connection";

/** What one type of resource adds to the life that all of them share. Properties have no secrets here. */
export interface Kind {
  fields: Fields;
  /** Properties that are always secret. */
  secrets?: string[];
  /** Properties that are sent and never kept, so that they can't be compared either. */
  writeOnly?: string[];
  /** What is wrong with inputs beyond their types. */
  validate?(inputs: Properties): CheckFailure[];
  /** True when a replacement must not exist beside the old one. */
  deleteBeforeReplace?: boolean;
  /** Makes it and returns its id. */
  create(server: Server, wanted: Properties, signal: AbortSignal): Promise<string>;
  /** The outputs, with what only the state knows taken from `known`; undefined when it is gone. */
  read(server: Server, id: string, known: Properties): Promise<Properties | undefined>;
  update(server: Server, old: Properties, wanted: Properties, signal: AbortSignal): Promise<void>;
  delete(server: Server, id: string, state: Properties, signal: AbortSignal): Promise<void>;
  /** What an import id says, or undefined when the resource can't be imported. */
  imported?(id: string): Properties;
}

/** The user's word for "as the server or the template has it". Once it exists, any value is right. */
export const DEFAULT = "DEFAULT";

/** The full life of one type of resource. */
export class Handler implements host.ResourceHandler {
  constructor(
    private readonly kind: Kind,
    private readonly server: Server,
  ) {}

  async check(request: host.CheckRequest): Promise<host.CheckResult> {
    const { inputs, failures = [] } = checkInputs(this.kind.fields, request);
    if (failures.length === 0) failures.push(...(this.kind.validate?.(unwrapAll(inputs)) ?? []));
    return { inputs: this.sealGiven(inputs), failures };
  }

  async diff(request: host.DiffRequest): Promise<host.DiffResult> {
    const news = without(withoutDefaults(this.kind.fields, request.news), this.kind.writeOnly ?? []);
    const diff = diffInputs(this.kind.fields, { ...request, news });
    if ((diff.replaces ?? []).length > 0 && this.kind.fields.name === undefined) {
      diff.deleteBeforeReplace = this.kind.deleteBeforeReplace === true;
    }
    return diff;
  }

  async create({
    properties,
    preview,
    signal,
  }: host.CreateRequest): Promise<{ id: string; properties: Properties }> {
    const wanted = unwrapAll(properties);
    const planned = this.planned(wanted);
    if (preview) return { id: "", properties: this.seal(planned) };
    const id = await this.kind.create(this.server, wanted, signal);
    return { id, properties: this.seal(await this.existing(id, planned)) };
  }

  async read({ id, properties, inputs }: host.ReadRequest): Promise<host.ReadResult | undefined> {
    const isImport = Object.keys(inputs).length === 0;
    const known = isImport ? this.fromImportId(id) : unwrapAll(properties);
    const outputs = await this.kind.read(this.server, id, known);
    if (outputs === undefined) return undefined;
    const found = isImport
      ? importedInputs(this.kind.fields, outputs)
      : refreshedInputs(this.kind.fields, inputs, without(outputs, this.kind.writeOnly ?? []));
    return { id, properties: this.seal({ ...outputs, id }), inputs: this.sealGiven(found) };
  }

  async update(request: host.UpdateRequest): Promise<{ properties: Properties }> {
    const wanted = withoutDefaults(this.kind.fields, unwrapAll(request.properties));
    const old = unwrapAll(request.olds);
    const planned = this.planned(wanted, old);
    for (const [key, value] of Object.entries(planned)) {
      // Unset before and after, but spelled as the server spells it.
      if (value === null && old[key] !== undefined && isEmpty(old[key])) planned[key] = old[key];
    }
    if (request.preview) return { properties: this.seal(planned) };
    await this.kind.update(this.server, old, wanted, request.signal);
    return { properties: this.seal(await this.existing(request.id, planned)) };
  }

  async delete({ id, properties, signal }: host.DeleteRequest): Promise<void> {
    await this.kind.delete(this.server, id, unwrapAll(properties), signal);
  }

  private async existing(id: string, planned: Properties): Promise<Properties> {
    const outputs = await this.kind.read(this.server, id, planned);
    if (outputs === undefined)
      throw new Error(`"${id}" was made and is gone again: something else removed it`);
    return { ...outputs, id };
  }

  private fromImportId(id: string): Properties {
    if (this.kind.imported === undefined) {
      throw new Error(
        `"${id}" can't be imported. Declare it instead: making it again changes nothing on the server`,
      );
    }
    const defaults = Object.entries(this.kind.fields).flatMap(([key, field]) =>
      field.default === undefined ? [] : [[key, field.default] as const],
    );
    return plannedOutputs(
      this.kind.fields,
      { ...Object.fromEntries(defaults), ...this.kind.imported(id) },
      {},
    );
  }

  private planned(wanted: Properties, old?: Properties): Properties {
    const planned = plannedOutputs(this.kind.fields, withoutDefaults(this.kind.fields, wanted), old);
    for (const key of this.kind.writeOnly ?? []) planned[key] = null;
    return planned;
  }

  private sealGiven(inputs: Properties): Properties {
    return this.seal(
      inputs,
      (this.kind.secrets ?? []).filter((key) => inputs[key] !== undefined),
    );
  }

  private seal(properties: Properties, names: string[] = this.kind.secrets ?? []): Properties {
    const sealed = { ...properties };
    for (const name of names) {
      const value: PropertyValue = sealed[name] ?? null;
      sealed[name] = value instanceof Secret ? value : new Secret(value);
    }
    return sealed;
  }
}

function withoutDefaults(fields: Fields, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !(fields[key]?.computed && value === DEFAULT)),
  );
}

function without(properties: Properties, keys: string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
}
