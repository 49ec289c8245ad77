import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { checkFailure, checkResponse, diffResponse } from "./answers";
import { withoutIgnored } from "./ignoreChanges";
import { type DiffResult, type Log, type Properties } from "./types";
import { type ProviderDefinition, type ResourceHandler } from "./types";
import { deepEqual, fromStruct, keepSecrets, toStruct } from "./values";

/** One provider, message in and message out: what the gRPC server calls, and what replays call. */
export class ProviderService {
  constructor(
    private readonly definition: ProviderDefinition,
    private readonly log: Log,
  ) {}

  async checkConfig(request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const news = fromStruct(request.getNews());
    return checkResponse((await this.definition.checkConfig?.(news)) ?? { inputs: news });
  }

  async diffConfig(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
    const news = fromStruct(request.getNews());
    const diff = (await this.definition.diffConfig?.(olds, news)) ?? diffByName(olds, news);
    return diffResponse(withoutIgnored(diff, request.getIgnorechangesList()));
  }

  async configure(request: proto.ConfigureRequest): Promise<proto.ConfigureResponse> {
    await this.definition.configure(fromStruct(request.getArgs()), this.log);
    const response = new proto.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    response.setAcceptresources(false);
    response.setAcceptoutputs(false);
    return response;
  }

  async check(request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const news = fromStruct(request.getNews());
    const result = await this.handler(request.getUrn()).check({
      urn: request.getUrn(),
      name: nameOf(request.getUrn()),
      type: typeOf(request.getUrn()),
      olds: fromStruct(request.getOlds()),
      news,
      randomSeed: Buffer.from(request.getRandomseed_asU8()),
    });
    return checkResponse({ ...result, inputs: keepSecrets(result.inputs, news) });
  }

  async diff(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const ignoreChanges = request.getIgnorechangesList();
    const diff = await this.handler(request.getUrn()).diff({
      id: request.getId(),
      urn: request.getUrn(),
      olds: fromStruct(request.getOlds()),
      oldInputs: fromStruct(request.getOldInputs()),
      news: fromStruct(request.getNews()),
      ignoreChanges,
    });
    return diffResponse(withoutIgnored(diff, ignoreChanges));
  }

  async create(request: proto.CreateRequest, signal: AbortSignal): Promise<proto.CreateResponse> {
    const properties = fromStruct(request.getProperties());
    const created = await this.handler(request.getUrn()).create({
      urn: request.getUrn(),
      name: nameOf(request.getUrn()),
      properties,
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
      signal,
    });
    const response = new proto.CreateResponse();
    response.setId(created.id);
    response.setProperties(toStruct(keepSecrets(created.properties, properties)));
    return response;
  }

  async update(request: proto.UpdateRequest, signal: AbortSignal): Promise<proto.UpdateResponse> {
    const properties = fromStruct(request.getNews());
    const updated = await this.handler(request.getUrn()).update({
      id: request.getId(),
      urn: request.getUrn(),
      name: nameOf(request.getUrn()),
      properties,
      olds: fromStruct(request.getOlds()),
      oldInputs: fromStruct(request.getOldInputs()),
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
      signal,
    });
    const response = new proto.UpdateResponse();
    response.setProperties(toStruct(keepSecrets(updated.properties, properties)));
    return response;
  }

  async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const properties = fromStruct(request.getProperties());
    const inputs = fromStruct(request.getInputs());
    const found = await this.handler(request.getUrn()).read({
      id: request.getId(),
      urn: request.getUrn(),
      properties,
      inputs,
    });
    const response = new proto.ReadResponse();
    // An empty answer is how the engine learns that the resource is gone.
    if (found === undefined) return response;
    response.setId(found.id);
    response.setProperties(toStruct(keepSecrets(keepSecrets(found.properties, properties), inputs)));
    response.setInputs(toStruct(keepSecrets(found.inputs, inputs)));
    return response;
  }

  async delete(request: proto.DeleteRequest, signal: AbortSignal): Promise<void> {
    await this.handler(request.getUrn()).delete({
      id: request.getId(),
      urn: request.getUrn(),
      properties: fromStruct(request.getProperties()),
      timeoutSeconds: request.getTimeout(),
      signal,
    });
  }

  async invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
    const call = this.definition.functions?.[request.getTok()];
    if (call === undefined) {
      throw new Error(this.unknownToken("function", request.getTok(), this.definition.functions ?? {}));
    }
    const result = await call(fromStruct(request.getArgs()));
    const response = new proto.InvokeResponse();
    if (Array.isArray(result)) response.setFailuresList(result.map(checkFailure));
    else response.setReturn(toStruct(result));
    return response;
  }

  private handler(urn: string): ResourceHandler {
    const type = typeOf(urn);
    const handler = this.definition.resources[type];
    if (handler === undefined)
      throw new Error(this.unknownToken("resource type", type, this.definition.resources));
    return handler;
  }

  private unknownToken(what: string, token: string, known: Record<string, unknown>): string {
    const { name, version } = this.definition;
    return (
      `${what} "${token}" is not in the offline ${name} plugin. It has: ${Object.keys(known).join(", ")}. ` +
      `For anything else install the published plugin: pulumi plugin install resource ${name} ${version}`
    );
  }
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may hold `::` itself. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function diffByName(olds: Properties, news: Properties): DiffResult {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => name !== "version",
  );
  const diffs = names.filter((name) => !deepEqual(olds[name], news[name])).sort();
  return diffs.length === 0 ? { changes: "none" } : { changes: "some", diffs };
}
