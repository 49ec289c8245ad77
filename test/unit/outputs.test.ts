/** Outputs of other resources as arguments: what they make, before and after they are known. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems } from "../../components";
import { lateFindings } from "../../components/application/djangoAppProblems";
import { keys, type Problem, programKeys, withoutSecrets, withSecrets } from "../../components/arguments";
import { processName } from "../../components/arguments/names";
import { mapOf, object, secretText, text } from "../../components/arguments/readers";
import { type Row, type Rows, takesOutputs } from "../../components/arguments/row";
import { runProgram, type RunOptions, unknown, unreleased } from "../support/engine";

const image = { djangoImage: "shop:1", jobName: "shop" };

const deploy = (args: () => Partial<DjangoAppArgs>, options: RunOptions = {}) =>
  runProgram(() => new DjangoApp("web", { ...image, ...args() }), options);

const jobspecOf = ({ resource }: Awaited<ReturnType<typeof deploy>>): string =>
  unreleased(resource("web-job").inputs.jobspec);

/** A value of each key that may be an output. */
const values: Partial<DjangoAppArgs> = {
  djangoImage: "shop:2",
  httpService: { serviceName: "shop" },
  ...Object.fromEntries(
    Object.entries<Row>(keys)
      .filter(([, row]) => takesOutputs(row) && !row.secret)
      .flatMap(([key, row]) => {
        const value = row.example ?? row.default;
        return value === undefined ? [] : [[key, value]];
      }),
  ),
  // Beside a host's network, or each other, some examples are refused.
  dockerNetworkMode: "bridge",
  manageCommand: ["python", "manage.py"],
  logs: { maxFiles: 3 },
  serverResources: { memory: 512 },
  migrateResources: { cpu: 200 },
  restart: { attempts: 1 },
  migrationLockTimeout: "3s",
  processes: {
    sockets: {
      command: ["daphne", "config.asgi"],
      count: 2,
      envVars: { CONCURRENCY: "4" },
      resources: { memory: 400, memoryMax: 500 },
      killTimeout: "20s",
      check: { port: 9000, path: "/healthz", headers: { Host: "shop.example.com" } },
    },
  },
};

/** The same with each value an output, and with each value inside each list and map. */
const wrapped = (value: unknown): unknown => pulumi.output(value);
function innermost(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(innermost);
  if (typeof value !== "object" || value === null) return pulumi.output(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, innermost(one)]));
}

/** Their names and counts stay: both are plain. */
function processesWith(make: (value: unknown) => unknown): DjangoAppArgs["processes"] {
  const entries = Object.entries(values.processes ?? {}).map(([name, { count, ...open }]) => [
    name,
    { count, ...Object.fromEntries(Object.entries(open).map(([key, value]) => [key, make(value)])) },
  ]);
  return Object.fromEntries(entries) as DjangoAppArgs["processes"];
}

function allRows(rows: Rows, prefix = ""): [path: string, row: Row, inside: readonly [string, Row][]][] {
  return Object.entries(rows).flatMap(([key, row]) => [
    [prefix + key, row, Object.entries(row.type.rows ?? {})] as [string, Row, [string, Row][]],
    ...(row.type.rows ? allRows(row.type.rows, `${prefix}${key}.`) : []),
  ]);
}

describe("the table of keys", () => {
  it.each(allRows(programKeys).filter(([, row]) => takesOutputs(row)))(
    "has nothing plain inside %s, which may be an output as a whole",
    (_path, _row, inside) => {
      expect(inside.filter(([, one]) => !takesOutputs(one)).map(([key]) => key)).toEqual([]);
    },
  );

  it("has plain values only where resources, guards or the time that Pulumi waits depend on them", () => {
    const plain = allRows(keys).flatMap(([path, { plain }]) => (plain === undefined ? [] : [path]));
    expect(plain).toEqual([
      "jobName", "adopt", "protect", "immutableTags", "namespace", "region", "count", "scaling", "scaling.min", "scaling.max", "httpService",
      "secretKeyVersion", "registryAuth", "processes", "processes.count", "processes.scaling", "processes.scaling.min", "processes.scaling.max", "processes.singleton", "schedules", "manage", "manage.enabled", "migrationTimeout", "migrationPollSeconds", "migrationPollIters",
      "databaseWaitSeconds", "afterRollout", "startCommands", "backupBeforeMigrate", "backups", "backups.schedule", "update",
      "update.strategy", "update.maxParallel", "update.minHealthyTime", "update.migrateStartDeadline", "update.serverDeadline",
      "update.healthyDeadline", "update.progressDeadline", "postgres", "postgres.namePrefix",
      "postgres.dataVolume", "postgres.keepData", "redis", "database", "database.name", "database.sslRootCert",
      "database.extensions", "database.roles", "database.user", "database.migrateUser", "database.keepData",
    ]); // prettier-ignore
  });
});

