import type Docker from "dockerode";
import { reasonOf, statusOf } from "./connection";
import { creatorLabels, isCreatedBy } from "./creator";
import { labelMap, type Pair } from "./labels";

/** The inputs of a network after Check, secrets opened. */
export interface NetworkInputs {
  attachable?: boolean;
  driver?: string;
  ingress?: boolean;
  internal?: boolean;
  ipamConfigs?: {
    auxAddress?: Record<string, string>;
    gateway?: string;
    ipRange?: string;
    subnet?: string;
  }[];
  ipamDriver?: string;
  ipamOptions?: Record<string, string>;
  ipv6?: boolean;
  labels?: Pair[];
  name: string;
  options?: Record<string, string>;
}

/** Creates a network; what an interrupted run left behind under the same name goes first. */
export async function createNetwork(
  docker: Docker,
  inputs: NetworkInputs,
  urn: string,
): Promise<Docker.Network> {
  const named = await docker.listNetworks({ filters: { name: [`^${inputs.name}$`] } });
  for (const network of named) {
    // Left behind by a run that was killed between creating it and saying so.
    if (network.Name === inputs.name && isCreatedBy(urn, network.Labels)) {
      await docker.getNetwork(network.Id).remove();
    }
  }
  try {
    return await docker.createNetwork({
      Name: inputs.name,
      CheckDuplicate: true,
      Driver: inputs.driver,
      Internal: inputs.internal,
      Attachable: inputs.attachable,
      Ingress: inputs.ingress,
      EnableIPv6: inputs.ipv6,
      Options: inputs.options,
      Labels: { ...labelMap(inputs.labels), ...creatorLabels(urn) },
      IPAM: {
        Driver: inputs.ipamDriver,
        Options: inputs.ipamOptions,
        Config: (inputs.ipamConfigs ?? []).map((config) => ({
          Subnet: config.subnet,
          Gateway: config.gateway,
          IPRange: config.ipRange,
          AuxiliaryAddresses: config.auxAddress,
        })),
      },
    });
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const taken =
      statusOf(error) === 409
        ? `. Remove it with "docker network rm ${inputs.name}", import it, or give this one another name.`
        : "";
    throw new Error(`Unable to create network "${inputs.name}": ${reasonOf(error)}${taken}`);
  }
}
