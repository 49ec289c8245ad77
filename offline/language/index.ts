/**
 * A small stand-in for Pulumi's Node.js language host, for machines where that program can't be had.
 * It starts the SDK's own runner, as the published host does, so every `pulumi` command behaves alike.
 * Templates, code generation, component plugins and debugging are left out: gRPC answers "unimplemented".
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { type ILanguageRuntimeServer, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { exitWithEngine } from "../host/exitWithEngine";
import { listenToEngine } from "../host/engineOnly";
import { requiredPackages, splitWords } from "./program";

/** The SDK's runner exits with this code when it has told the user what went wrong. */
const exitedAfterTellingTheUser = 32;

let engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const running = new Set<ChildProcess>();

interface RuntimeOptions {
  /** False when `nodeargs` brings another way to load TypeScript. */
  typescript?: boolean;
  /** Arguments for `node`, before the program. */
  nodeargs?: string;
}

/** Empty values are left out, as the runner expects. */
function flags(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
}

function startProgram(request: language.RunRequest): ChildProcess {
  const pwd = request.getPwd();
  const info = request.getInfo();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  const runner = createRequire(join(pwd, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const args = [
    ...splitWords(options.nodeargs ?? ""),
    runner,
    ...flags({
      monitor: request.getMonitorAddress(),
      engine: engineAddress,
      organization: request.getOrganization(),
      project: request.getProject(),
      stack: request.getStack(),
      pwd,
    }),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...flags({ "query-mode": String(request.getQuerymode()), parallel: String(request.getParallel()) }),
    info?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
  return spawn(process.execPath, args, {
    cwd: pwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    },
  });
}

async function run(request: language.RunRequest): Promise<language.RunResponse> {
  const child = startProgram(request);
  running.add(child);
  const response = new language.RunResponse();
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
    (resolve, reject) => {
      child.once("error", reject).once("exit", (code, signal) => resolve({ code, signal }));
    },
  ).finally(() => running.delete(child));
  if (code === exitedAfterTellingTheUser) response.setBail(true);
  else if (code !== 0)
    response.setError(`The program ${signal ? `was ended by ${signal}` : `exited with code ${code}`}`);
  return response;
}

/** Turns a plain function into a unary gRPC method. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: grpc.status.UNKNOWN, message: error.message }),
      );
  };
}

const methods: Partial<ILanguageRuntimeServer> = {
  handshake: unary((request: language.LanguageHandshakeRequest) => {
    engineAddress = request.getEngineAddress();
    return new language.LanguageHandshakeResponse();
  }),
  getRequiredPlugins: unary((request: language.GetRequiredPluginsRequest) =>
    new language.GetRequiredPluginsResponse().setPluginsList(
      requiredPackages(request.getInfo()?.getProgramDirectory() ?? "").map(({ name, version, server }) =>
        new PluginDependency()
          .setName(name)
          .setKind("resource")
          .setVersion(version)
          .setServer(server ?? ""),
      ),
    ),
  ),
  getRequiredPackages: unary((request: language.GetRequiredPackagesRequest) =>
    new language.GetRequiredPackagesResponse().setPackagesList(
      requiredPackages(request.getInfo()?.getProgramDirectory() ?? "").map(({ name, version, server }) =>
        new PackageDependency()
          .setName(name)
          .setKind("resource")
          .setVersion(version)
          .setServer(server ?? ""),
      ),
    ),
  ),
  getPluginInfo: unary(() => new PluginInfo().setVersion("1.0.0")),
  about: unary(() =>
    new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
  ),
  getProgramDependencies: unary(() => new language.GetProgramDependenciesResponse()),
  installDependencies: (call) => {
    // Whoever runs this program has installed it: this file is part of it.
    call.end();
  },
  run: unary(run),
  cancel: unary(() => {
    for (const child of running) child.kill("SIGTERM");
    return new Empty();
  }),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, methods as grpc.UntypedServiceImplementation);
void listenToEngine(server).then((port) => process.stdout.write(`${port}\n`));
// Programs go with their host: nobody listens to them any more.
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
exitWithEngine();
