import { CheckRequest, CheckResult, CreateRequest, DeleteRequest, DiffRequest, DiffResult } from "../host/types";
import { PartialFailure, Properties, PropertyValue, ReadRequest, ReadResult, ResourceHandler } from "../host/types";
import { Unknown, UpdateRequest } from "../host/types";
import { isObject, unwrapAll } from "../host/values";
import { formatBytes, parseBytes } from "./capacity";
import { Connection } from "./connection";
import { checkInputs, diffInputs, importInputs, Inputs, refreshInputs } from "./resource";

const schema: Inputs = {
  name: { type: "string", autoname: true },
  namespace: { type: "string", default: "default" },
  pluginId: { type: "string", required: true },
  capabilities: { type: "array", required: true },
  capacityMin: { type: "string" },
  capacityMax: { type: "string" },
  constraints: { type: "array" },
  nodeId: { type: "string", replaces: true, computed: true },
  nodePool: { type: "string", computed: true },
  parameters: { type: "map" },
};

/** Nomad can change these on a volume that exists; anything else needs a new one. */
const UPDATABLE = new Set(["capacityMin", "capacityMax", "capabilities", "constraints"]);

interface StoredVolume {
  ID?: string;
  Name: string;
  Namespace: string;
  PluginID: string;
  NodeID?: string;
  NodePool?: string;
  Constraints?: { LTarget?: string; RTarget?: string; Operand?: string }[] | null;
  RequestedCapacityMinBytes?: number;
  RequestedCapacityMaxBytes?: number;
  RequestedCapabilities?: { AccessMode: string; AttachmentMode: string }[] | null;
  Parameters?: Record<string, string> | null;
  CapacityBytes?: number;
  HostPath?: string;
  State?: string;
}

/** How long the plugin on the node may take to make a volume. */
const READY_SECONDS = 300;

/** `nomad:index/dynamicHostVolume:DynamicHostVolume`: a volume that a plugin makes on one node. */
export class DynamicHostVolumeHandler implements ResourceHandler {
  constructor(private readonly nomad: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const { inputs, failures = [] } = checkInputs(schema, request);
    for (const key of ["capacityMin", "capacityMax"]) {
      const size = inputs[key];
      if (typeof size !== "string") continue;
      try {
        parseBytes(size);
      } catch (error) {
        failures.push({ property: key, reason: (error as Error).message });
      }
    }
    return { inputs, failures };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    const replacing = Object.entries(schema).map(([key, input]) => [
      key,
      UPDATABLE.has(key) ? input : { ...input, replaces: true },
    ]);
    return diffInputs(Object.fromEntries(replacing) as Inputs, request);
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    if (request.preview) return { id: "", properties: { ...unknownOutputs(), ...given(inputs) } };
    const properties = await this.write(request, {});
    return { id: String(properties.id), properties };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    const olds = unwrapAll(request.olds);
    if (request.preview) return { properties: { ...olds, ...given(inputs) } };
    return { properties: await this.write(request, { ID: request.id, NodeID: String(olds.nodeId ?? "") }) };
  }

  async read({ id, inputs, properties: olds }: ReadRequest): Promise<ReadResult | undefined> {
    const { volume, namespace } = parseId(id, unwrapAll(olds).namespace);
    const found = await this.nomad.client.find<StoredVolume>(pathOf(volume), { query: { namespace } });
    if (found === undefined) return undefined;
    const properties = outputs(found, unwrapAll(olds));
    const importing = Object.keys(inputs).length === 0;
    return {
      id: volume,
      properties,
      inputs: importing ? importInputs(schema, properties) : refreshInputs(schema, unwrapAll(inputs), properties),
    };
  }

  async delete({ id, properties, signal }: DeleteRequest): Promise<void> {
    const { volume, namespace } = parseId(id, unwrapAll(properties).namespace);
    await this.nomad.client.delete(`${pathOf(volume)}/delete`, { query: { namespace }, signal });
  }

