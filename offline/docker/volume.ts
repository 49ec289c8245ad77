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
import { labelMap, labelPairs, type Pair } from "./labels";
import { checkInputs } from "./schema/check";
import { diffInputs } from "./schema/diff";
import { dockerName, type Fields, labels, map, text } from "./schema/field";
import { plannedOutputs } from "./schema/plan";
import { importedInputs, refreshedInputs } from "./schema/refresh";
import { keepSecrets, revealAll } from "./schema/values";

/** Seconds that a volume may still be in use after everything that the stack knows of is gone. */
const RELEASE_SECONDS = 60;

const fields: Fields = {
  driver: text({ computed: true, replaces: true }),
  driverOpts: map({ replaces: true }),
  labels: labels(),
  mountpoint: text({ output: true }),
  name: text({ required: true, replaces: true, validate: dockerName }),
};

/** `docker:index/volume:Volume`. */
export class VolumeHandler implements ResourceHandler {
  constructor(private readonly connection: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const { cluster, ...news } = request.news;
    const result = checkInputs(fields, { ...request, news });
    if (cluster === undefined || cluster === null) return result;
    const reason = "(volumes of a Swarm cluster) needs the published docker plugin. Remove it";
    return { ...result, failures: [...(result.failures ?? []), { property: "cluster", reason }] };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(fields, request);
  }

  async create({ properties, preview }: CreateRequest): Promise<{ id: string; properties: Properties }> {
    if (preview) {
      const planned = { cluster: null, ...plannedOutputs(fields, properties) };
      return { id: "", properties: keepSecrets(planned, properties) };
    }
    const inputs = volumeInputs(properties);
    return this.connection.run(async (docker) => {
      // Docker answers with the existing volume when there is one of that name, and so keeps its data.
      await docker.createVolume({
        Name: inputs.name,
        Driver: inputs.driver,
        DriverOpts: inputs.driverOpts,
        Labels: labelMap(inputs.labels),
      });
      const found = await docker.getVolume(inputs.name).inspect();
      const outputs = { ...volumeOutputs(found), driverOpts: properties.driverOpts ?? null };
      return { id: inputs.name, properties: keepSecrets(outputs, properties) };
    });
  }

  async read({ id, inputs, properties }: ReadRequest): Promise<ReadResult | undefined> {
    const found = await this.connection.run((docker) => unlessGone(docker.getVolume(id).inspect()));
    if (found === undefined) return undefined;
    const outputs = keepSecrets(volumeOutputs(found), inputs, properties);
    const importing = Object.keys(inputs).length === 0;
    return {
      id: found.Name,
      properties: outputs,
      inputs: importing ? importedInputs(fields, outputs) : refreshedInputs(fields, inputs, outputs),
    };
  }

  /** Every property of a volume needs a new one, so there is nothing to update in place. */
  async update({ olds, properties }: UpdateRequest): Promise<{ properties: Properties }> {
    return {
      properties: keepSecrets({ cluster: null, ...plannedOutputs(fields, properties, olds) }, properties),
    };
  }

  async delete({ id, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    const seconds = timeoutSeconds || RELEASE_SECONDS;
    await this.connection.run(async (docker) => {
      const removed = await waitFor(
        docker,
        { event: ["destroy"] },
        () => removeIfFree(docker.getVolume(id)),
        {
          milliseconds: seconds * 1000,
          signal,
        },
      );
      if (removed) return;
      const users = await docker.listContainers({ all: true, filters: { volume: [id] } });
      const names = users.map(({ Names }) => Names.map((name) => name.slice(1)).join(",")).join(", ");
      throw new Error(
        `Volume "${id}" is still used by ${names || "a container"} after ${seconds} s. Remove that first.`,
      );
    });
  }
}

/** True when the volume is gone, undefined while a container uses it. */
async function removeIfFree(volume: Docker.Volume): Promise<true | undefined> {
  try {
    await volume.remove();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return true;
    if (statusOf(error) === 409) return undefined;
    throw statusOf(error) === undefined ? error : new Error(`Unable to remove volume: ${reasonOf(error)}`);
  }
}

interface VolumeInputs {
  name: string;
  driver?: string;
  driverOpts?: Record<string, string>;
  labels?: Pair[];
}

function volumeInputs(properties: Properties): VolumeInputs {
  return revealAll(properties) as unknown as VolumeInputs;
}

function volumeOutputs(volume: Docker.VolumeInspectInfo): Properties {
  return {
    cluster: null,
    driver: volume.Driver,
    driverOpts: volume.Options ?? {},
    id: volume.Name,
    labels: labelPairs(volume.Labels),
    mountpoint: volume.Mountpoint,
    name: volume.Name,
  };
}
