import { type sendUnaryData, Server, type ServerUnaryCall } from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineLog } from "./engineLog";
import { exitWithEngine } from "./exitWithEngine";
import { listenToEngine } from "./engineOnly";
import { toServiceError, unimplemented } from "./errors";
import { ProviderService } from "./service";
import { type Properties, type ProviderDefinition } from "./types";
import { fromStruct } from "./values";

type Unary<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  answer: sendUnaryData<Response>,
) => void;

/**
 * Runs a provider plugin: listens on a free loopback port, prints it on stdout as the engine expects, and
 * answers the engine, and nobody else, until it goes away. Imports no Pulumi SDK, whose start alone takes longer than most plans.
 *
 * @example
 * void serve({ name: "nomad", version: "2.6.1", configure, resources: { "nomad:index/job:Job": job } });
 */
export async function serve(definition: ProviderDefinition): Promise<void> {
  const engineLog = new EngineLog();
  const engineAddress = process.argv.slice(2).find((argument) => /:\d+$/.test(argument));
  if (engineAddress !== undefined) engineLog.connect(engineAddress);

  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, methods(definition, engineLog));
  const port = await listenToEngine(server);
  exitWithEngine();
  process.stdout.write(`${port}\n`);
}

/** The methods of Pulumi's ResourceProvider service, over one {@link ProviderService}. */
function methods(definition: ProviderDefinition, engineLog: EngineLog) {
  const service = new ProviderService(definition, engineLog.log);
  const cancelled = new AbortController();

  function unary<Request, Response>(
    work: (request: Request, signal: AbortSignal) => Promise<Response>,
    inputsOf: (request: Request) => Properties = () => ({}),
  ): Unary<Request, Response> {
    return (call, answer) => {
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort());
      work(call.request, AbortSignal.any([cancelled.signal, gone.signal]))
        .finally(() => engineLog.flush())
        .then(
          (response) => answer(null, response),
          (error: unknown) => answer(toServiceError(error, inputsOf(call.request))),
        );
    };
  }
  const refuse = (method: string) => (_: unknown, answer: sendUnaryData<never>) =>
    answer(unimplemented(method));

  return {
    handshake: unary(async (request: proto.ProviderHandshakeRequest) => {
      if (request.getEngineAddress() !== "") engineLog.connect(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      return response;
    }),
    attach: unary(async (request: PluginAttach) => {
      engineLog.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(async () => {
      const info = new PluginInfo();
      info.setVersion(definition.version);
      return info;
    }),
    checkConfig: unary((request: proto.CheckRequest) => service.checkConfig(request)),
    diffConfig: unary((request: proto.DiffRequest) => service.diffConfig(request)),
    configure: unary((request: proto.ConfigureRequest) => service.configure(request)),
    check: unary((request: proto.CheckRequest) => service.check(request)),
    diff: unary((request: proto.DiffRequest) => service.diff(request)),
    create: unary(
      (request: proto.CreateRequest, signal) => service.create(request, signal),
      (request) => fromStruct(request.getProperties()),
    ),
    read: unary((request: proto.ReadRequest) => service.read(request)),
    update: unary(
      (request: proto.UpdateRequest, signal) => service.update(request, signal),
      (request) => fromStruct(request.getNews()),
    ),
    delete: unary(async (request: proto.DeleteRequest, signal) => {
      await service.delete(request, signal);
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) => service.invoke(request)),
    cancel: unary(async () => {
      cancelled.abort();
      return new Empty();
    }),
    getMapping: unary(async () => new proto.GetMappingResponse()),
    getMappings: unary(async () => new proto.GetMappingsResponse()),
    parameterize: refuse("Parameterize"),
    getSchema: refuse("GetSchema"),
    call: refuse("Call"),
    construct: refuse("Construct"),
    list: (call: { emit(event: "error", error: unknown): void }) => call.emit("error", unimplemented("List")),
  };
}