describe("an argument that is an output", () => {
  const open = Object.entries(values).filter(([key]) => takesOutputs((keys as Rows)[key]));

  it("makes the same job as a plain one, byte for byte: each as a whole", async () => {
    const expected = await deploy(() => values);
    const found = await deploy(() => ({
      ...values,
      ...Object.fromEntries(open.map(([key, value]) => [key, wrapped(value)])),
      processes: processesWith(wrapped),
    }));
    expect(jobspecOf(found)).toBe(jobspecOf(expected));
  });

  it("makes the same job as a plain one, byte for byte: each value inside lists and maps", async () => {
    const expected = await deploy(() => values);
    const found = await deploy(() => ({
      ...values,
      ...Object.fromEntries(open.map(([key, value]) => [key, innermost(value)])),
      httpService: innermost(values.httpService) as DjangoAppArgs["httpService"],
      processes: processesWith(innermost),
    }));
    expect(jobspecOf(found)).toBe(jobspecOf(expected));
  });

  class Made extends pulumi.CustomResource {
    declare readonly value: pulumi.Output<string>;
    constructor() {
      super("test:index:Made", "made", { value: undefined });
    }
  }

  it.each<[key: string, args: (value: pulumi.Output<string>) => Partial<DjangoAppArgs>]>([
    ["httpService.checkPath", (checkPath) => ({ httpService: { serviceName: "shop", checkPath } })],
    ["dockerNetworkMode", (dockerNetworkMode) => ({ dockerNetworkMode })],
    ["volumes[0].source", (source) => ({ volumes: [{ name: "media", source, destination: "/media" }] })],
    ["constraints[0].value", (value) => ({ constraints: [{ attribute: "${node.class}", value }] })],
    ["killTimeout", (killTimeout) => ({ killTimeout })],
    [
      "processes.worker.killTimeout",
      (killTimeout) => ({ processes: { worker: { command: ["celery"], killTimeout } } }),
    ],
  ])(
    "that only `up` makes leaves a preview with an unknown job, and registers the rest: %s",
    async (_key, args) => {
      const program = () => args(new Made().value);
      const { resources } = await deploy(program, { preview: true });
      expect(resources.map(({ name }) => name).sort()).toEqual([
        ...["made", "web", "web-job", "web-manage", "web-owner", "web-protection"],
      ]);
      expect(resources.find(({ name }) => name === "web-job")?.inputs.jobspec).toBe(unknown);
    },
  );

  it("that is known already is rendered in a preview", async () => {
    const path = { httpService: { serviceName: "shop", checkPath: "/healthz" } };
    const expected = await deploy(() => path, { preview: true });
    const found = await deploy(
      () => ({ httpService: { serviceName: "shop", checkPath: pulumi.output("/healthz") } }),
      { preview: true },
    );
    expect(jobspecOf(found)).toBe(jobspecOf(expected));
  });

  it("is where the database's server is: provider, tasks and container take it", async () => {
    const { resource } = await deploy(() => ({
      database: {
        host: pulumi.output("db.example.com"),
        port: pulumi.output(6432),
        name: "shop",
        adminPassword: "x",
      },
    }));
    expect(resource("web-database-server").inputs).toMatchObject({ host: "db.example.com", port: "6432" });
    expect(resource("web-job").inputs.jobspec).toContain("db.example.com");
    const made = await deploy(() => ({
      postgres: {
        namePrefix: "shop",
        password: "x",
        memory: pulumi.output(1024),
        image: pulumi.output("postgres:17"),
      },
    }));
    expect(made.resource("web-postgres-server").inputs).toMatchObject({
      ...{ image: "postgres:17", memory: 1024, memorySwap: 2048, shmSize: 256 },
      command: ["postgres", "-c", "max_connections=100", "-c", "shared_buffers=256MB"],
    });
    expect(made.resource("web-postgres-data").inputs.labels).toEqual([
      { label: "django-nomad.postgres-major", value: "17" },
    ]);
  });

  it("is on the component's outputs", async () => {
    const { result } = await deploy(() => ({
      httpService: { serviceName: pulumi.output("shop-web") },
      migrationLeader: pulumi.output("first-to-lock" as const),
    }));
    const seen = await new Promise(
      (resolve) => void pulumi.all([result.serviceName, result.migration]).apply(resolve),
    );
    expect(seen).toEqual(["shop-web", expect.stringContaining("the first allocation to get")]);
  });

  it.each([
    ["run", "allocation 0 migrates, the others wait for it"],
    ["wait", "another pipeline migrates, every instance waits for it"],
    ["none", "nobody migrates: the site has no database"],
  ] as const)("says on the component's outputs who migrates: %s", async (migrations, words) => {
    for (const given of [migrations, pulumi.output(migrations)]) {
      const { result } = await deploy(() => ({ migrations: given }));
      expect(await new Promise((resolve) => void result.migration.apply(resolve))).toBe(words);
    }
  });
});

