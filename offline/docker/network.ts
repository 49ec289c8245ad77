import type Docker from "dockerode";
import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
  type UpdateRequest,
} from "../host/types";
import { type Connection, reasonOf, statusOf, unlessGone } from "./connection";
import { waitFor } from "./events";
import { labelPairs } from "./labels";
import { createNetwork, type NetworkInputs } from "./networkCreate";
import { checkInputs } from "./schema/check";
import { diffInputs } from "./schema/diff";
import { dockerName, type Fields, flag, labels, map, object, set, text } from "./schema/field";
import { plannedOutputs } from "./schema/plan";
import { importedInputs, refreshedInputs } from "./schema/refresh";
import { keepSecrets, revealAll } from "./schema/values";

/** Seconds that containers may take to leave a network, such as those that Nomad is still stopping. */
const RELEASE_SECONDS = 60;

const replaces = true;
const computed = true;

const fields: Fields = {
  attachable: flag({ replaces }),
  driver: text({ computed, replaces }),
  ingress: flag({ replaces }),
  internal: flag({ computed, replaces }),
  ipamConfigs: set(
    object({ auxAddress: map(), gateway: text({ computed }), ipRange: text(), subnet: text({ computed }) }),
    { computed, replaces },
  ),
  ipamDriver: text({ default: "default", replaces }),
  ipamOptions: map({ replaces }),
  ipv6: flag({ replaces }),
  labels: labels(),
  name: text({ required: true, replaces, validate: dockerName }),
  options: map({ computed, replaces }),
  scope: text({ output: true }),
};

/** `docker:index/network:Network`. */
export class NetworkHandler implements ResourceHandler {
  constructor(private readonly connection: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    return checkInputs(fields, request);
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(fields, request);
  }

  async create({ properties, preview, urn }: CreateRequest): Promise<{ id: string; properties: Properties }> {
    if (preview) return { id: "", properties: keepSecrets(plannedOutputs(fields, properties), properties) };
    const inputs = networkInputs(properties);
    return this.connection.run(async (docker) => {
      const network = await createNetwork(docker, inputs, urn);
      const found = await network.inspect();
      const outputs = { ...networkOutputs(found), ipamOptions: properties.ipamOptions ?? null };
      return { id: found.Id, properties: keepSecrets(outputs, properties) };
    });
  }

  async read({ id, inputs, properties }: ReadRequest): Promise<ReadResult | undefined> {
    const found = await this.connection.run((docker) => unlessGone(docker.getNetwork(id).inspect()));
    if (found === undefined) return undefined;
    const outputs = keepSecrets(networkOutputs(found), inputs, properties);
    const importing = Object.keys(inputs).length === 0;
    return {
      id: outputs.id as string,
      properties: outputs,
      inputs: importing ? importedInputs(fields, outputs) : refreshedInputs(fields, inputs, outputs),
    };
  }

  /** Every property of a network needs a new one, so there is nothing to update in place. */
  async update({ olds, properties }: UpdateRequest): Promise<{ properties: Properties }> {
    return { properties: keepSecrets(plannedOutputs(fields, properties, olds), properties) };
  }

  async delete({ id, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    const seconds = timeoutSeconds || RELEASE_SECONDS;
    await this.connection.run(async (docker) => {
      const network = docker.getNetwork(id);
      const events = { type: ["network"], event: ["disconnect", "destroy"] };
      const removed = await waitFor(docker, events, () => removeIfFree(network), {
        milliseconds: seconds * 1000,
        signal,
      });
      if (removed) return;
      const found = await network.inspect();
      const names = Object.values(found.Containers ?? {}).map(({ Name }) => Name);
      throw new Error(
        `Network "${found.Name}" is still used by ${names.join(", ") || "a container"} after ${seconds} s. ` +
          "Stop or disconnect that first.",
      );
    });
  }
}

/** True when the network is gone, undefined while a container is on it. */
async function removeIfFree(network: Docker.Network): Promise<true | undefined> {
  try {
    await network.remove();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return true;
    if (/active endpoints/.test(reasonOf(error))) return undefined;
    throw statusOf(error) === undefined ? error : new Error(`Unable to remove network: ${reasonOf(error)}`);
  }
}

function networkInputs(properties: Properties): NetworkInputs {
  return revealAll(properties) as unknown as NetworkInputs;
}

function networkOutputs(network: Docker.NetworkInspectInfo): Properties {
  return {
    attachable: network.Attachable,
    driver: network.Driver,
    id: network.Id,
    ingress: network.Ingress,
    internal: network.Internal,
    ipamConfigs: (network.IPAM?.Config ?? []).map((config) => ({
      auxAddress: (config.AuxiliaryAddresses as Record<string, string> | undefined) ?? {},
      gateway: config.Gateway ?? "",
      ipRange: config.IPRange ?? "",
      subnet: config.Subnet ?? "",
    })),
    ipamDriver: network.IPAM?.Driver ?? "default",
    ipamOptions: network.IPAM?.Options ?? {},
    ipv6: network.EnableIPv6,
    labels: labelPairs(network.Labels),
    name: network.Name,
    options: network.Options ?? {},
    scope: network.Scope,
  };
}
