import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
} from "../host/types";
import {
  type Properties,
  type PropertyValue,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
  Secret,
} from "../host/types";
import { Unknown, type UpdateRequest } from "../host/types";
import { containsUnknown, isObject, unwrap } from "../host/values";
import { type Connection } from "./connection";
import { checkInputs, diffInputs, importInputs, type Inputs, refreshInputs } from "./resource";

const schema: Inputs = {
  path: { type: "string", required: true, replaces: true },
  namespace: { type: "string", default: "default", replaces: true },
  items: { type: "map", secret: true },
  itemsWo: { type: "string", secret: true },
  itemsWoVersion: { type: "number" },
};

/** What Nomad stores under a path. */
interface StoredVariable {
  Path: string;
  Namespace: string;
  Items: Record<string, string>;
}

/** `nomad:index/variable:Variable`: secret key-value pairs under a path, readable by the jobs it names. */
export class VariableHandler implements ResourceHandler {
  constructor(private readonly nomad: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const { inputs, failures = [] } = checkInputs(schema, request);
    const given = ["items", "itemsWo"].filter((key) => inputs[key] !== undefined);
    if (given.length !== 1) {
      failures.push({
        property: "items",
        reason: `or itemsWo must be given, and not both; ${given.length} are`,
      });
    }
    const { path } = inputs;
    if (typeof path === "string" && !/^[a-zA-Z0-9-_~/]{1,128}$/.test(path)) {
      const reason = `must be 1 to 128 letters, digits, "-", "_", "~" or "/"; dots are not allowed. It was "${path}"`;
      failures.push({ property: "path", reason });
    }
    return { inputs, failures };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    // itemsWo is written, never stored: a new itemsWoVersion is how a user says that it changed.
    return diffInputs(
      { ...schema, itemsWo: { ...schema.itemsWo, type: "string", computed: true } },
      {
        ...request,
        news: { ...request.news, itemsWo: null },
      },
    );
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const { path, namespace } = request.properties;
    if (request.preview) return { id: "", properties: outputs(request.properties, Unknown.instance) };
    const id = `${String(path)}@${String(namespace)}`;
    await this.write(request);
    return { id, properties: outputs(request.properties, id) };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    if (!request.preview) await this.write(request);
    return { properties: outputs(request.properties, request.id) };
  }

  async read({ id, properties, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const { path, namespace } = parseId(id);
    const found = await this.nomad.client.find<StoredVariable>(`/v1/var/${path}`, { query: { namespace } });
    if (found === undefined) return undefined;
    const writeOnly = inputs.itemsWo !== undefined;
    const read = outputs(
      {
        path: found.Path,
        namespace: found.Namespace,
        ...(!writeOnly && { items: found.Items }),
        itemsWoVersion: properties.itemsWoVersion ?? null,
      },
      `${found.Path}@${found.Namespace}`,
    );
    const importing = Object.keys(inputs).length === 0;
    return {
      id: `${found.Path}@${found.Namespace}`,
      properties: read,
      inputs: importing ? importInputs(schema, read) : refreshInputs(schema, inputs, read),
    };
  }

  async delete({ id, signal }: DeleteRequest): Promise<void> {
    const { path, namespace } = parseId(id);
    await this.nomad.client.delete(`/v1/var/${path}`, { query: { namespace }, signal });
  }

  private async write({ properties }: CreateRequest): Promise<void> {
    const path = String(properties.path);
    const namespace = String(properties.namespace);
    const body = { Namespace: namespace, Path: path, Items: itemsOf(properties) };
    await this.nomad.client.put(`/v1/var/${path}`, { query: { namespace }, body });
  }
}

function outputs(inputs: Properties, id: PropertyValue): Properties {
  const items = inputs.items === undefined ? null : unwrap(inputs.items);
  return {
    id,
    path: inputs.path ?? null,
    namespace: inputs.namespace ?? null,
    items: items === null ? null : new Secret(items),
    itemsWo: new Secret(null),
    itemsWoVersion: inputs.itemsWoVersion ?? null,
  };
}

/** The pairs to store. @throws Error when `itemsWo` is not a JSON object of strings. */
function itemsOf({ items, itemsWo }: Properties): Record<string, string> {
  const given = unwrap(items ?? itemsWo ?? null);
  const pairs = typeof given === "string" ? parseWriteOnly(given) : given;
  if (!isObject(pairs) || containsUnknown(pairs)) throw new Error("itemsWo must be a JSON object of strings");
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, String(value)]));
}

function parseWriteOnly(json: string): PropertyValue {
  try {
    return JSON.parse(json) as PropertyValue;
  } catch {
    // The text itself is secret, so the message must not repeat it.
    throw new Error("itemsWo must be a JSON object of strings, and is not JSON");
  }
}

/** `PATH@NAMESPACE`; the namespace may be left out of an import. */
function parseId(id: string): { path: string; namespace: string } {
  const at = id.lastIndexOf("@");
  return at < 0 ? { path: id, namespace: "default" } : { path: id.slice(0, at), namespace: id.slice(at + 1) };
}
