import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, type NomadArgs } from "../../components";
import { lateClaim } from "../../components/guards/guard";
import { Cluster } from "../../components/nomad/cluster";
import { FakeNomad } from "../support/fakeNomad";
import { type Run, runProgram, type RunOptions, unknown } from "../support/engine";
import { stubEnv, unstubAllEnvs } from "../support/stubEnv";
import { readSettings } from "../../settings";

const image = { djangoImage: "shop:1", secretEnvVars: { A: "battery staple" } };
/** Nobody listens there. */
const nowhere = "http://127.0.0.1:9";
const otherNowhere = "http://127.0.0.1:19";

interface Seen {
  run: Run<DjangoApp>;
  warned: string[];
}

async function deploy(nomadArgs: NomadArgs, args: Partial<DjangoAppArgs> = {}, options: RunOptions = {}) {
  const warned: string[] = [];
  const run = await runProgram(() => new DjangoApp("web", { ...image, ...args, nomad: nomadArgs }), {
    ...options,
    warned: (line) => warned.push(line),
  });
  return { run, warned } satisfies Seen;
}

/** What a program's arguments are refused with, and what it had registered of the component's until then. */
async function refusal(program: () => unknown, options: RunOptions = {}): Promise<string> {
  let said = "";
  const { resources } = await runProgram(() => {
    try {
      program();
    } catch (error) {
      if (!(error instanceof pulumi.RunError)) throw error;
      said = error.message;
    }
  }, options);
  const own = resources.filter(({ type }) => type.startsWith("django-nomad:"));
  expect(own.map(({ name }) => name).filter((name) => !name.startsWith("first"))).toEqual([]);
  return said;
}

afterEach(unstubAllEnvs);