  /** Asks for the volume and waits until it can be used. */
  private async write(request: CreateRequest, known: Partial<StoredVolume>): Promise<Properties> {
    const { client, log } = this.nomad;
    const { signal, timeoutSeconds, urn } = request;
    const inputs = unwrapAll(request.properties);
    const volume = { ...toNomad(inputs), ...known };
    const query = { namespace: volume.Namespace };
    const created = await client.put<{ Volume: StoredVolume; Warnings?: string }>("/v1/volume/host/create", {
      query,
      signal,
      body: { Volume: volume },
    });
    if (created.Warnings) log("warning", created.Warnings, urn);
    const id = String(created.Volume.ID);
    const timeout = AbortSignal.timeout(1000 * (timeoutSeconds || READY_SECONDS));
    const wait = { query, signal: AbortSignal.any([signal, timeout]) };
    try {
      const ready = (found: StoredVolume) => (found.State === "ready" ? found : undefined);
      return outputs(await client.watch(pathOf(id), wait, ready), inputs);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `error waiting for volume '${volume.Name}' to become ready: ${reason}`;
      throw new PartialFailure(message, id, outputs(created.Volume, inputs), request.properties);
    }
  }
}

function toNomad(inputs: Properties): StoredVolume {
  const { capabilities, constraints, parameters } = inputs;
  return {
    Name: String(inputs.name),
    Namespace: String(inputs.namespace ?? "default"),
    PluginID: String(inputs.pluginId),
    NodeID: String(inputs.nodeId ?? ""),
    NodePool: String(inputs.nodePool ?? ""),
    Constraints: objects(constraints).map((constraint) => ({
      LTarget: String(constraint.attribute),
      RTarget: String(constraint.value ?? ""),
      Operand: String(constraint.operator ?? "="),
    })),
    RequestedCapacityMinBytes: parseBytes(String(inputs.capacityMin ?? "0")),
    RequestedCapacityMaxBytes: parseBytes(String(inputs.capacityMax ?? "0")),
    RequestedCapabilities: objects(capabilities).map((capability) => ({
      AccessMode: String(capability.accessMode),
      AttachmentMode: String(capability.attachmentMode),
    })),
    Parameters: isObject(parameters) ? (parameters as Record<string, string>) : null,
  };
}

/** Sizes keep the words they were given in, as long as they mean what Nomad has. */
function outputs(volume: StoredVolume, given: Properties): Properties {
  const size = (bytes: number, text: PropertyValue | undefined) => {
    if (typeof text === "string" && parseBytes(text) === bytes) return text;
    return bytes === 0 ? null : formatBytes(bytes);
  };
  const min = volume.RequestedCapacityMinBytes ?? 0;
  const max = volume.RequestedCapacityMaxBytes ?? 0;
  return {
    id: volume.ID ?? null,
    name: volume.Name,
    namespace: volume.Namespace,
    pluginId: volume.PluginID,
    nodeId: volume.NodeID ?? "",
    nodePool: volume.NodePool ?? "",
    capabilities: (volume.RequestedCapabilities ?? []).map(({ AccessMode, AttachmentMode }) => ({
      accessMode: AccessMode,
      attachmentMode: AttachmentMode,
    })),
    constraints: (volume.Constraints ?? []).map(({ LTarget, RTarget, Operand }) => ({
      attribute: LTarget ?? "",
      operator: Operand ?? "=",
      value: RTarget ?? "",
    })),
    parameters: volume.Parameters ?? null,
    capacity: formatBytes(volume.CapacityBytes ?? 0),
    capacityBytes: volume.CapacityBytes ?? 0,
    capacityMin: size(min, given.capacityMin),
    capacityMinBytes: min,
    capacityMax: size(max, given.capacityMax),
    capacityMaxBytes: max,
    hostPath: volume.HostPath ?? "",
    state: volume.State ?? "",
  };
}

function unknownOutputs(): Properties {
  const computed = ["id", "capacity", "capacityBytes", "capacityMinBytes", "capacityMaxBytes", "hostPath", "state"];
  const unknown = [...computed, "nodeId", "nodePool"].map((key) => [key, Unknown.instance] as const);
  return { capacityMin: null, capacityMax: null, constraints: [], parameters: null, ...Object.fromEntries(unknown) };
}

function given(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key in schema));
}

function objects(value: PropertyValue | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function pathOf(id: string): string {
  return `/v1/volume/host/${encodeURIComponent(id)}`;
}

/** `ID@NAMESPACE` for an import; afterwards the state knows the namespace. */
function parseId(id: string, known: PropertyValue | undefined): { volume: string; namespace: string } {
  const at = id.lastIndexOf("@");
  if (typeof known === "string" || at < 0) return { volume: id, namespace: typeof known === "string" ? known : "default" };
  return { volume: id.slice(0, at), namespace: id.slice(at + 1) };
}
