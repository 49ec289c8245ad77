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
} from "../host/types";
import { Unknown, type UpdateRequest } from "../host/types";
import { isObject, unwrapAll } from "../host/values";
import { NomadError } from "./client";
import { type Connection } from "./connection";
import { checkInputs, diffInputs, importInputs, type Inputs, refreshInputs } from "./resource";

const schema: Inputs = {
  name: { type: "string", replaces: true, autoname: true },
  description: { type: "string" },
  quota: { type: "string" },
  meta: { type: "map" },
  capabilities: { type: "object" },
  // Nomad Enterprise only; a server may have defaults of its own.
  nodePoolConfig: { type: "object", computed: true },
  vaultConfig: { type: "object", computed: true },
  consulConfig: { type: "object", computed: true },
};

interface Access {
  Default?: string;
  Allowed?: string[] | null;
  Denied?: string[] | null;
}

interface StoredNamespace {
  Name: string;
  Description?: string;
  Quota?: string;
  Meta?: Record<string, string> | null;
  Capabilities?: Record<string, string[] | null> | null;
  NodePoolConfiguration?: Access | null;
  VaultConfiguration?: Access | null;
  ConsulConfiguration?: Access | null;
}

/** The capability lists, by their name here and in Nomad's API. */
const CAPABILITIES = {
  enabledTaskDrivers: "EnabledTaskDrivers",
  disabledTaskDrivers: "DisabledTaskDrivers",
  enabledNetworkModes: "EnabledNetworkModes",
  disabledNetworkModes: "DisabledNetworkModes",
};

/** How long a namespace may take to become empty once its jobs were stopped. */
const DELETE_SECONDS = 300;

/** `nomad:index/namespace:Namespace`. */
export class NamespaceHandler implements ResourceHandler {
  constructor(private readonly nomad: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    return checkInputs(schema, request);
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(schema, request);
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    if (request.preview) {
      const unknown = { consulConfig: Unknown.instance, nodePoolConfig: Unknown.instance };
      const computed = { id: Unknown.instance, vaultConfig: Unknown.instance, ...unknown };
      return { id: "", properties: { ...planned({ quota: null }, inputs), ...computed, ...given(inputs) } };
    }
    return { id: String(inputs.name), properties: await this.write(inputs) };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    if (request.preview) return { properties: planned(unwrapAll(request.olds), inputs) };
    return { properties: await this.write(inputs) };
  }

  async read({ id, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const found = await this.nomad.client.find<StoredNamespace>(`/v1/namespace/${encodeURIComponent(id)}`);
    if (found === undefined) return undefined;
    const properties = outputs(found);
    const importing = Object.keys(inputs).length === 0;
    return {
      id,
      properties,
      inputs: importing
        ? importInputs(schema, properties)
        : refreshInputs(schema, unwrapAll(inputs), properties),
    };
  }

  /** Nomad refuses while a job in the namespace is still stopping, so that is waited for. */
  async delete({ id, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    const { client } = this.nomad;
    const path = `/v1/namespace/${encodeURIComponent(id)}`;
    try {
      return await client.delete(path, { signal });
    } catch (error) {
      if (error instanceof NomadError && error.status === 404) return;
      if (!(error instanceof NomadError) || !/non-terminal jobs/.test(error.message)) throw error;
      const timeout = AbortSignal.timeout(1000 * (timeoutSeconds || DELETE_SECONDS));
      const call = { query: { namespace: id }, signal: AbortSignal.any([signal, timeout]) };
      const jobs = await client.get<{ Stop?: boolean }[]>("/v1/jobs", call);
      // Jobs that nobody asked to stop never become terminal.
      if (jobs.some(({ Stop }) => Stop !== true)) throw error;
      await client.watch("/v1/jobs", call, (left: { Status: string }[]) =>
        left.every(({ Status }) => Status === "dead") ? true : undefined,
      );
      await client.delete(path, { signal });
    }
  }

  private async write(inputs: Properties): Promise<Properties> {
    const name = String(inputs.name);
    const path = `/v1/namespace/${encodeURIComponent(name)}`;
    await this.nomad.client.put(path, { body: toNomad(inputs) });
    return outputs(await this.nomad.client.get<StoredNamespace>(path));
  }
}

function toNomad(inputs: Properties): StoredNamespace {
  const { capabilities } = inputs;
  return {
    Name: String(inputs.name),
    Description: String(inputs.description ?? ""),
    Quota: String(inputs.quota ?? ""),
    Meta: isObject(inputs.meta) ? (inputs.meta as Record<string, string>) : null,
    ...(isObject(capabilities) && {
      Capabilities: Object.fromEntries(
        Object.entries(CAPABILITIES).map(([key, name]) => [
          name,
          (capabilities[key] ?? null) as string[] | null,
        ]),
      ),
    }),
    ...(isObject(inputs.nodePoolConfig) && { NodePoolConfiguration: toAccess(inputs.nodePoolConfig) }),
    ...(isObject(inputs.vaultConfig) && { VaultConfiguration: toAccess(inputs.vaultConfig) }),
    ...(isObject(inputs.consulConfig) && { ConsulConfiguration: toAccess(inputs.consulConfig) }),
  };
}

function outputs(found: StoredNamespace): Properties {
  const { Capabilities } = found;
  const lists = Object.entries(CAPABILITIES).map(([key, name]) => [key, Capabilities?.[name] ?? []] as const);
  return {
    id: found.Name,
    name: found.Name,
    description: found.Description ?? "",
    quota: found.Quota ?? "",
    meta: found.Meta ?? {},
    capabilities: lists.some(([, list]) => list.length > 0) ? Object.fromEntries(lists) : null,
    nodePoolConfig: fromAccess(found.NodePoolConfiguration),
    vaultConfig: fromAccess(found.VaultConfiguration),
    consulConfig: fromAccess(found.ConsulConfiguration),
  };
}

/** What an update will leave: the new inputs, and what Nomad said of the rest. */
function planned(olds: Properties, inputs: Properties): Properties {
  const unset = Object.fromEntries(
    Object.keys(schema).map((key) => [key, schema[key]?.computed ? olds[key] : null]),
  );
  return { ...unset, id: olds.id ?? null, quota: olds.quota ?? null, ...given(inputs) };
}

function given(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key in schema));
}

function toAccess(value: Properties): Access {
  return {
    Default: String(value.default ?? ""),
    Allowed: (value.alloweds ?? null) as string[] | null,
    Denied: (value.denieds ?? null) as string[] | null,
  };
}

function fromAccess(access: Access | null | undefined): PropertyValue {
  if (!access) return null;
  return { default: access.Default ?? "", alloweds: access.Allowed ?? [], denieds: access.Denied ?? [] };
}