describe("the argument nomad", () => {
  it("makes the provider of every resource on Nomad, and marks what is secret", async () => {
    const { run } = await deploy({ address: nowhere, secretId: "t0k3n", caPem: "pem" });
    expect(run.resource("web-nomad")).toMatchObject({
      type: "pulumi:providers:nomad",
      parent: "web",
      inputs: { address: nowhere, secretId: "t0k3n", caPem: "pem" },
      secrets: ["secretId"],
    });
    for (const name of ["web-job", "web-secrets"]) {
      expect(run.resource(name).provider).toMatch(/::web-nomad::/);
    }
    expect(run.result.nodes.provider).toBeInstanceOf(nomad.Provider);
  });

  it("left out leaves the default provider to every resource, as before", async () => {
    const run = await runProgram(() => new DjangoApp("web", image));
    expect(run.resources.filter(({ type }) => type.startsWith("pulumi:providers"))).toEqual([]);
    expect(run.resource("web-job").provider).toBe("");
  });

  it("is where the component asks, with region and token, whatever the stack's config says", async () => {
    const here = await FakeNomad.start();
    try {
      await deploy(
        { address: here.address, region: "eu", secretId: "t0k3n" },
        {},
        { config: { "nomad:address": otherNowhere, "nomad:region": "us" } },
      );
      expect(here.requests.length).toBeGreaterThan(0);
      for (const { query, headers } of here.requests) {
        expect(query.get("region")).toBe("eu");
        expect(headers["x-nomad-token"]).toBe("t0k3n");
      }
    } finally {
      await here.stop();
    }
  });

  it("takes outputs of other resources, and asks Nomad once they are known", async () => {
    const here = await FakeNomad.start();
    try {
      const run = await runProgram(() => {
        const token = new random.RandomPassword("token", { length: 20 });
        const address = pulumi.output(here.address);
        return new DjangoApp("web", { ...image, nomad: { address, secretId: token.result } });
      });
      expect(run.resource("web-nomad").inputs).toMatchObject({ secretId: "value of token" });
      expect(here.requests.map(({ headers }) => headers["x-nomad-token"])).toContain("value of token");
    } finally {
      await here.stop();
    }
  });

  it("with a value that only up makes leaves Nomad alone in a preview, and says so", async () => {
    const here = await FakeNomad.start();
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      const run = await runProgram(
        () => {
          const token = new random.RandomPassword("token", { length: 20 });
          return new DjangoApp("web", { ...image, nomad: { address: here.address, secretId: token.result } });
        },
        { preview: true },
      );
      expect(here.asked).toEqual([]);
      expect(run.resource("web-nomad").inputs).toMatchObject({ secretId: unknown });
      expect(warn.mock.calls.map(([line]) => line).join("\n")).toContain(
        "nomad.secretId is not known until `pulumi up` has created it",
      );
    } finally {
      warn.mockRestore();
      await here.stop();
    }
  });

  it("takes null for a value that is left out", async () => {
    stubEnv("NOMAD_TOKEN", "t0k3n");
    const empty = {
      secretId: null,
      region: null,
      skipVerify: null,
      ignoreEnvVars: null,
    } as unknown as NomadArgs;
    const { run } = await deploy({ address: nowhere, ...empty }, { region: "eu" });
    expect(run.resource("web-nomad").inputs).toEqual({ address: nowhere, region: "eu" });
    const { token, problem } = await new Cluster({ address: nowhere, ...empty }, {}).connection();
    expect({ token, problem }).toEqual({ token: "t0k3n", problem: undefined });
    const none = await runProgram(
      () => new DjangoApp("web", { ...image, nomad: null as unknown as undefined }),
    );
    expect(none.resource("web-job").provider).toBe("");
  });

  it.each([
    ["nothing", undefined, "us", "us", "us"],
    ["NOMAD_REGION", { NOMAD_REGION: true }, "us", "eu", "eu"],
    ["nothing, and NOMAD_REGION is empty", undefined, "", "eu", "eu"],
  ])(
    "goes to one region with its provider when it ignores %s",
    async (_what, ignoreEnvVars, env, region, to) => {
      stubEnv("NOMAD_REGION", env);
      const { run } = await deploy({ address: nowhere, ignoreEnvVars }, { region });
      expect(run.resource("web-nomad").inputs).toMatchObject({ region: to });
      const { next } = await run.result.stackOutputs;
      const commands = await new Promise((resolve) => void next?.apply(resolve));
      expect(commands).toMatchObject({ status: `nomad job status -region ${to} web` });
    },
  );

  it.each<[what: string, variable: string, value: string, more: Partial<DjangoAppArgs>, message: string]>([
    [
      "another region than the job's",
      "NOMAD_REGION",
      "us",
      { region: "eu" },
      'NOMAD_REGION: is "us", but region is "eu": the job would go to us. Remove one of them',
    ],
    [
      "no check of certificates under protect",
      "NOMAD_SKIP_VERIFY",
      "true",
      { protect: true, immutableTags: true },
      'NOMAD_SKIP_VERIFY: protect is true: is "true"',
    ],
  ])("with %s in the environment is refused", async (_what, variable, value, more, message) => {
    stubEnv(variable, value);
    const nomadArgs = { address: "https://nomad.example.invalid" };
    expect(await refusal(() => new DjangoApp("web", { ...image, ...more, nomad: nomadArgs }))).toContain(
      message,
    );
  });

  it("gives the provider the job's region where it names none itself", async () => {
    const { run } = await deploy({ address: nowhere }, { region: "eu" });
    expect(run.resource("web-nomad").inputs).toMatchObject({ region: "eu" });
  });

  it("puts the region into the commands that an operator types next", async () => {
    const { run } = await deploy({ address: nowhere, region: "eu" }, { namespace: "web" });
    const { next } = await run.result.stackOutputs;
    const commands = await new Promise((resolve) => void next?.apply(resolve));
    expect(commands).toMatchObject({ status: "nomad job status -region eu -namespace web web" });
  });

  it("names its own keys in what it says", async () => {
    const { warned } = await deploy({ address: "http://nomad.example.invalid:4646", skipVerify: true });
    expect(warned.join("\n")).toContain("nomad.address: is ");
    expect(warned.join("\n")).toContain("nomad.skipVerify: is ");
    expect(warned.join("\n")).toContain("nomad.caFile");
    expect(warned.join("\n")).not.toContain("nomad:");
  });

  it.each<[what: string, given: object, more: Partial<DjangoAppArgs>, message: string]>([
    ["an unknown key", { adress: nowhere }, {}, "nomad.adress: is not a known key: did you mean address?"],
    ["the token's other name", { token: "t" }, {}, "nomad.token: is not a known key: did you mean secretId?"],
    [
      "no address",
      { address: "nomad" },
      {},
      'nomad.address: "nomad" is not an address such as https://HOST:4646',
    ],
    ["an empty token", { secretId: "" }, {}, "nomad.secretId: its value is not a non-empty string"],
    [
      "a file that is not there",
      { caFile: "/no/ca.pem" },
      {},
      'nomad.caFile: is "/no/ca.pem", which can\'t be read',
    ],
    [
      "an ignored variable that the provider reads all the same",
      { address: nowhere, ignoreEnvVars: { NOMAD_TOKEN: true } },
      {},
      "nomad.ignoreEnvVars.NOMAD_TOKEN: is a variable that Nomad's provider can't ignore",
    ],
    [
      "two regions",
      { address: nowhere, region: "eu" },
      { region: "us" },
      'nomad.region: is "eu", but region is "us": the job would go to eu. Remove one of them',
    ],
    [
      "a text",
      "http://127.0.0.1" as unknown as object,
      {},
      "nomad: is a string and not a map with the keys address, region",
    ],
    [
      "plain http to another machine under protect",
      { address: "http://nomad.example.invalid" },
      { protect: true, immutableTags: true },
      "nomad.address: protect is true: is",
    ],
  ])("with %s is refused before anything is registered", async (_what, given, more, message) => {
    const said = await refusal(() => new DjangoApp("web", { ...image, ...more, nomad: given }));
    expect(said).toContain(message);
  });
});

