import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "@jest/globals";
import { readSettings } from "../../settings";
import { checkArguments, keys } from "../../components/arguments";
import type { Rows } from "../../components/arguments/row";
import { editDistance } from "../../components/arguments/nearest";
import { runProgram } from "../support/engine";
import { configProblems, readConfigOf, stackConfig, type Values } from "../support/stackConfig";
import { stubEnv, unstubAllEnvs } from "../support/stubEnv";

const plain = "is stored in plain text. Store it encrypted: pulumi config set --secret --path";

describe("a config that can't be used", () => {
  it("is told with the stack, and with where to mend it", async () => {
    await expect(readConfigOf({ count: -1 })).rejects.toThrow(
      "The config of stack dev has a problem; nothing was changed.\n" +
        '  count: "-1" is not a whole number from 0 to 10000\n' +
        "Fix Pulumi.dev.yaml or use `pulumi config set KEY VALUE`; docs/config.md lists every key.",
    );
  });

  it("is told whole, not one problem at a time", async () => {
    const values = { djangoImage: undefined, count: -1, prot: 80, httpService: { checkType: "grpc" } };
    expect(await configProblems(values)).toEqual([
      "prot: is not a known key: did you mean port?",
      'count: "-1" is not a whole number from 0 to 10000',
      'httpService.checkType: "grpc" is not one of http, tcp',
      "httpService.serviceName: is required",
      "djangoImage: is required",
    ]);
    await expect(readConfigOf(values)).rejects.toThrow("has 5 problems; nothing was changed.");
  });

  it("shows at most a line of a long value", async () => {
    const [problem] = await configProblems({ count: "x".repeat(500) });
    expect(problem).toBe(`count: "${"x".repeat(56)}... is not a whole number from 0 to 10000`);
  });
});

