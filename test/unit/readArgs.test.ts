import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs } from "../../components";
import { filled } from "../../components/application/djangoAppSecrets";
import { nomadNames } from "../../components/application/nomadNames";
import { readNow } from "../../components/application/readArgs";
import { keys } from "../../components/arguments";
import { type Run, runProgram, unreleased } from "../support/engine";

/** What a program reads from its config: TypeScript takes it for anything. */
const deploy = (args: object): Promise<Run<DjangoApp>> =>
  runProgram(() => new DjangoApp("shop", { djangoImage: "shop:1", ...args }));

const jobspec = ({ resource }: Run<DjangoApp>): string => unreleased(resource("shop-job").inputs.jobspec);
const items = ({ resources }: Run<DjangoApp>, name = "shop-secrets"): unknown =>
  resources.find((one) => one.name === name)?.inputs.items;

describe("a program's values that are not of the type that they stand for", () => {
  const loose = {
    count: "2",
    envVars: { PORT: 5432, DEBUG: false },
    meta: { n: 5 },
    httpService: { serviceName: "shop", checkEnabled: "true" },
    processes: { worker: { command: ["work"], envVars: { N: 4 }, killTimeout: null } },
    update: null,
  };
  const strict = {
    count: 2,
    envVars: { PORT: "5432", DEBUG: "false" },
    meta: { n: "5" },
    httpService: { serviceName: "shop", checkEnabled: true },
    processes: { worker: { command: ["work"], envVars: { N: "4" } } },
  };

  it("make the same job as those that are", async () => {
    expect(jobspec(await deploy(loose))).toBe(jobspec(await deploy(strict)));
  });

  it("also where they are outputs, as a whole or one by one", async () => {
    const expected = jobspec(await deploy(strict));
    const whole = { envVars: pulumi.output(loose.envVars), meta: pulumi.output(loose.meta) };
    expect(jobspec(await deploy({ ...loose, ...whole }))).toBe(expected);
    const single = { envVars: { PORT: pulumi.output(5432), DEBUG: Promise.resolve(false) } };
    expect(jobspec(await deploy({ ...loose, ...single }))).toBe(expected);
  });

  it.each<[string, () => unknown]>([
    ["plain", () => ({ PIN: 54321, ON: true })],
    ["a secret", () => pulumi.secret({ PIN: 54321, ON: true })],
    ["secret one by one", () => ({ PIN: pulumi.secret(54321), ON: pulumi.secret(true) })],
  ])("are strings among secrets: %s", async (_what, secretEnvVars) => {
    const run = await deploy({ secretEnvVars: secretEnvVars() });
    expect(items(run)).toEqual({ PIN: "54321", ON: "true" });
  });
});

describe("secrets that can't be used", () => {
  it.each<[string, object]>([
    ["a map", { TOKEN: { a: "hidden" } }],
    ["nothing", { TOKEN: null }],
  ])("are refused by name once they are known, and not shown: %s", (_what, value) => {
    const { problems } = readNow(value, keys.secretEnvVars, "secretEnvVars");
    expect(problems).toEqual([
      { key: "secretEnvVars.TOKEN", message: "is not a string: write one value per name" },
    ]);
  });

  it("are not what another output is: the job's values are checked together", () => {
    const wrong = { NAME: { a: "b" } };
    expect(readNow(wrong, keys.envVars, "envVars")).toEqual({ read: wrong, problems: [] });
  });

  it("an output of an empty map is refused: Nomad has no empty variables", () => {
    expect(() => filled({})).toThrow("secretEnvVars: is an output of an empty map");
    expect(filled({ A: "" })).toEqual({ A: "" });
  });

  it("an empty map is none", async () => {
    const run = await deploy({ secretEnvVars: {} });
    expect(items(run)).toBeUndefined();
    expect(jobspec(run)).toBe(jobspec(await deploy({})));
  });
});

describe("names of resources", () => {
  const said = async (program: () => unknown): Promise<string> => {
    const messages: string[] = [];
    const { resources } = await runProgram(() => {
      try {
        program();
      } catch (error) {
        messages.push((error as Error).message);
      }
    });
    const names = resources.map(({ type, name }) => `${type} ${name}`);
    expect(names).toEqual([...new Set(names)]);
    return messages.join("\n");
  };
  const app = (name: string, args: object = {}): DjangoApp =>
    new DjangoApp(name, { djangoImage: "shop:1", secretEnvVars: { A: "battery" }, ...args });
  const schedule = { command: ["x"], cron: "@daily" };
  const database = { database: { host: "db.example.com", name: "shop", adminPassword: "battery" } };

  it.each([
    ["job", {}],
    [
      "scheduled-backup",
      { ...database, backups: { volume: "dumps", image: "postgres:16", schedule: "@daily" } },
    ],
    ["worker-migrate", { processes: { worker: { command: ["x"] } } }],
  ])("a schedule %s that would share one with the application itself is refused", async (name, more) => {
    expect(await said(() => app("shop", { schedules: { [name]: schedule }, ...more }))).toMatch(
      /(schedules|processes)\.[\w-]+: gives a resource the name "shop-[\w-]+", which another one of this application has/,
    );
  });

  it.each(["shop first", "shop-eu first"])(
    "two components that would share one are refused: %s",
    async (order) => {
      const both = [
        () => app("shop", { schedules: { eu: schedule } }),
        () => app("shop-eu", { namespace: "eu" }),
      ];
      const message = await said(() =>
        (order === "shop first" ? both : both.reverse()).forEach((one) => one()),
      );
      expect(message).toMatch(
        /"shop-eu[\w-]*", and so does DjangoApp "shop(-eu)?": give one of the two components/,
      );
    },
  );

  it("are known before anything runs: of every job and variable that there can be", async () => {
    const args: DjangoAppArgs = {
      ...{ djangoImage: "shop:1", secretEnvVars: { A: "battery" }, ...database },
      backups: { volume: "dumps", image: "postgres:16", schedule: "@daily" },
      backupBeforeMigrate: true,
      processes: { worker: { command: ["x"] }, beat: { command: ["x"], singleton: true } },
      schedules: { tidy: schedule },
      afterRollout: [["tidy"]],
    };
    const { resources } = await runProgram(() => new DjangoApp("shop", args));
    const made = resources.flatMap(({ type, name }) => {
      const kind = /^nomad:index\/\w+:(Job|Variable)$/.exec(type)?.[1];
      return kind === undefined ? [] : [`${kind} ${name}`];
    });
    const names = nomadNames(args).map(({ kind, suffix }) => `${kind} shop-${suffix}`);
    expect(made.length).toBeGreaterThan(14);
    expect(made.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("of two applications that share none are all made", async () => {
    expect(await said(() => [app("shop", { schedules: { eu: schedule } }), app("shop-us")])).toBe("");
  });
});