describe("a provider of nomad that the component can't read", () => {
  const provider = () => new nomad.Provider("other", { address: nowhere });

  it.each<[where: string, program: () => unknown]>([
    ["provider", () => new DjangoApp("web", image, { provider: provider() })],
    ["providers, as a list", () => new DjangoApp("web", image, { providers: [provider()] })],
    ["providers, as a map", () => new DjangoApp("web", image, { providers: { nomad: provider() } })],
    [
      "provider, beside the argument",
      () => new DjangoApp("web", { ...image, nomad: { address: nowhere } }, { provider: provider() }),
    ],
    [
      "its parent",
      () => {
        const parent = new pulumi.ComponentResource("my:index:Site", "site", {}, { providers: [provider()] });
        return new DjangoApp("web", image, { parent });
      },
    ],
  ])("in %s is refused, with the argument's name", async (_where, program) => {
    const said = await refusal(program);
    expect(said).toContain("nomad: the component's ");
    expect(said).toContain("the argument nomad instead: { address, region, secretId, caFile, ... }");
  });

  it("of the parent gives way to the argument", async () => {
    const run = await runProgram(() => {
      const parent = new pulumi.ComponentResource("my:index:Site", "site", {}, { providers: [provider()] });
      return new DjangoApp("web", { ...image, nomad: { address: nowhere } }, { parent });
    });
    expect(run.resource("web-job").provider).toMatch(/::web-nomad::/);
  });

  it.each<[where: string, providers: unknown]>([
    ["a map", { nomad: undefined }],
    ["a list", [undefined]],
  ])("is none where its entry is empty: %s", async (_where, providers) => {
    const run = await runProgram(() => new DjangoApp("web", image, { providers } as object));
    expect(run.resource("web-job").provider).toBe("");
  });

  it("is none of another package: those are passed on", async () => {
    const run = await runProgram(
      () => new DjangoApp("web", image, { providers: [new random.Provider("dice")] }),
    );
    expect(run.resource("web-owner").provider).toMatch(/::dice::/);
    expect(run.resource("web-job").provider).toBe("");
  });
});

