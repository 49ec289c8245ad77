import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DjangoAppArgs } from "../../components";
import { readSettings, SettingsError } from "../../settings";
import { editDistance } from "../../settings/readers";
import { runProgram, type RunOptions } from "../support/engine";

type Values = Record<string, unknown>;

/** The config as `pulumi` hands it over: texts, and JSON where the stack's file has lists or maps. */
function stackConfig(values: Values, project = "shop"): Record<string, string> {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    set.map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

async function read(values: Values, options: RunOptions = {}): Promise<DjangoAppArgs> {
  const { result } = await runProgram(readSettings, {
    stack: "dev",
    config: stackConfig({ djangoImage: "shop:1", ...values }),
    secretKeys: ["shop:secretEnvVars"],
    ...options,
  });
  return result;
}

/** The lines between the first and the last of the message, without their indent. */
async function problems(values: Values, options: RunOptions = {}): Promise<string[]> {
  const error: unknown = await read(values, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SettingsError)) throw new Error(`no SettingsError, but ${String(error)}`);
  const lines = error.message.split("\n");
  return lines.slice(1, -1).map((line) => line.slice(2));
}

const top =
  "djangoImage, jobName, region, datacenters, count, port, servicePortLabel, httpService, envVars, " +
  "secretEnvVars, migrateEnvVars, dockerNetworkMode, manageCommand, serverResources, migrateResources, " +
  "migrationLeader, migrationTimeout, migrationPollSeconds, migrationPollIters, databaseWaitSeconds, update, postgres";
const inService =
  "serviceName, serviceTags, serviceProvider, checkEnabled, checkType, checkPath, checkInterval, checkTimeout, " +
  "checkHeaders, upstreams";
const noDuration = "is not a duration: write a number with its unit, such as 90s or 10m";
const plain = "is stored in plain text. Store it encrypted: pulumi config set --secret --path";
const service = { serviceName: "shop" };