describe("a wrong value that is known later", () => {
  const wrong: [key: string, plain: Partial<DjangoAppArgs>][] = [
    ["port", { port: 70000 }],
    ["httpService.checkInterval", { httpService: { serviceName: "shop", checkInterval: "0s" } }],
    ["httpService.checkTimeout", { httpService: { serviceName: "a_b", checkTimeout: "5" } }],
    ["volumes[0].destination", { volumes: [{ name: "media", destination: "/alloc" }] }],
    ["volumes[0].perAlloc", { volumes: [{ name: "media", destination: "/srv", perAlloc: true }] }],
    ["logs", { logs: { maxFiles: 100, maxFileSize: 100 } }],
    ["dockerNetworkMode", { dockerNetworkMode: "host", postgres: { namePrefix: "shop", password: "x" } }],
    ["database.sslmode", { database: { host: "db.example.com", name: "shop", sslmode: "disable" } }],
    ["backups.image", { backups: { volume: "dumps", image: "Postgres", schedule: "@daily" } }],
    ["processes.worker.killTimeout", { processes: { worker: { command: ["celery"], killTimeout: "5" } } }],
    ["processes.worker.command", { processes: { worker: { command: [] } } }],
    [
      "processes.worker.resources.memoryMax",
      { processes: { worker: { command: ["celery"], resources: { memory: 400, memoryMax: 300 } } } },
    ],
    ["nomad.address", { nomad: { address: "nomad" } }],
    ["nomad.region", { region: "us", nomad: { region: "eu" } }],
    ["registryAuth.serverAddress", { registryAuth: { username: "ci", password: "x", serverAddress: "a b" } }],
  ];
  /** Every plain value as an output, but for those that have to be plain. */
  function later(given: object, rows: Rows = programKeys): object {
    const entries = Object.entries(given).map(([key, value]: [string, unknown]) => {
      const row = rows[key];
      if (takesOutputs(row)) return [key, row.secret ? value : pulumi.output(Promise.resolve(value))];
      const inside = row.type.rows;
      if (!inside) return [key, value];
      if (row.type.shape.kind !== "named") return [key, later(value as object, inside)];
      const each = Object.entries(value as object).map(([name, one]: [string, object]) => [
        name,
        later(one, inside),
      ]);
      return [key, Object.fromEntries(each) as object];
    });
    return Object.fromEntries(entries) as object;
  }

  it.each(wrong)("is not judged before: %s", async (_key, plain) => {
    const { result } = await runProgram(() =>
      djangoAppProblems({ ...image, ...(later(plain) as Partial<DjangoAppArgs>) }),
    );
    expect(result.filter(({ key }) => key !== "backups")).toEqual([]);
  });

  it.each(wrong)("is told in the words for a plain one, once it is known: %s", async (key, plain) => {
    const { result } = await runProgram(() => {
      const expected = djangoAppProblems({ ...image, ...plain });
      expect(expected.map((one) => one.key)).toContain(key);
      return lateFindings({ ...image, ...(later(plain) as Partial<DjangoAppArgs>) }, "web").then(
        ({ problems }) => ({ problems, expected }),
      );
    });
    expect(result.problems).toEqual(result.expected);
  });

  it("is warned of once: what was known before is not said again", async () => {
    const { result } = await runProgram(() =>
      lateFindings(
        {
          ...image,
          httpService: { serviceName: "shop", checkTimeout: pulumi.output("20s") },
          envVars: { TOKEN: "x" },
        },
        "web",
      ),
    );
    expect(result.problems).toEqual([]);
    expect(result.warnings.map(({ key }) => key)).toEqual(["httpService.checkTimeout"]);
  });

  it("is judged in a preview although another one is known to `up` alone", async () => {
    const { result } = await runProgram(
      () =>
        lateFindings(
          {
            ...image,
            port: pulumi.output(70000),
            dockerNetworkMode: new pulumi.StackReference("other").getOutput("network"),
          },
          "web",
        ),
      { preview: true },
    );
    expect(result.problems.map(({ key }) => key)).toEqual(["port"]);
  });
});

