/** A Pulumi engine for tests: it answers like one, and remembers what a program asked of it. */
import { createHash } from "node:crypto";
import { jest } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type * as resourceMessages from "@pulumi/pulumi/proto/resource_pb";

/** Where a value will only be known after `up`. */
export const unknown = "(unknown)";

/** What the program registered, as the engine sees it. */
export interface Registered {
  type: string;
  name: string;
  /** Name of its parent; empty for the stack's own children. */
  parent: string;
  /** Without secret markers; {@link unknown} stands for what is not known yet. */
  inputs: Record<string, unknown>;
  /** Paths of the inputs that are marked secret, for example `items` or `envs.1`. */
  secrets: string[];
  /** Reference to its provider, `URN::id`; empty for the default one. */
  provider: string;
  /** Options that differ from the engine's own defaults. */
  options: Record<string, unknown>;
  /** Names of the resources that must be there before it, sorted. */
  dependsOn: string[];
}

export interface Run<T> {
  result: T;
  resources: Registered[];
  /** The resource of that name; throws when there is none. */
  resource: (name: string) => Registered;
  /** What the component of that name registered as its outputs. */
  outputs: (name: string) => Record<string, unknown>;
}

export interface RunOptions {
  /** As `pulumi preview` runs it: ids and computed values are unknown. Default: as `pulumi up` does. */
  preview?: boolean;
  project?: string;
  stack?: string;
  /** Config with the project's prefix or another one, as texts. */
  config?: Record<string, string>;
  /** Keys of `config` that are stored encrypted. */
  secretKeys?: string[];
  /** Whether the stack was never deployed: what an earlier `up` would have made is unknown in a preview. */
  fresh?: boolean;
  /** Gets each line that the program warns with. */
  warned?: (line: string) => void;
}

const secretMarker = "4dabf18193072939515e22adb298388d";
const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Sets the project's config as `pulumi` hands it to a program. */
function setConfig(config: Record<string, string>, secretKeys: string[] = []): void {
  pulumi.runtime.setAllConfig(config, secretKeys);
}

/** Runs a program to its end, outputs and all. */
export async function runProgram<T>(
  program: () => T | Promise<T>,
  options: RunOptions = {},
): Promise<Run<T>> {
  const { preview = false, project = "shop", stack = "test", config = {}, secretKeys } = options;
  const resources: Registered[] = [];
  const outputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs as Record<string, unknown>,
      newResource: ({ type, name, inputs }) => ({
        id: preview ? undefined : `${name}-id`,
        state: {
          ...(inputs as object),
          ...(preview ? {} : computed(type, name, inputs as Record<string, unknown>)),
          ...(preview && options.fresh ? {} : madeBefore(type, name, inputs as Record<string, unknown>)),
        },
      }),
    },
    project,
    stack,
    preview,
  );
  // Nobody listens there: what a test runs must not depend on a Nomad that happens to run on this machine.
  setConfig({ "nomad:address": "http://127.0.0.1:9", ...config }, secretKeys);
  listen(resources, outputs);
  const warn = options.warned && jest.spyOn(pulumi.log, "warn").mockImplementation(collect(options.warned));
  let result: T;
  try {
    result = await program();
  } finally {
    warn?.mockRestore();
    await pulumi.runtime.disconnect();
  }
  return {
    result,
    resources,
    resource: (name) =>
      found(
        resources.find((one) => one.name === name),
        name,
      ),
    outputs: (name) => found(outputs.get(name), name),
  };
}

function collect(warned: (line: string) => void): typeof pulumi.log.warn {
  return (line) => {
    warned(line);
    return Promise.resolve();
  };
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`nothing named ${name} was registered`);
  return value;
}

/** What a provider adds to the inputs, as far as the program reads it. */
function computed(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === "random:index/randomPassword:RandomPassword") return { result: `value of ${name}` };
  if (type !== "nomad:index/job:Job") return {};
  const { Job } = JSON.parse(String(inputs.jobspec)) as { Job: { ID: string; Namespace?: string } };
  return { name: Job.ID, namespace: Job.Namespace ?? "default" };
}

/** What stays as it is from the first `up` on, and is another value when what it is kept by changes. */
function madeBefore(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type !== "random:index/randomId:RandomId") return {};
  const digest = createHash("sha256").update(name + JSON.stringify(inputs.keepers ?? {}));
  return { hex: digest.digest("hex").slice(0, 2 * Number(inputs.byteLength)) };
}

type Answer = (error: unknown, response: unknown) => void;

/** Puts an ear between the program and the mock engine, and answers what that one does not know: hooks. */
function listen(resources: Registered[], outputs: Map<string, Record<string, unknown>>): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown> & {
    registerResource(request: resourceMessages.RegisterResourceRequest, answer: Answer): void;
    registerResourceOutputs(request: resourceMessages.RegisterResourceOutputsRequest, answer: Answer): void;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) => {
    resources.push(registered(request));
    register(request, answer);
  };
  const complete = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, answer) => {
    outputs.set(nameOf(request.getUrn()), read(request.getOutputs()?.toJavaScript() ?? {}).value);
    complete(request, answer);
  };
  const agree = (_request: unknown, answer: Answer): void => answer(null, {});
  Object.assign(monitor, { registerResourceHook: agree, registerErrorHook: agree, close: () => undefined });
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function registered(request: resourceMessages.RegisterResourceRequest): Registered {
  const { value, secrets } = read(request.getObject()?.toJavaScript() ?? {});
  const { create, update } = request.getCustomtimeouts()?.toObject() ?? { create: "", update: "" };
  const hooks = Object.entries(request.getHooks()?.toObject() ?? {})
    .filter(([, names]) => names.length > 0)
    .map(([moment, names]) => [moment.replace(/List$/, ""), names]);
  const options = {
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    customTimeouts: create || update ? { create, update } : undefined,
    hooks: hooks.length > 0 ? (Object.fromEntries(hooks) as Record<string, string[]>) : undefined,
  };
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    provider: request.getProvider(),
    inputs: value,
    secrets,
    options: Object.fromEntries(Object.entries(options).filter(([, set]) => Boolean(set))),
    dependsOn: request.getDependenciesList().map(nameOf).sort(),
  };
}

/** Takes the markers out of serialised properties, and says where the secret ones were. */
function read(properties: Record<string, unknown>): { value: Record<string, unknown>; secrets: string[] } {
  const secrets: string[] = [];
  const walk = (value: unknown, path: string): unknown => {
    if (value === unknownMarker) return unknown;
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}.${index}`));
    if (value === null || typeof value !== "object") return value;
    if (secretMarker in value) {
      secrets.push(path);
      return walk((value as { value?: unknown }).value, path);
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, path ? `${path}.${key}` : key)]),
    );
  };
  return { value: walk(properties, "") as Record<string, unknown>, secrets };
}

/** The jobspec without the release's number, which is the time. */
export function unreleased(jobspec: unknown): string {
  return String(jobspec).replace(/"DJANGO_NOMAD_GATE_RELEASE":"\d+"/g, "");
}