/** What is set, and everything that is said about it. */
const refused: [what: string, values: Values, ...expected: string[]][] = [
  ["no image", { djangoImage: undefined }, "djangoImage: is required"],
  [
    "an empty image",
    { djangoImage: "" },
    'djangoImage: "" is not an image reference such as registry.example.com/shop:1.4',
  ],
  [
    "an image with a space",
    { djangoImage: "shop :1" },
    'djangoImage: "shop :1" is not an image reference such as registry.example.com/shop:1.4',
  ],
  [
    "an unknown key near a known one",
    { djangoimage: "x" },
    `djangoimage: is not a known key: did you mean djangoImage? Known are ${top}`,
  ],
  [
    "a misspelt key",
    { migratonTimeout: "5m" },
    `migratonTimeout: is not a known key: did you mean migrationTimeout? Known are ${top}`,
  ],
  [
    "a pack variable's own spelling",
    { env_vars: {} },
    `env_vars: is not a known key: did you mean envVars? Known are ${top}`,
  ],
  ["an unknown key near nothing", { colour: "red" }, `colour: is not a known key: Known are ${top}`],
  [
    "an unknown key inside",
    { httpService: { ...service, checkPaht: "/" } },
    `httpService.checkPaht: is not a known key: did you mean checkPath? Known are ${inService}`,
  ],
  ["a word as count", { count: "two" }, 'count: "two" is not a whole number from 1 to 10000'],
  ["no instance", { count: 0 }, 'count: "0" is not a whole number from 1 to 10000'],
  ["half an instance", { count: 1.5 }, 'count: "1.5" is not a whole number from 1 to 10000'],
  ["a negative count", { count: -1 }, 'count: "-1" is not a whole number from 1 to 10000'],
  ["a port past the last", { port: 65536 }, 'port: "65536" is not a whole number from 1 to 65535'],
  ["a list as count", { count: [1] }, "count: [1] is not a whole number from 1 to 10000"],
  ["a text as a list", { datacenters: "dc1" }, 'datacenters: "dc1" is not a list'],
  ["a map inside a list", { datacenters: ["dc1", { a: 1 }] }, 'datacenters[1]: {"a":1} is not a text'],
  ["a text as a map", { envVars: "DEBUG=off" }, 'envVars: "DEBUG=off" is not a map of names to texts'],
  ["a list as a map", { envVars: ["DEBUG=off"] }, 'envVars: ["DEBUG=off"] is not a map of names to texts'],
  ["a map as a value", { envVars: { A: { B: 1 } } }, "envVars.A: is not a text: write one value per name"],
  [
    "a name with a dash",
    { envVars: { "MY-VAR": "x" } },
    'envVars.MY-VAR: "MY-VAR" is not a name for an environment variable: letters, digits and _, not a digit first',
  ],
  [
    "a job name with a slash",
    { jobName: "a/b" },
    'jobName: "a/b" is not a job id: letters, digits, -, _ and ., no spaces or slashes',
  ],
  [
    "a port label with a dash",
    { servicePortLabel: "my-port" },
    'servicePortLabel: "my-port" is not a port label: letters, digits and _',
  ],
  [
    "a network with a space",
    { dockerNetworkMode: "my net" },
    'dockerNetworkMode: "my net" is not a Docker network: host, bridge or a network\'s name',
  ],
  [
    "a text as an object",
    { httpService: "django" },
    `httpService: "django" is not a map with the keys ${inService}`,
  ],
  ["a service without a name", { httpService: { checkPath: "/" } }, "httpService.serviceName: is required"],
  [
    "a service name with a dot",
    { httpService: { serviceName: "a.b" } },
    'httpService.serviceName: "a.b" is not a service name: letters, digits and -, at most 63',
  ],
  [
    "an unknown provider",
    { httpService: { ...service, serviceProvider: "etcd" } },
    'httpService.serviceProvider: "etcd" is not one of nomad, consul',
  ],
  [
    "an unknown check",
    { httpService: { ...service, checkType: "grpc" } },
    'httpService.checkType: "grpc" is not one of http, tcp',
  ],
  [
    "yes for true",
    { httpService: { ...service, checkEnabled: "yes" } },
    'httpService.checkEnabled: "yes" is not true or false',
  ],
  [
    "a path without its slash",
    { httpService: { ...service, checkPath: "healthz" } },
    'httpService.checkPath: "healthz" is not a path that begins with /',
  ],
  [
    "a duration without a unit",
    { httpService: { ...service, checkInterval: 10 } },
    `httpService.checkInterval: 10 has no unit: it ${noDuration}`,
  ],
  [
    "a duration without a unit, as text",
    { migrationTimeout: "600" },
    `migrationTimeout: "600" ${noDuration}`,
  ],
  [
    "a duration in words",
    { migrationTimeout: "ten minutes" },
    `migrationTimeout: "ten minutes" ${noDuration}`,
  ],
  ["a duration in days", { update: { minHealthyTime: "1d" } }, `update.minHealthyTime: "1d" ${noDuration}`],
  [
    "a check faster than Nomad takes",
    { httpService: { ...service, checkInterval: "500ms" } },
    "httpService.checkInterval: is 500ms, but Nomad takes no less than 1s",
  ],
  [
    "an upstream without a port",
    { httpService: { ...service, serviceProvider: "consul", upstreams: [{ name: "cache" }] } },
    "httpService.upstreams[0].port: is required",
  ],
  [
    "upstreams without Consul",
    { httpService: { ...service, upstreams: [{ name: "cache", port: 6379 }] } },
    'httpService.upstreams: needs httpService.serviceProvider "consul": Nomad\'s own services have no mesh',
  ],
  [
    "less memory than Nomad takes",
    { serverResources: { memory: 5 } },
    "serverResources.memory: 5 is not a whole number from 10 to 10000000",
  ],
  [
    "memory with a unit",
    { migrateResources: { memory: "300MB" } },
    'migrateResources.memory: "300MB" is not a whole number from 10 to 10000000',
  ],
  [
    "an unknown leader",
    { migrationLeader: "first" },
    'migrationLeader: "first" is not one of index-zero, first-to-lock',
  ],
  ["no time to migrate", { migrationTimeout: "0s" }, "migrationTimeout: is 0s and must be 1s or more"],
  [
    "an empty manage command",
    { manageCommand: [] },
    'manageCommand: is [] and must be a list of words, such as ["python", "manage.py"]',
  ],
  [
    "an unknown strategy",
    { update: { strategy: "bluegreen" } },
    'update.strategy: "bluegreen" is not one of canary, rolling, blue-green, recreate',
  ],
  [
    "a strategy that can wait for ever",
    { update: { strategy: "rolling" } },
    'update.strategy: is "rolling" with migrationLeader "index-zero": when count and image change together Nomad may start other indexes first, which then wait for an index 0 that is never started. Use update.strategy "canary", or migrationLeader "first-to-lock"',
  ],
  [
    "a healthy deadline inside the migration",
    { update: { healthyDeadline: "5m" } },
    "update.healthyDeadline: is 5m, but an allocation may need 13m (databaseWaitSeconds 60 + migrationTimeout 10m + update.serverDeadline 2m): Nomad would give up while it still migrates. Leave update.healthyDeadline out, set it above 13m, or lower migrationTimeout",
  ],
  [
    "a progress deadline that comes first",
    { update: { progressDeadline: "1m" } },
    "update.progressDeadline: is 1m, but must be longer than update.healthyDeadline (15m): leave it out or raise it",
  ],
  [
    "a database without a password",
    { postgres: {} },
    "postgres.password: is required: pulumi config set --secret --path secretEnvVars.POSTGRES_PASSWORD VALUE serves both",
  ],
  [
    "a database and a network",
    { postgres: {}, secretEnvVars: { POSTGRES_PASSWORD: "x" }, dockerNetworkMode: "host" },
    "dockerNetworkMode: can't be set together with postgres, whose own network both tasks join: remove one of them",
  ],
  [
    "a dotted job with secrets",
    { jobName: "shop.web", secretEnvVars: { A: "x" } },
    'jobName: is "shop.web", but Nomad variables, which carry the secrets, take no dots in their path: use - instead',
  ],
  ["a list that is no JSON", { datacenters: '["dc1"' }, 'datacenters: "[\\"dc1\\"" is not a list'],
];

