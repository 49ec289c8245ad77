import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { describe, expect, it } from "@jest/globals";
import { ProviderService } from "../../../host/service";
import { type ProviderDefinition } from "../../../host/types";
import { fromJson, fromStruct, toJson, toStruct } from "../../../host/values";
import { type Difference } from "../differences";
import { compareValues, DifferenceTable } from "./compare";
import { type Exchange, type Json, readRecording, titleOf } from "./recording";

/**
 * Sends a recorded request to our handlers, through the same messages as the engine does, and returns the
 * answer in the recorded form.
 */
export async function replay(service: ProviderService, { method, request }: Exchange): Promise<Json> {
  switch (method) {
    case "Check": {
      const message = new proto.CheckRequest();
      message.setUrn(request.urn);
      message.setOlds(struct(request.olds));
      message.setNews(struct(request.news));
      message.setRandomseed(Buffer.alloc(32, 7));
      return checkJson(await service.check(message));
    }
    case "Diff": {
      const message = new proto.DiffRequest();
      message.setId(request.id ?? "");
      message.setUrn(request.urn);
      message.setOlds(struct(request.olds));
      message.setOldInputs(struct(request.oldInputs));
      message.setNews(struct(request.news));
      return diffJson(await service.diff(message));
    }
    case "Create": {
      const message = new proto.CreateRequest();
      message.setUrn(request.urn);
      message.setProperties(struct(request.properties));
      message.setPreview(request.preview ?? false);
      const response = await service.create(message, new AbortController().signal);
      return {
        ...(response.getId() && { id: response.getId() }),
        properties: json(response.getProperties()),
      };
    }
    case "Update": {
      const message = new proto.UpdateRequest();
      message.setId(request.id ?? "");
      message.setUrn(request.urn);
      message.setOlds(struct(request.olds));
      message.setOldInputs(struct(request.oldInputs));
      message.setNews(struct(request.news));
      message.setPreview(request.preview ?? false);
      return {
        properties: json((await service.update(message, new AbortController().signal)).getProperties()),
      };
    }
    case "Read": {
      const message = new proto.ReadRequest();
      message.setId(request.id ?? "");
      message.setUrn(request.urn);
      message.setProperties(struct(request.properties));
      message.setInputs(struct(request.inputs));
      const response = await service.read(message);
      if (response.getId() === "") return {};
      return {
        id: response.getId(),
        inputs: json(response.getInputs()),
        properties: json(response.getProperties()),
      };
    }
    case "Delete": {
      const message = new proto.DeleteRequest();
      message.setId(request.id ?? "");
      message.setUrn(request.urn);
      message.setProperties(struct(request.properties));
      await service.delete(message, new AbortController().signal);
      return {};
    }
  }
}

/**
 * The tests that replay every recorded Check and Diff of a plugin, and the previews of Create and Update,
 * which need no server either. Call it once in `test/contract/PLUGIN.test.ts`.
 */
export function replayTests(
  plugin: Difference["plugin"],
  definition: ProviderDefinition,
  skipPreviews = false,
): void {
  const service = new ProviderService(definition, () => undefined);
  const table = new DifferenceTable(plugin);
  const exchanges = readRecording(plugin).filter(
    ({ method, request }) =>
      method === "Check" || method === "Diff" || (request.preview === true && !skipPreviews),
  );

  describe(`the offline ${plugin} plugin answers as the published one was recorded to`, () => {
    it.each(exchanges.map((exchange, line) => ({ title: `${titleOf(exchange)} (${line + 1})`, exchange })))(
      "$title",
      async ({ exchange }) => {
        const ours = await replay(service, exchange);
        const recorded = withSameName(exchange, exchange.response ?? {}, ours);
        const found = compareValues(recorded, ours);
        const method = exchange.request.preview === true ? "Preview" : exchange.method;
        expect(table.unlisted(method, exchange.request.type, found)).toEqual([]);
      },
    );

    it("still differs wherever the table of differences says so", () => {
      expect(table.unused(["Check", "Diff", "Preview"])).toEqual([]);
    });
  });
}

/** Generated names end in random digits; the recorded one counts as ours when only those differ. */
function withSameName({ method, request }: Exchange, recorded: Json, ours: Json): Json {
  const [theirs, mine] = [recorded.inputs as Json | undefined, ours.inputs as Json | undefined];
  const generated = new RegExp(`^${request.name}-[0-9a-f]{7}$`);
  const isGenerated = (name: unknown) => typeof name === "string" && generated.test(name);
  if (method !== "Check" || !isGenerated(theirs?.name) || !isGenerated(mine?.name)) return recorded;
  return { ...recorded, inputs: { ...theirs, name: mine?.name } };
}

function checkJson(response: proto.CheckResponse): Json {
  const failures = response.getFailuresList().map((failure) => failure.toObject());
  return { inputs: json(response.getInputs()), ...(failures.length > 0 && { failures }) };
}

/** As protobuf's JSON has it: what is empty, false or first in its enumeration is left out. */
function diffJson(response: proto.DiffResponse): Json {
  const kinds = Object.entries(proto.PropertyDiff.Kind);
  const detailedDiff: Json = {};
  response.getDetaileddiffMap().forEach((difference, path) => {
    detailedDiff[path] = {
      ...(difference.getKind() !== 0 && {
        kind: kinds.find(([, value]) => value === difference.getKind())?.[0],
      }),
      ...(difference.getInputdiff() && { inputDiff: true }),
    };
  });
  const changes = Object.entries(proto.DiffResponse.DiffChanges).find(
    ([, value]) => value === response.getChanges(),
  )?.[0];
  const nonEmpty = (name: string, list: string[]) => (list.length > 0 ? { [name]: list } : {});
  return {
    changes,
    ...nonEmpty("diffs", response.getDiffsList()),
    ...nonEmpty("replaces", response.getReplacesList()),
    ...nonEmpty("stables", response.getStablesList()),
    ...(response.getDeletebeforereplace() && { deleteBeforeReplace: true }),
    ...(response.getHasdetaileddiff() && { hasDetailedDiff: true }),
    ...(Object.keys(detailedDiff).length > 0 && { detailedDiff }),
  };
}

const struct = (value: Json | undefined) => toStruct(fromJson(value ?? {}));
const json = (value: Parameters<typeof fromStruct>[0]) => toJson(fromStruct(value)) as Json;
