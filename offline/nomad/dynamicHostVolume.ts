import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
} from "../host/types";
import {
  PartialFailure,
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
} from "../host/types";
import { type UpdateRequest } from "../host/types";
import { unwrapAll } from "../host/values";
import { parseBytes } from "./capacity";
import { type Connection } from "./connection";
import { outputs, parseId, pathOf, type StoredVolume, toNomad, unknownOutputs } from "./volumeProperties";
import { checkInputs, diffInputs, importInputs, type Inputs, refreshInputs } from "./resource";

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
      inputs: importing
        ? importInputs(schema, properties)
        : refreshInputs(schema, unwrapAll(inputs), properties),
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

function given(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key in schema));
}
