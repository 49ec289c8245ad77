import { readFileSync } from "node:fs";
import path from "node:path";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { PackageSchema, PropertySpecs } from "../../sdks/nomad/extractSchema";
import { bound, tokenName } from "../../sdks/nomad/extractSchema";
import {
  capitalize,
  inputMembers,
  outputMembers,
  plainMembers,
  reachableTypes,
  readDeclarations,
  typeName,
} from "../support/declarations";

const packageDir = path.join(__dirname, "../../sdks/nomad");
const schema = JSON.parse(readFileSync(path.join(packageDir, "schema.json"), "utf8")) as PackageSchema;

/**
 * Properties that the plugin has and the schema extract lost, along with all descriptions. The contract
 * recordings show the plugin taking and returning them.
 */
const lostInExtract: Record<string, PropertySpecs> = {
  AclPolicy: { description: { type: "string" } },
  Namespace: { description: { type: "string" } },
};

const declarations = readDeclarations(packageDir);

describe("the declarations of @pulumi/nomad", () => {
  it("are valid TypeScript", () => {
    expect(declarations.problems).toEqual([]);
  });

  for (const token of Object.keys(schema.resources)) {
    const name = tokenName(token);
    const resource = schema.resources[token];
    const lost = lostInExtract[name] ?? {};

    it(`${name} takes exactly the plugin's inputs`, () => {
      const expected = {
        properties: { ...resource.inputProperties, ...lost },
        required: resource.requiredInputs,
      };
      expect(declarations.of(`${name}Args`)).toEqual(inputMembers(expected, "inputs."));
    });

    it(`${name} has exactly the plugin's outputs`, () => {
      const expected = { properties: { ...resource.properties, ...lost }, required: resource.required };
      expect(declarations.of(name)).toEqual(outputMembers(expected));
    });

    it(`${name}.get can be told exactly the plugin's state`, () => {
      const expected = { properties: { ...resource.stateInputs?.properties, ...lost } };
      expect(declarations.of(`${name}State`)).toEqual(inputMembers(expected, "inputs."));
    });
  }

  it("Provider takes exactly the plugin's configuration", () => {
    const { inputProperties, requiredInputs } = schema.provider;
    const expected = { properties: inputProperties, required: requiredInputs };
    expect(declarations.of("ProviderArgs")).toEqual(inputMembers(expected, "inputs."));
    // A provider's other properties are JSON inside a string, so they are not offered as outputs.
    const strings = Object.entries(schema.provider.properties).filter(([, spec]) => spec.type === "string");
    expect(declarations.of("Provider")).toEqual(outputMembers({ properties: Object.fromEntries(strings) }));
  });

  for (const token of Object.keys(schema.functions)) {
    const name = tokenName(token);
    const lookup = schema.functions[token];

    it(`${name} takes and returns exactly what the plugin does`, () => {
      const prefix = capitalize(name);
      if (lookup.inputs) {
        expect(declarations.of(`${prefix}Args`)).toEqual(plainMembers(lookup.inputs, "inputs."));
        expect(declarations.of(`${prefix}OutputArgs`)).toEqual(inputMembers(lookup.inputs, "inputs."));
      }
      const result = plainMembers(lookup.outputs, "outputs.").map((member) => `readonly ${member}`);
      expect(declarations.of(`${prefix}Result`)).toEqual(result);
    });
  }

  const roots = [schema.provider, ...Object.values(schema.resources)];
  const inputRoots = roots.map(({ inputProperties, stateInputs }) => ({ inputProperties, stateInputs }));
  const outputRoots = [
    ...Object.values(schema.resources).map(({ properties }) => properties),
    ...Object.values(schema.functions).map(({ outputs }) => outputs),
  ];

  it("types.input has exactly the types that inputs use", () => {
    const expected = reachableTypes(schema, inputRoots).map((token) => [
      typeName(token),
      inputMembers(schema.types[token], ""),
    ]);
    expect(declarations.namespace("input")).toEqual(Object.fromEntries(expected));
  });

  it("types.output has exactly the types that outputs use", () => {
    const expected = reachableTypes(schema, outputRoots).map((token) => [
      typeName(token),
      plainMembers(schema.types[token], ""),
    ]);
    expect(declarations.namespace("output")).toEqual(Object.fromEntries(expected));
  });

  it("declare what the package exports, and nothing else", () => {
    const expected = [...bound.resources, ...bound.functions.flatMap((name) => [name, `${name}Output`])];
    expect(
      Object.keys(nomad)
        .filter((name) => name !== "default" && name !== "module.exports")
        .sort(),
    ).toEqual([...expected, "Provider", "types"].sort());
    expect(declarations.values()).toEqual([...expected, "Provider", "types"].sort());
  });
});

