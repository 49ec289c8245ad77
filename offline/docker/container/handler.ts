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
} from "../../host/types";
import { type Connection, reasonOf, statusOf, unlessGone } from "../connection";
import { withTimeout } from "../events";
import { ensureImage } from "../image";
import { diffInputs } from "../schema/diff";
import { plannedOutputs } from "../schema/plan";
import { importedInputs, refreshedInputs } from "../schema/refresh";
import { keepSecrets, revealAll } from "../schema/values";
import { checkContainer } from "./check";
import { createContainer } from "./create";
import { containerFields } from "./fields";
import { importInputs } from "./import";
import { containerInputs } from "./inputs";
import { containerOutputs } from "./outputs";
import { removeContainer, stopContainer } from "./remove";
import { limitsUpdate } from "./update";
import { NO_HEALTHCHECK, waitUntilReady } from "./wait";

/** `docker:index/container:Container`. */
export class ContainerHandler implements ResourceHandler {
  constructor(private readonly connection: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    return checkContainer(request);
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(containerFields, request);
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const { properties, urn } = request;
    const signal = withTimeout(request.signal, request.timeoutSeconds);
    if (request.preview) {
      return { id: "", properties: keepSecrets(plannedOutputs(containerFields, properties), properties) };
    }
    const inputs = containerInputs(properties);
    const image = await ensureImage(this.connection, inputs.image, {
      platform: inputs.platform,
      urn,
      signal,
    });
    const probed = inputs.healthcheck ?? (image.Config as { Healthcheck?: object }).Healthcheck;
    if (inputs.wait && !probed) throw new Error(`Container "${inputs.name}" ${NO_HEALTHCHECK}`);
    const { id, log } = await this.connection.run((docker) => createContainer(docker, inputs, urn, signal));
    const outputs = await this.inspected(id, properties);
    return { id, properties: log === undefined ? outputs : { ...outputs, containerLogs: log } };
  }

  async read(request: ReadRequest): Promise<ReadResult | undefined> {
    const { id, inputs, properties } = request;
    const found = await this.connection.run((docker) => unlessGone(docker.getContainer(id).inspect()));
    if (found === undefined) return undefined;
    if (Object.keys(inputs).length === 0) return this.imported(found);
    const known = {
      ...containerOutputs(found, containerInputs(inputs)),
      containerLogs: properties.containerLogs ?? null,
    };
    const outputs = keepSecrets(known, inputs, properties);
    return { id: found.Id, properties: outputs, inputs: refreshedInputs(containerFields, inputs, outputs) };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    const { id, olds, properties } = request;
    const signal = withTimeout(request.signal, request.timeoutSeconds);
    if (request.preview) {
      return { properties: keepSecrets(plannedOutputs(containerFields, properties, olds), properties) };
    }
    const inputs = containerInputs(properties);
    await this.connection.run(async (docker) => {
      const container = docker.getContainer(id);
      const change = limitsUpdate(revealAll(olds), inputs);
      try {
        if (change !== undefined) await container.update(change);
        const { State } = await container.inspect();
        if (State.Running || inputs.mustRun === false || inputs.start === false) return;
        await container.start();
      } catch (error) {
        if (statusOf(error) !== undefined) throw new Error(updateFailure(inputs.name, error));
        throw error;
      }
      await waitUntilReady(docker, id, inputs, signal);
    });
    const outputs = await this.inspected(id, properties);
    return { properties: { ...outputs, containerLogs: olds.containerLogs ?? null } };
  }

  async delete({ id, properties }: DeleteRequest): Promise<void> {
    const { destroyGraceSeconds, removeVolumes, attach } = containerInputs(properties);
    await this.connection.run(async (docker) => {
      const container = docker.getContainer(id);
      if (destroyGraceSeconds && !attach) await unlessGone(stopContainer(container, destroyGraceSeconds));
      await removeContainer(container, removeVolumes !== false);
    });
  }

  private async inspected(id: string, properties: Properties): Promise<Properties> {
    const inspect = await this.connection.run((docker) => docker.getContainer(id).inspect());
    return keepSecrets(containerOutputs(inspect, containerInputs(properties)), properties);
  }

  private async imported(inspect: Docker.ContainerInspectInfo): Promise<ReadResult> {
    const image = await this.connection.run((docker) => docker.getImage(inspect.Image).inspect());
    const own = importInputs(inspect, image);
    const outputs = containerOutputs(inspect, own);
    const inputs = importedInputs(containerFields, outputs, Object.keys(own));
    return { id: inspect.Id, properties: outputs, inputs };
  }
}

function updateFailure(name: string, error: unknown): string {
  const gone =
    statusOf(error) === 404
      ? ' It was removed outside Pulumi. Run "pulumi refresh", then "pulumi up" to create it again.'
      : "";
  return `Unable to update container "${name}": ${reasonOf(error)}.${gone}`;
}