describe("two applications in one program", () => {
  const two = (first: Partial<DjangoAppArgs>, second: Partial<DjangoAppArgs>) => () => {
    new DjangoApp("first", { ...image, ...first });
    new DjangoApp("second", { ...image, ...second });
  };

  it("get job ids by their names, and variables and hooks of their own", async () => {
    const run = await runProgram(two({}, {}));
    const ids = ["first", "second"].map((name) => {
      const { Job } = JSON.parse(String(run.resource(`${name}-job`).inputs.jobspec)) as {
        Job: { ID: string };
      };
      return Job.ID;
    });
    expect(ids).toEqual(["first", "second"]);
    expect(run.resource("second-secrets").inputs.path).toBe("nomad/jobs/second");
  });

  it.each<[what: string, first: Partial<DjangoAppArgs>, second: Partial<DjangoAppArgs>]>([
    ["the same job", { jobName: "shop" }, { jobName: "shop" }],
    ["the name of the other", {}, { jobName: "first" }],
    [
      "the same job by two spellings of an address",
      { jobName: "shop", nomad: { address: "http://localhost:9/" } },
      { jobName: "shop" },
    ],
    [
      "the job of the other's backups",
      {
        jobName: "shop",
        postgres: { namePrefix: "shop", password: "x" },
        backups: { volume: "dumps", schedule: "@daily" },
      },
      { jobName: "shop-backup" },
    ],
  ])("with %s are refused, with both names", async (_what, first, second) => {
    const said = await refusal(two(first, second));
    expect(said).toContain('The arguments of DjangoApp "second" are wrong:');
    expect(said).toContain('also belongs to DjangoApp "first" on the same cluster');
  });

  it.each<[what: string, first: Partial<DjangoAppArgs>, second: Partial<DjangoAppArgs>]>([
    ["namespaces", { namespace: "a" }, { namespace: "b" }],
    ["clusters", { nomad: { address: nowhere } }, { nomad: { address: otherNowhere } }],
    ["regions", { nomad: { address: nowhere, region: "eu" } }, { nomad: { address: nowhere, region: "us" } }],
  ])("may have one job id in two %s, with hooks of their own", async (_what, first, second) => {
    const run = await runProgram(two({ jobName: "shop", ...first }, { jobName: "shop", ...second }));
    const hooks = ["first-job", "second-job"].flatMap((name) => {
      const { beforeCreate } = run.resource(name).options.hooks as { beforeCreate: string[] };
      return beforeCreate;
    });
    expect(new Set(hooks).size).toBe(hooks.length);
    expect(hooks).toHaveLength(4);
  });

  it("with one job on a cluster that is known later are refused then", async () => {
    const { result } = await runProgram(async () => {
      const late = (component: string) => {
        const address = pulumi.output(Promise.resolve(nowhere));
        const args = { ...image, nomad: { address } };
        const owner = { known: () => Promise.resolve({ stack: "shop/test", id: undefined }) };
        const adoption = { cluster: new Cluster(args.nomad, {}), jobName: "shop", adopt: false, owner };
        return lateClaim({ adoption, args, claimed: { component, jobs: ["shop"], namespace: "default" } });
      };
      return [await late("first"), await late("second")];
    });
    expect(result[0]).toEqual([]);
    expect(result[1]).toMatchObject([{ key: "jobName" }]);
    expect(result[1][0].message).toContain('also belongs to DjangoApp "first" on the same cluster');
  });
});

describe("where the component asks", () => {
  it("is where the provider's variables of the environment say, but for those that are ignored", async () => {
    stubEnv("NOMAD_ADDR", nowhere);
    stubEnv("NOMAD_TOKEN", "t0k3n");
    stubEnv("NOMAD_REGION", "us");
    const asked = (ignoreEnvVars?: NomadArgs["ignoreEnvVars"]) =>
      new Cluster({ ignoreEnvVars }, {}).connection();
    expect(await asked()).toMatchObject({ address: nowhere, token: "t0k3n", region: "us" });
    expect(await asked({ NOMAD_REGION: false })).toMatchObject({ region: "us" });
    expect(await asked({ NOMAD_REGION: true })).toMatchObject({ token: "t0k3n", region: undefined });
  });

  it("is where the stack's config says, with the variables that it ignores", async () => {
    stubEnv("NOMAD_REGION", "us");
    const config = { "nomad:ignoreEnvVars": '{"NOMAD_REGION":true}' };
    const { result } = await runProgram(() => new Cluster(undefined, { region: "eu" }).connection(), {
      config,
    });
    expect(result).toMatchObject({ region: "eu" });
  });

  it.each<[what: string, nomadArgs: NomadArgs | undefined, config: Record<string, string>]>([
    ["by the argument", { address: nowhere, ignoreEnvVars: { NOMAD_NAMESPACE: true } }, {}],
    ["by the stack's config", undefined, { "nomad:ignoreEnvVars": '{"NOMAD_NAMESPACE":"true"}' }],
  ])("is the default namespace where NOMAD_NAMESPACE is ignored %s", async (_what, nomadArgs, config) => {
    stubEnv("NOMAD_NAMESPACE", "of another job");
    const run = await runProgram(() => new DjangoApp("web", { ...image, nomad: nomadArgs }), { config });
    expect(run.resource("web-secrets").inputs).not.toHaveProperty("namespace");
    const { namespace } = await run.result.stackOutputs;
    expect(namespace).toBe("default");
  });

  it.each<[key: string, value: string, message: string]>([
    [
      "ignoreEnvVars",
      '{"NOMAD_TOKEN":true}',
      "nomad:ignoreEnvVars.NOMAD_TOKEN: is a variable that Nomad's provider can't ignore: it can ignore NOMAD_REGION and " +
        "NOMAD_NAMESPACE. Remove it here, and unset it in the environment or give the setting that it stands for",
    ],
    [
      "ignoreEnvVars",
      "NOMAD_REGION",
      'nomad:ignoreEnvVars: "NOMAD_REGION" is not a map of names to true or false',
    ],
    [
      "authJwt",
      '{"authMethod":"ci","loginToken":"jwt"}',
      "nomad:authJwt: is not supported: only Nomad's provider",
    ],
  ])("can't follow the config's %s of %s, which is refused", async (key, value, message) => {
    const config = { [`nomad:${key}`]: value };
    expect(await refusal(() => new DjangoApp("web", { ...image }), { config })).toContain(message);
    const djangoImage = { "shop:djangoImage": "shop:1" };
    const program = runProgram(() => readSettings(), { config: { ...config, ...djangoImage } });
    await expect(program).rejects.toThrow(message);
  });

  it.each([
    ["a token", { secretId: pulumi.output(undefined) }, "nomad.secretId"],
    ["null", { secretId: pulumi.output(null) }, "nomad.secretId"],
    [
      "a header",
      { headers: [{ name: "X-Team", value: pulumi.output(undefined) }] },
      "nomad.headers[0].value",
    ],
  ])("is told as an output without a value: %s", async (_what, given, key) => {
    for (const preview of [true, false]) {
      const asked = () =>
        new Cluster({ address: nowhere, ...(given as unknown as NomadArgs) }, {}).connection();
      const { result } = await runProgram(asked, { preview });
      expect(result.problem).toBe(
        `${key} is an output that has no value: check where it comes from, for example the name that getOutput asks for, ` +
          "or leave the argument out",
      );
    }
  });

  it("gets the headers and the basic authentication of the provider", async () => {
    const headers = [{ name: "X-Team", value: "web" }];
    const cluster = new Cluster({ address: nowhere, httpAuth: "me:secret", headers }, {});
    expect((await cluster.connection()).headers).toEqual({
      Authorization: `Basic ${Buffer.from("me:secret").toString("base64")}`,
      "X-Team": "web",
    });
  });
});