describe("the classes of @pulumi/nomad", () => {
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  const invoked: pulumi.runtime.MockCallArgs[] = [];

  beforeAll(() => {
    void pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args);
        return { id: `${args.name}-id`, state: { ...(args.inputs as object), status: "running" } };
      },
      call: (args) => {
        invoked.push(args);
        return { ...(args.inputs as object), id: "found" };
      },
    });
  });

  beforeEach(() => {
    registered.length = 0;
    invoked.length = 0;
  });

  for (const token of Object.keys(schema.resources)) {
    const name = tokenName(token) as keyof typeof constructors;
    const names = Object.keys({ ...schema.resources[token].inputProperties, ...lostInExtract[name] });

    it(`${name} is registered as ${token} with every input`, async () => {
      const inputs = Object.fromEntries(names.map((property) => [property, `a ${property}`]));
      const resource = constructors[name]("example", inputs);
      await known(resource.urn);
      expect(registered.map(({ type, inputs: sent }) => ({ type, sent: plain(sent) }))).toEqual([
        { type: token, sent: inputs },
      ]);
      const outputs = Object.keys({ ...schema.resources[token].properties, ...lostInExtract[name] });
      expect(
        outputs.filter((property) => !pulumi.Output.isInstance(Reflect.get(resource, property))),
      ).toEqual([]);
    });

    it(`${name} refuses to be made without what the plugin requires`, () => {
      for (const required of schema.resources[token].requiredInputs ?? []) {
        const inputs = Object.fromEntries(names.filter((n) => n !== required).map((n) => [n, `a ${n}`]));
        expect(() => constructors[name]("example", inputs)).toThrow(required);
      }
      expect(registered).toEqual([]);
    });
  }

  it("every class recognises its own instances, and only those", async () => {
    const job = new nomad.Job("own", { jobspec: "{}" });
    await known(job.urn);
    expect(
      [nomad.Job, nomad.Namespace, nomad.Variable, nomad.Provider].map((c) => c.isInstance(job)),
    ).toEqual([true, false, false, false]);
    expect(nomad.Job.isInstance(undefined)).toBe(false);
  });

  it("a Job can be looked up without being managed", async () => {
    const job = nomad.Job.get("existing", "site", { priority: 50 });
    await known(job.urn);
    expect(registered.map(({ type, id }) => ({ type, id }))).toEqual([
      { type: "nomad:index/job:Job", id: "site" },
    ]);
  });

  it("what the schema calls secret is secret even when the program passes it in plain text", async () => {
    const variable = new nomad.Variable("v", { path: "nomad/jobs/site", items: { password: "hunter2" } });
    const provider = new nomad.Provider("p", { secretId: "token", headers: [{ name: "A", value: "b" }] });
    expect(await pulumi.isSecret(variable.items)).toBe(true);
    expect(await pulumi.isSecret(variable.path)).toBe(false);
    expect(await pulumi.isSecret(provider.secretId)).toBe(true);
  });

  it("Provider sends what is not a string as JSON", async () => {
    const provider = new nomad.Provider("p", { address: "http://127.0.0.1:4646", skipVerify: true });
    await known(provider.urn);
    expect(registered.map(({ type, inputs }) => ({ type, sent: plain(inputs) }))).toEqual([
      { type: "pulumi:providers:nomad", sent: { address: "http://127.0.0.1:4646", skipVerify: "true" } },
    ]);
  });

  it("lookups call the plugin's functions, with plain arguments and with outputs", async () => {
    await nomad.getJob({ jobId: "site" });
    await known(nomad.getJobOutput({ jobId: pulumi.output("site"), namespace: "web" }));
    await nomad.getDeployments();
    await known(nomad.getAllocationsOutput({ filter: 'JobID == "site"' }));
    expect(invoked.map(({ token, inputs }) => ({ token, inputs: plain(inputs) }))).toEqual([
      { token: "nomad:index/getJob:getJob", inputs: { jobId: "site" } },
      { token: "nomad:index/getJob:getJob", inputs: { jobId: "site", namespace: "web" } },
      { token: "nomad:index/getDeployments:getDeployments", inputs: {} },
      { token: "nomad:index/getAllocations:getAllocations", inputs: { filter: 'JobID == "site"' } },
    ]);
  });
});

/** Each class behind one signature, so that a table of inputs can be fed to it. */
const constructors = {
  AclPolicy: construct(nomad.AclPolicy),
  DynamicHostVolume: construct(nomad.DynamicHostVolume),
  Job: construct(nomad.Job),
  Namespace: construct(nomad.Namespace),
  Variable: construct(nomad.Variable),
};

function construct(type: unknown) {
  const constructor = type as new (name: string, args: Record<string, unknown>) => pulumi.CustomResource;
  return (name: string, args: Record<string, unknown>) => new constructor(name, args);
}

function known<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => void output.apply((value) => resolve(value as pulumi.Unwrap<T>)));
}

/** The same inputs without secret markers and undefined values. */
function plain(inputs: unknown): unknown {
  return JSON.parse(JSON.stringify(inputs, (_key, value: unknown) => unwrapSecret(value)));
}

function unwrapSecret(value: unknown): unknown {
  const signature = "4dabf18193072939515e22adb298388d";
  return value !== null && typeof value === "object" && signature in value
    ? Reflect.get(value, "value")
    : value;
}
