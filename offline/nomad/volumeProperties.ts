import { type Properties, type PropertyValue, Unknown } from "../host/types";
import { isList, isObject } from "../host/values";
import { formatBytes, parseBytes } from "./capacity";

/** What Nomad stores of a dynamic host volume. */
export interface StoredVolume {
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

export function toNomad(inputs: Properties): StoredVolume {
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
export function outputs(volume: StoredVolume, given: Properties): Properties {
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

export function unknownOutputs(): Properties {
  const computed = [
    "id",
    "capacity",
    "capacityBytes",
    "capacityMinBytes",
    "capacityMaxBytes",
    "hostPath",
    "state",
  ];
  const unknown = [...computed, "nodeId", "nodePool"].map((key) => [key, Unknown.instance] as const);
  return {
    capacityMin: null,
    capacityMax: null,
    constraints: [],
    parameters: null,
    ...Object.fromEntries(unknown),
  };
}

function objects(value: PropertyValue | undefined): Properties[] {
  return isList(value) ? value.filter(isObject) : [];
}

export function pathOf(id: string): string {
  return `/v1/volume/host/${encodeURIComponent(id)}`;
}

/** `ID@NAMESPACE` for an import; afterwards the state knows the namespace. */
export function parseId(id: string, known: PropertyValue | undefined): { volume: string; namespace: string } {
  const at = id.lastIndexOf("@");
  if (typeof known === "string" || at < 0)
    return { volume: id, namespace: typeof known === "string" ? known : "default" };
  return { volume: id.slice(0, at), namespace: id.slice(at + 1) };
}