describe("the resources of an application", () => {
  const postgres = { namePrefix: "shop", password: "x" };

  it("are in nodes", async () => {
    const { result } = await runProgram(() => new DjangoApp("web", { ...image, postgres }));
    const { job, variables, companions, database, scheduledBackup, provider } = result.nodes;
    expect(job).toBeInstanceOf(nomad.Job);
    expect(companions.manage).toBeInstanceOf(nomad.Job);
    // The application's secrets, and the copy of its one-off commands.
    expect(variables).toHaveLength(2);
    expect(result.nodes.postgres).toBe(result.postgres);
    expect([database, scheduledBackup, provider]).toEqual([undefined, undefined, undefined]);
  });

  it("take a transform each, and keep what the component stands on", async () => {
    const transform: DjangoAppArgs["transform"] = {
      job: (job) => ({ ...job, AllAtOnce: true }),
      jobResource: (args, opts) => {
        Object.assign(args, { detach: true, policyOverride: true });
        Object.assign(opts, { retainOnDelete: true, hooks: {} });
      },
      variable: (args, opts, name) => {
        Object.assign(args, { path: "elsewhere" });
        Object.assign(opts, { retainOnDelete: name === "web-secrets" });
      },
      postgres: { container: { shmSize: 512 }, volume: (args) => void (args.driver = "nfs") },
    };
    const { resource } = await runProgram(() => new DjangoApp("web", { ...image, postgres, transform }));
    const job = resource("web-job");
    expect(JSON.parse(String(job.inputs.jobspec))).toMatchObject({ Job: { AllAtOnce: true } });
    expect(job.inputs).toMatchObject({ detach: false, policyOverride: true });
    expect(job.options).toMatchObject({ retainOnDelete: true });
    expect(job.options.hooks).toHaveProperty("onError");
    expect(resource("web-secrets").inputs.path).toBe("nomad/jobs/web");
    expect(resource("web-secrets").options).toMatchObject({ retainOnDelete: true });
    expect(resource("web-postgres-server").inputs.shmSize).toBe(512);
    expect(resource("web-postgres-data").inputs.driver).toBe("nfs");
  });

  it.each<[object, string]>([
    [{ jop: () => undefined }, "transform.jop: is not a known key"],
    [{ job: 1 }, "transform.job: is not a function from a job to a job"],
    [{ variable: "x" }, "transform.variable: is neither a map of arguments nor a function"],
    [
      { postgres: { server: {} } },
      "transform.postgres.server: is not a known key: known are network, volume, container",
    ],
  ])("refuse a transform that is none: %j", async (transform, message) => {
    expect(await refusal(() => new DjangoApp("web", { ...image, transform }))).toContain(message);
  });
});