describe("a secret inside a map of things that have names", () => {
  const one = object("One", "One.", {
    host: { type: text(), says: "Host." },
    password: { type: secretText, secret: true, says: "Password." },
  });
  const rows: Rows = { all: { type: mapOf(processName, one), says: "All." } };
  const given = { all: { a: { host: "a.example.com", password: pulumi.output("x") }, b: { password: "y" } } };

  it("is left out of what is known, and put back beside it", () => {
    const open = withoutSecrets<object>(given, rows);
    expect(open).toEqual({ all: { a: { host: "a.example.com" }, b: {} } });
    expect(withSecrets<object>(open, given, rows)).toEqual(given);
  });

  it("is no reason to refuse an output beside it, where the map takes some", () => {
    const problems: Problem[] = [];
    const later = { a: pulumi.output({ host: "a.example.com" }) };
    expect(rows.all.type(later, "all", problems, true)).toEqual(later);
    expect(problems).toEqual([]);
    rows.all.type(later, "all", problems);
    expect(problems.map(({ key }) => key)).toEqual(["all.a"]);
  });
});

describe("the region of the job", () => {
  const secrets = { secretEnvVars: { A: "battery staple" } };
  const said = async (args: Partial<DjangoAppArgs>, config: Record<string, string> = {}): Promise<string> => {
    const warned: string[] = [];
    await deploy(() => args, { config, warned: (line) => warned.push(line) });
    return warned.filter((line) => line.startsWith("region:")).join("\n");
  };

  it("is warned of where the secrets would go to another one: the default provider has none", async () => {
    expect(await said({ region: "eu", ...secrets })).toBe(
      'region: is "eu", but nomad:region and NOMAD_REGION are unset: the job goes to eu, and its secrets to the region of ' +
        "the agent that answers, where the job can't read them. Set both: pulumi config set nomad:region eu",
    );
  });

  it.each<[what: string, args: Partial<DjangoAppArgs>, config: Record<string, string>]>([
    ["nomad:region says it too", { region: "eu", ...secrets }, { "nomad:region": "eu" }],
    [
      "the argument nomad makes a provider for it",
      { region: "eu", ...secrets, nomad: { address: "http://127.0.0.1:9" } },
      {},
    ],
    ["there is nothing secret", { region: "eu" }, {}],
  ])("is not when %s", async (_what, args, config) => {
    expect(await said(args, config)).toBe("");
  });

  it("is refused when nomad:region says another one", async () => {
    const program = deploy(() => ({ region: "eu" }), { config: { "nomad:region": "us" } });
    await expect(program).rejects.toThrow(
      'nomad:region: is "us", but region is "eu": the job would go to us. Remove one of them',
    );
  });
});