describe("a config that can't be used", () => {
  it.each(refused)("%s is refused, with the way out", async (_what, values, ...expected) => {
    expect(await problems(values)).toEqual(expected);
  });

  it("is told with the stack, and with where to mend it", async () => {
    await expect(read({ count: 0 })).rejects.toThrow(
      "The config of stack dev has a problem; nothing was changed.\n" +
        '  count: "0" is not a whole number from 1 to 10000\n' +
        "Mend Pulumi.dev.yaml or use `pulumi config set KEY VALUE`; README.md lists every key.",
    );
  });

  it("is told whole, not one problem at a time", async () => {
    const values = { djangoImage: undefined, count: 0, prot: 80, httpService: { checkType: "grpc" } };
    expect(await problems(values)).toEqual([
      `prot: is not a known key: did you mean port? Known are ${top}`,
      'count: "0" is not a whole number from 1 to 10000',
      'httpService.checkType: "grpc" is not one of http, tcp',
      "httpService.serviceName: is required",
      "djangoImage: is required",
    ]);
    await expect(read(values)).rejects.toThrow("has 5 problems; nothing was changed.");
  });

  it("shows at most a line of a long value", async () => {
    const [problem] = await problems({ count: "x".repeat(500) });
    expect(problem).toBe(`count: "${"x".repeat(56)}... is not a whole number from 1 to 10000`);
  });
});

describe("secrets", () => {
  const none = { secretKeys: [] };

  it("in plain text are refused, with the command that stores them encrypted", async () => {
    expect(await problems({ secretEnvVars: { A: "x" } }, none)).toEqual([
      `secretEnvVars: ${plain} secretEnvVars.NAME VALUE, and remove the plain one`,
    ]);
    expect(await problems({ postgres: { password: "hunter2" } }, none)).toEqual([
      `postgres.password: ${plain} postgres.password VALUE, and remove the plain one`,
    ]);
  });

  it("are never shown by a problem", async () => {
    const hidden = "hunter2hunter2";
    const wrong: Values[] = [
      { secretEnvVars: hidden },
      { secretEnvVars: [hidden] },
      { secretEnvVars: { A: { B: hidden } } },
      { secretEnvVars: { "A-B": hidden } },
      { postgres: { password: [hidden] } },
    ];
    for (const values of wrong) expect((await problems(values)).join("\n")).not.toContain(hidden);
  });

  it("are secret to the program too, whatever it does with them", async () => {
    const { secretEnvVars, postgres } = await read({
      secretEnvVars: { POSTGRES_PASSWORD: "x" },
      postgres: {},
    });
    for (const value of [secretEnvVars, postgres?.password]) {
      expect(await pulumi.isSecret(value as pulumi.Output<unknown>)).toBe(true);
    }
  });

  it("that are an empty map are none", async () => {
    expect(await read({ secretEnvVars: {} }, none)).not.toHaveProperty("secretEnvVars");
  });
});

