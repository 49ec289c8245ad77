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
import { withTimeout } from "./events";
import { ensureImage, pullImage } from "./image";
import { checkInputs } from "./schema/check";
import { diffInputs } from "./schema/diff";
import { type Fields, flag, list, map, text } from "./schema/field";
import { plannedOutputs } from "./schema/plan";
import { refreshedInputs } from "./schema/refresh";
import { keepSecrets, revealAll } from "./schema/values";

const fields: Fields = {
  forceRemove: flag(),
  imageId: text({ output: true }),
  keepLocally: flag(),
  name: text({ required: true, replaces: true }),
  platform: text({ replaces: true }),
  pullTriggers: list(text(), { replaces: true }),
  repoDigest: text({ output: true }),
  triggers: map({ replaces: true }),
};

interface ImageInputs {
  forceRemove?: boolean;
  keepLocally?: boolean;
  name: string;
  platform?: string;
  pullTriggers?: string[];
}

/** `docker:index/remoteImage:RemoteImage`: an image that is pulled; building one is not part of it. */
export class RemoteImageHandler implements ResourceHandler {
  constructor(private readonly connection: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const { build, ...news } = request.news;
    const result = checkInputs(fields, { ...request, news });
    // The generated name of other resources would be an image that nobody has.
    const failures = [...(result.failures ?? [])];
    if (news.name === undefined || news.name === null) {
      failures.push({ property: "name", reason: "is required but was not given" });
    }
    if (build !== undefined && build !== null) {
      failures.push({
        property: "build",
        reason: 'needs the published docker plugin. Use "docker build" instead',
      });
    }
    return { ...result, failures };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return { ...diffInputs(fields, request), deleteBeforeReplace: false };
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const { properties, urn } = request;
    const signal = withTimeout(request.signal, request.timeoutSeconds);
    if (request.preview) {
      return { id: "", properties: keepSecrets(plannedOutputs(fields, properties), properties) };
    }
    const { name, platform, pullTriggers } = imageInputs(properties);
    if (pullTriggers !== undefined) await pullImage(this.connection, name, { platform, urn, signal });
    const image = await ensureImage(this.connection, name, { platform, urn, signal });
    return { id: image.Id + name, properties: imageOutputs(image, properties) };
  }

  async read({ id, inputs, properties }: ReadRequest): Promise<ReadResult | undefined> {
    const name = (revealAll({ ...properties, ...inputs }).name as string | undefined) ?? id;
    const found = await this.connection.run((docker) => unlessGone(docker.getImage(name).inspect()));
    if (found === undefined) return undefined;
    const known = Object.keys(inputs).length === 0 ? { name } : inputs;
    const outputs = imageOutputs(found, known);
    return { id: found.Id + name, properties: outputs, inputs: refreshedInputs(fields, known, outputs) };
  }

  async update({ olds, properties }: UpdateRequest): Promise<{ properties: Properties }> {
    return { properties: keepSecrets(plannedOutputs(fields, properties, olds), properties) };
  }

  async delete({ properties }: DeleteRequest): Promise<void> {
    const { name, keepLocally, forceRemove } = imageInputs(properties);
    if (keepLocally) return;
    await this.connection.run(async (docker) => {
      try {
        await unlessGone(docker.getImage(name).remove({ force: forceRemove ?? false }));
      } catch (error) {
        if (statusOf(error) === undefined) throw error;
        throw new Error(`Unable to remove image "${name}": ${reasonOf(error)}`);
      }
    });
  }
}

function imageInputs(properties: Properties): ImageInputs {
  return revealAll(properties) as unknown as ImageInputs;
}

function imageOutputs(image: Docker.ImageInspectInfo, inputs: Properties): Properties {
  const given = imageInputs(inputs);
  const outputs: Properties = {};
  for (const key of Object.keys(fields)) outputs[key] = revealAll(inputs)[key] ?? null;
  const digest = image.RepoDigests?.[0] ?? "";
  return keepSecrets(
    { ...outputs, id: image.Id + given.name, imageId: image.Id, repoDigest: digest },
    inputs,
  );
}
