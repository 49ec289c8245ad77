import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "@jest/globals";
import { toServiceError } from "../../host/errors";
import { withoutIgnored } from "../../host/ignoreChanges";
import { ProviderService } from "../../host/service";
import { type DiffResult, PartialFailure, type Properties, type ProviderDefinition } from "../../host/types";
import { type ResourceHandler, Secret, Unknown } from "../../host/types";
import * as values from "../../host/values";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { replay } from "../contract/support/replay";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("values on the wire", () => {
  it("come back as they were sent, secrets and unknowns in any depth", () => {
    const properties: Properties = {
      text: "a",
      number: 1.5,
      flag: false,
      nothing: null,
      list: [1, new Secret("x"), [Unknown.instance]],
      object: { inner: new Secret({ deep: Unknown.instance }), empty: {} },
    };
    const bytes = values.toStruct(properties).serializeBinary();
    expect(values.fromStruct(Struct.deserializeBinary(bytes))).toEqual(properties);
  });

  it("are understood as outputs too: known, unknown, secret", () => {
    const read = values.fromJson({
      known: { [SIGNATURE]: OUTPUT, value: "v", dependencies: [] },
      unknown: { [SIGNATURE]: OUTPUT },
      secret: { [SIGNATURE]: OUTPUT, value: 1, secret: true },
      number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    });
    expect(read).toEqual({
      known: "v",
      unknown: Unknown.instance,
      secret: new Secret(1),
      number: Unknown.instance,
    });
  });

  it("mark secrets and unknowns the way the engine reads them", () => {
    expect(values.toJson({ s: new Secret("x"), u: Unknown.instance })).toEqual({
      s: { [SIGNATURE]: SECRET, value: "x" },
      u: UNKNOWN,
    });
  });

  it("are compared by what they mean: a secret by what it hides, an unknown equals nothing", () => {
    expect(values.deepEqual({ a: new Secret([1]) }, { a: [1] })).toBe(true);
    expect(values.deepEqual({ a: 1 }, { a: 2 })).toBe(false);
    expect(values.deepEqual(Unknown.instance, Unknown.instance)).toBe(false);
  });
});

describe("secrets", () => {
  it("stay secret in every output that repeats a secret input", () => {
    const inputs = {
      password: new Secret("p"),
      envs: ["A=1", new Secret("B=2")],
      nested: { key: new Secret("k") },
    };
    const outputs = { password: "p", envs: ["A=1", "B=2"], nested: { key: "k", other: 1 }, name: "n" };
    expect(values.keepSecrets(outputs, inputs)).toEqual({
      password: new Secret("p"),
      envs: ["A=1", new Secret("B=2")],
      nested: { key: new Secret("k"), other: 1 },
      name: "n",
    });
  });

  it("hide the whole output when it has another shape than the input", () => {
    const outputs = values.keepSecrets({ envs: ["B=2", "PATH=/bin"] }, { envs: [new Secret("B=2")] });
    expect(outputs.envs).toBeInstanceOf(Secret);
  });
});

describe("ignoreChanges", () => {
  const diff: DiffResult = {
    changes: "some",
    diffs: ["a", "envs"],
    replaces: ["envs"],
    detailedDiff: { a: { kind: "update" }, "envs[0]": { kind: "update-replace" } },
  };

  it("takes out what lies below the ignored path, and its replacement", () => {
    expect(withoutIgnored(diff, ["envs"])).toMatchObject({ changes: "some", diffs: ["a"], replaces: [] });
    expect(withoutIgnored(diff, ["env"])).toMatchObject({ diffs: ["a", "envs"], replaces: ["envs"] });
  });

  it("leaves no change when all of it is ignored", () => {
    expect(withoutIgnored(diff, ["a", "envs[0]"]).changes).toBe("none");
    expect(withoutIgnored(diff, ["*"]).changes).toBe("none");
  });
});

describe("errors", () => {
  it("of a resource that exists carry the state to keep, with its secrets", () => {
    const failure = new PartialFailure("not healthy", "id-1", { password: "p", index: 3 }, { password: "p" });
    const { details, metadata } = toServiceError(failure, { password: new Secret("p") });
    expect(details).toBe("not healthy");
    const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
    const [any] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
    expect(any?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    const detail = ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8());
    expect(detail.getId()).toBe("id-1");
    expect(detail.getReasonsList()).toEqual(["not healthy"]);
    expect(values.fromStruct(detail.getProperties())).toEqual({ password: new Secret("p"), index: 3 });
  });

  it("that a person can act on come without a stack trace", () => {
    expect(toServiceError(new Error("Nomad can't be reached")).details).toBe("Nomad can't be reached");
    expect(toServiceError(new TypeError("x is undefined")).details).toContain("host.test.ts");
  });
});

describe("the service", () => {
  const type = "test:index/thing:Thing";
  const request = { urn: `urn:pulumi:dev::p::parent$${type}::my::thing`, name: "my::thing", type };
  const seen: string[] = [];
  const handler = {
    check: async ({ name, type: checked, news }) => {
      seen.push(`${checked} ${name}`);
      return { inputs: values.unwrapAll(news) };
    },
    read: async () => undefined,
    create: async ({ properties }) => ({
      id: "1",
      properties: { ...values.unwrapAll(properties), extra: 1 },
    }),
  } as Partial<ResourceHandler> as ResourceHandler;
  const definition: ProviderDefinition = {
    name: "test",
    version: "1.0.0",
    configure: () => undefined,
    resources: { [type]: handler },
  };
  const service = new ProviderService(definition, () => undefined);

  it("finds the handler by the last type of the URN, and the name after it", async () => {
    await replay(service, { method: "Check", step: "", request: { ...request, news: {} } });
    expect(seen).toEqual([`${type} my::thing`]);
  });

  it("keeps secrets that a handler forgot", async () => {
    const properties = { password: { [SIGNATURE]: SECRET, value: "p" } };
    const created = await replay(service, {
      method: "Create",
      step: "",
      request: { ...request, properties },
    });
    expect(created).toEqual({ id: "1", properties: { ...properties, extra: 1 } });
  });

  it("answers with nothing when a resource is gone", async () => {
    expect(await replay(service, { method: "Read", step: "", request: { ...request, id: "1" } })).toEqual({});
  });
});