describe("whatever a key holds", () => {
  const junk = [
    null,
    0,
    -1,
    1.5,
    NaN,
    true,
    "",
    "x",
    "x".repeat(1000),
    [],
    {},
    [null],
    [[]],
    [{}],
    { a: null },
  ];
  const inside = (fields: object): unknown[] =>
    Object.keys(fields).flatMap((key) => junk.map((one) => ({ [key]: one })));

  it.each(Object.entries<Rows[string]>(keys))("%s is read or refused, and never a crash", (key, { type }) => {
    const nested = inside(type.rows ?? {});
    for (const value of [...junk, ...nested, ...nested.map((one) => [one])]) {
      const { problems, warnings } = checkArguments({ djangoImage: "shop:1", [key]: value });
      for (const { key: named, message } of [...problems, ...warnings]) {
        expect(named).toMatch(/^\w/);
        expect(message).not.toMatch(/undefined|NaN.*s\b|\[object/);
      }
    }
  });
});

describe("secrets", () => {
  const none = { secretKeys: [] };

  it("in plain text are refused, with the command that stores them encrypted", async () => {
    expect(await configProblems({ secretEnvVars: { A: "x" } }, none)).toEqual([
      `secretEnvVars: ${plain} secretEnvVars.NAME (it asks for the value), and remove the plain one`,
    ]);
    expect(await configProblems({ registryAuth: { username: "ci", password: "hunter2" } }, none)).toEqual([
      `registryAuth.password: ${plain} registryAuth.password (it asks for the value), and remove the plain one`,
    ]);
    expect(await configProblems({ postgres: { password: "hunter2" } }, none)).toEqual([
      `postgres.password: ${plain} postgres.password (it asks for the value), and remove the plain one`,
    ]);
    const given = { adminPassword: "a", password: "b", migratePassword: "c" };
    const database = { host: "db.example.com", name: "shop", ...given };
    expect(await configProblems({ database }, none)).toEqual(
      Object.keys(given).map(
        (key) =>
          `database.${key}: ${plain} database.${key} (it asks for the value), and remove the plain one`,
      ),
    );
  });

  it("are never shown by a problem", async () => {
    const hidden = "hunter2hunter2";
    const wrong: Values[] = [
      { secretEnvVars: hidden },
      { secretEnvVars: [hidden] },
      { secretEnvVars: { A: { B: hidden } } },
      { secretEnvVars: { "A-B": hidden } },
      { postgres: { password: [hidden] } },
      { postgres: hidden },
      { database: hidden },
      { database: { host: "db", name: "shop", password: [hidden], migratePassword: { value: hidden } } },
      { registryAuth: `ci:${hidden}` },
      { registryAuth: { username: "ci", password: { value: hidden } } },
      { registryAuth: [hidden] },
      { envVars: `PASSWORD=${hidden}` },
      { migrateEnvVars: [`PASSWORD=${hidden}`] },
    ];
    for (const values of wrong) expect((await configProblems(values)).join("\n")).not.toContain(hidden);
  });

  it("are secret to the program too, whatever it does with them", async () => {
    const { secretEnvVars, postgres, registryAuth } = await readConfigOf({
      secretEnvVars: { POSTGRES_PASSWORD: "x" },
      postgres: {},
      registryAuth: { username: "ci", password: "y" },
    });
    for (const value of [secretEnvVars, postgres?.password, registryAuth?.password]) {
      expect(await pulumi.isSecret(value as pulumi.Output<unknown>)).toBe(true);
    }
    const given = { adminPassword: "a", password: "b", migratePassword: "c" };
    const { database } = await readConfigOf({ database: { host: "db.example.com", name: "shop", ...given } });
    for (const key of ["adminPassword", "password", "migratePassword"] as const) {
      expect(await pulumi.isSecret(database?.[key] as pulumi.Output<unknown>)).toBe(true);
    }
  });

  it("that are an empty map are none", async () => {
    expect(await readConfigOf({ secretEnvVars: {} }, none)).not.toHaveProperty("secretEnvVars");
  });
});

describe("a config that can be used", () => {
  it("needs an image and nothing else: the job is named after the project, other defaults are left to the component", async () => {
    expect(await readConfigOf({})).toEqual({ djangoImage: "shop:1", jobName: "shop" });
  });

  it("may have every key", async () => {
    const values = {
      djangoImage: `registry.example.com:5000/team/shop@sha256:${"0123456789abcdef".repeat(4)}`,
      jobName: "shop-web",
      namespace: "web",
      region: "eu",
      datacenters: ["dc1", "dc2"],
      nodePool: "web_1",
      constraints: [
        { attribute: "${attr.kernel.name}", operator: "=", value: "linux" },
        { operator: "distinct_hosts" },
        { attribute: "${meta.rack}", operator: "distinct_property", value: "2" },
        { attribute: "${node.class}", operator: "regexp", value: "(?i)^web-[0-9]+$" },
        { attribute: "${meta.ssd}", operator: "is_set" },
      ],
      affinities: [{ attribute: "${node.class}", operator: "!=", value: "batch", weight: -20 }],
      spreads: [
        {
          attribute: "${node.datacenter}",
          weight: 100,
          targets: [
            { value: "dc1", percent: 60 },
            { value: "dc2", percent: 40 },
          ],
        },
      ],
      priority: 80,
      meta: { team: "web" },
      volumes: [
        { name: "media", destination: "/srv/media" },
        {
          name: "shared",
          type: "csi",
          source: "shop-media",
          destination: "/srv/shared",
          readOnly: true,
          accessMode: "multi-node-multi-writer",
          attachmentMode: "file-system",
          perAlloc: false,
          tasks: ["server"],
        },
      ],
      logs: { maxFiles: 5, maxFileSize: 20 },
      killTimeout: "25s",
      shutdownDelay: "0s",
      restart: { attempts: 3, delay: "5s", interval: "10m", mode: "delay" },
      reschedule: { attempts: 3, interval: "1h", delay: "10s", delayFunction: "constant", maxDelay: "20s" },
      count: 3,
      port: 8080,
      servicePortLabel: "web_1",
      httpService: {
        serviceName: "shop",
        serviceTags: ["a"],
        serviceProvider: "consul",
        checkEnabled: false,
        checkType: "http",
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
      migrationDatabases: ["default", "reports"],
      migrationLockKey: "shop",
      migrationLockTimeout: "5s",
      migrationStatementTimeout: "10m",
      beforeMigrate: [["check", "--deploy"]],
      afterMigrate: [["createcachetable"], ["clearsessions"]],
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
    expect(await readConfigOf(values)).toEqual(values);
  });

  it("takes the pack's walkthrough with its numbers, which `pulumi config set --path` keeps as numbers", async () => {
    const { envVars, migrateEnvVars } = await readConfigOf({
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
    expect(await readConfigOf(values)).toMatchObject({
      jobName: "42",
      count: 3,
      datacenters: ["1"],
      httpService: { serviceName: "7", checkEnabled: true },
    });
  });

  it("may have the config of providers beside it", async () => {
    expect(await readConfigOf({ "nomad:address": "http://nomad:4646", "other:djangoImage": "x" })).toEqual({
      djangoImage: "shop:1",
      jobName: "shop",
    });
  });

  it("belongs to the project, whatever that is called", async () => {
    const config = stackConfig({ djangoImage: "club:1" }, "club");
    expect((await runProgram(readSettings, { project: "club", config })).result).toEqual({
      djangoImage: "club:1",
      jobName: "club",
    });
  });
});

describe("the database container", () => {
  const secretEnvVars = { POSTGRES_PASSWORD: "x" };
  afterEach(() => unstubAllEnvs());

  it("is named after project and stack, and after the checkout that shares them with another", async () => {
    stubEnv("DJANGO_NOMAD_INSTANCE", undefined);
    expect((await readConfigOf({ postgres: {}, secretEnvVars })).postgres?.namePrefix).toBe("shop-dev");
    stubEnv("DJANGO_NOMAD_INSTANCE", "0a1b2c3d");
    expect((await readConfigOf({ postgres: {}, secretEnvVars })).postgres?.namePrefix).toBe(
      "shop-dev-0a1b2c3d",
    );
    expect((await readConfigOf({ postgres: { namePrefix: "db" }, secretEnvVars })).postgres?.namePrefix).toBe(
      "db",
    );
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
