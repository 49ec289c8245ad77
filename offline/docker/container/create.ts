import type Docker from "dockerode";
import { reasonOf, statusOf, unlessGone } from "../connection";
import { isCreatedBy } from "../creator";
import { createOptions, endpoint } from "./createOptions";
import { type ContainerInputs } from "./inputs";
import { removeContainer } from "./remove";
import { refuseUnknownToDocker } from "./requirements";
import { uploadArchive } from "./upload";
import { containerLog, waitUntilReady } from "./wait";

/**
 * Creates a container, starts it, and waits until it is what the inputs ask for. A container that does
 * not get there is removed again, and its last lines of output are in the error.
 */
export async function createContainer(
  docker: Docker,
  inputs: ContainerInputs,
  urn: string,
  signal: AbortSignal,
): Promise<{ id: string; log?: string }> {
  await refuseUnknownToDocker(docker, inputs);
  await removeInterrupted(docker, inputs.name, urn);
  const container = await created(docker, inputs, urn);
  try {
    await joinNetworks(docker, container, inputs);
    for (const upload of inputs.uploads ?? []) {
      await container.putArchive(uploadArchive(upload), { path: "/" });
    }
    if (inputs.start === false) return { id: container.id };
    await container.start();
    if (!inputs.attach) {
      await waitUntilReady(docker, container.id, inputs, signal);
      return { id: container.id };
    }
    await container.wait({ abortSignal: signal });
    return { id: container.id, log: inputs.logs ? await containerLog(docker, container.id) : undefined };
  } catch (error) {
    await removeContainer(container, true);
    if (statusOf(error) === undefined) throw error;
    throw new Error(`Unable to start container "${inputs.name}": ${reasonOf(error)}`);
  }
}

async function created(docker: Docker, inputs: ContainerInputs, urn: string): Promise<Docker.Container> {
  try {
    return await docker.createContainer(createOptions(inputs, urn));
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const taken =
      statusOf(error) === 409
        ? ` Remove it with "docker rm -f ${inputs.name}", or give this one another name.`
        : "";
    throw new Error(`Unable to create container "${inputs.name}": ${reasonOf(error)}${taken}`);
  }
}

/** A run that was killed between creating the container and saying so leaves it behind under the same name. */
async function removeInterrupted(docker: Docker, name: string, urn: string): Promise<void> {
  const container = docker.getContainer(name);
  const found = await unlessGone(container.inspect());
  if (found !== undefined && isCreatedBy(urn, found.Config.Labels)) await removeContainer(container, false);
}

async function joinNetworks(
  docker: Docker,
  container: Docker.Container,
  inputs: ContainerInputs,
): Promise<void> {
  const networks = inputs.networksAdvanced ?? [];
  if (networks.length === 0) return;
  // Every container starts out on the default network; one that names its networks is on those alone.
  const { NetworkSettings } = await container.inspect();
  if ("bridge" in NetworkSettings.Networks && !networks.some(({ name }) => name === "bridge")) {
    await docker.getNetwork("bridge").disconnect({ Container: container.id, Force: false });
  }
  for (const network of networks) {
    await docker
      .getNetwork(network.name)
      .connect({ Container: container.id, EndpointConfig: endpoint(network) });
  }
}