describe("a config that can be used", () => {
  it("needs an image and nothing else; defaults are left to the component", async () => {
    expect(await read({})).toEqual({ djangoImage: "shop:1" });
  });

  it("may have every key", async () => {
    const values = {
      djangoImage: "registry.example.com:5000/team/shop@sha256:0123",
      jobName: "shop-web",
      region: "eu",
      datacenters: ["dc1", "dc2"],
      count: 3,
      port: 8080,
      servicePortLabel: "web_1",
      httpService: {
        serviceName: "shop",
        serviceTags: ["a"],
        serviceProvider: "consul",
        checkEnabled: false,
        checkType: "tcp",
        checkPath: "/health?full=1",
        checkInterval: "1m30s",
        checkTimeout: "2.5s",
        checkHeaders: { Host: "shop.example.com" },
        upstreams: [{ name: "cache", port: 6379 }],
      },
      envVars: { DEBUG: "off" },
      migrateEnvVars: { POSTGRES_HOST: "direct" },
      manageCommand: ["python", "manage.py"],
      serverResources: { cpu: 200, memory: 512 },
      migrateResources: { cpu: 300, memory: 400 },
      migrationLeader: "first-to-lock",
      migrationTimeout: "1h",
      migrationPollSeconds: 2,
      migrationPollIters: 30,
      databaseWaitSeconds: 10,
      update: {
        strategy: "rolling",
        maxParallel: 2,
        autoRevert: false,
        minHealthyTime: "30s",
        serverDeadline: "5m",
        healthyDeadline: "2h",
        progressDeadline: "3h",
      },
    };
    expect(await read(values)).toEqual(values);
  });

  it("takes the pack's walkthrough with its numbers, which `pulumi config set --path` keeps as numbers", async () => {
    const { envVars, migrateEnvVars } = await read({
      envVars: { POSTGRES_PORT: 5432, DEBUG: false, EMPTY: "" },
      migrateEnvVars: { POSTGRES_PORT: 6432 },
    });
    expect(envVars).toEqual({ POSTGRES_PORT: "5432", DEBUG: "false", EMPTY: "" });
    expect(migrateEnvVars).toEqual({ POSTGRES_PORT: "6432" });
  });

  it("takes numbers where texts are expected, and texts where numbers are", async () => {
    const values = {
      jobName: 42,
      count: "3",
      datacenters: [1],
      httpService: { serviceName: 7, checkEnabled: "true" },
    };
    expect(await read(values)).toMatchObject({
      jobName: "42",
      count: 3,
      datacenters: ["1"],
      httpService: { serviceName: "7", checkEnabled: true },
    });
  });

  it("may have the config of providers beside it", async () => {
    expect(await read({ "nomad:address": "http://nomad:4646", "other:djangoImage": "x" })).toEqual({
      djangoImage: "shop:1",
    });
  });

  it("belongs to the project, whatever that is called", async () => {
    const config = stackConfig({ djangoImage: "club:1" }, "club");
    expect((await runProgram(readSettings, { project: "club", config })).result).toEqual({
      djangoImage: "club:1",
    });
  });
});

describe("the database container", () => {
  const secretEnvVars = { POSTGRES_PASSWORD: "x" };
  afterEach(() => vi.unstubAllEnvs());

  it("is named after project and stack, and after the checkout that shares them with another", async () => {
    vi.stubEnv("DJANGO_NOMAD_INSTANCE", undefined);
    expect((await read({ postgres: {}, secretEnvVars })).postgres?.namePrefix).toBe("shop-dev");
    vi.stubEnv("DJANGO_NOMAD_INSTANCE", "0a1b2c3d");
    expect((await read({ postgres: {}, secretEnvVars })).postgres?.namePrefix).toBe("shop-dev-0a1b2c3d");
    expect((await read({ postgres: { namePrefix: "db" }, secretEnvVars })).postgres?.namePrefix).toBe("db");
  });

  it("has the application's POSTGRES_PASSWORD, unless it has one of its own", async () => {
    const password = async (values: Values): Promise<unknown> =>
      (
        await runProgram(
          async () => {
            const { postgres } = readSettings();
            return new Promise((resolve) => pulumi.output(postgres?.password).apply(resolve));
          },
          {
            config: stackConfig({ djangoImage: "shop:1", secretEnvVars, ...values }),
            secretKeys: ["shop:secretEnvVars", "shop:postgres"],
          },
        )
      ).result;
    expect(await password({ postgres: {} })).toBe("x");
    expect(await password({ postgres: { password: "own" } })).toBe("own");
  });
});

describe("the distance between two words", () => {
  it.each([
    ["port", "port", 0],
    ["prot", "port", 2],
    ["", "port", 4],
    ["count", "counts", 1],
    ["kitten", "sitting", 3],
  ])("%s and %s: %d", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
