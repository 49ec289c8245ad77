import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems } from "../../components";
import { resolvedArgs } from "../../components/application/djangoAppProblems";
import { seconds } from "../../components/jobspec";
import type { NomadJob } from "../../components/jobspec";
import { repoRoot } from "../../commands/base/paths";
import { runProgram, type Registered, unknown, unreleased } from "../support/engine";
import { stubEnv, unstubAllEnvs } from "../support/stubEnv";

const minimal: DjangoAppArgs = { djangoImage: "shop:1", jobName: "shop" };
const secretEnvVars = pulumi.secret({ SECRET_KEY: "battery staple", POSTGRES_PASSWORD: "correct horse" });
const postgres = { namePrefix: "shop-test", password: "correct horse" };

const deploy = (args: DjangoAppArgs, preview = false) =>
  runProgram(() => new DjangoApp("web", args), { preview });

function jobOf({ inputs }: Registered): NomadJob {
  return (JSON.parse(String(inputs.jobspec)) as { Job: NomadJob }).Job;
}

const known = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => void output.apply((value) => resolve(value)));

describe.each([
  ["preview", true],
  ["up", false],
])("%s", (_verb, preview) => {
  it("of the least that can be said registers the application and its job", async () => {
    const { resources } = await deploy(minimal, preview);
    expect(resources.map(({ type, name, parent }) => [type, name, parent])).toEqual([
      ["django-nomad:index:DjangoApp", "web", ""],
      ["random:index/randomId:RandomId", "web-owner", "web"],
      ["nomad:index/job:Job", "web-job", "web"],
      ["nomad:index/job:Job", "web-manage", "web"],
      ["django-nomad:index:Protection", "web-protection", "web"],
    ]);
  });

  it("with secrets adds the variable that carries them, and the job waits for it", async () => {
    const { resources, resource } = await deploy({ ...minimal, secretEnvVars }, preview);
    expect(resources.map(({ type, name, parent }) => [type, name, parent])).toEqual([
      ["django-nomad:index:DjangoApp", "web", ""],
      ["random:index/randomId:RandomId", "web-owner", "web"],
      ["random:index/randomId:RandomId", "web-secrets-fingerprint", "web"],
      ["nomad:index/variable:Variable", "web-secrets", "web"],
      ["nomad:index/job:Job", "web-job", "web"],
      ["nomad:index/variable:Variable", "web-manage-secrets", "web"],
      ["nomad:index/job:Job", "web-manage", "web"],
      ["django-nomad:index:Protection", "web-protection", "web"],
    ]);
    expect(resource("web-secrets")).toMatchObject({
      inputs: {
        path: "nomad/jobs/shop",
        items: { SECRET_KEY: "battery staple", POSTGRES_PASSWORD: "correct horse" },
      },
      secrets: ["items"],
    });
    expect(resource("web-job").dependsOn).toEqual(["web-owner", "web-secrets", "web-secrets-fingerprint"]);
  });

  it("with redis adds a container on the database's network, whose address the tasks know, and the job waits for it", async () => {
    const redis = { image: "redis:7", memory: 100 };
    const { resource, resources } = await deploy({ ...minimal, postgres, redis }, preview);
    expect(resource("web-redis")).toMatchObject({
      type: "docker:index/container:Container",
      parent: "web",
      inputs: { name: "shop-test-redis", image: "redis:7", memory: 100, memorySwap: 200 },
    });
    expect(resource("web-redis").inputs.command).toEqual(expect.arrayContaining(["--maxmemory", "75mb"]));
    expect(resource("web-job").dependsOn).toContain("web-redis");
    const [group] = jobOf(resource("web-job")).TaskGroups;
    for (const { Env } of group.Tasks) expect(Env?.REDIS_URL).toBe("redis://redis:6379/0");
    expect(resources.filter(({ type }) => type.startsWith("docker:"))).toHaveLength(4);
  });

  it("with a database adds network, volume and container, and the job waits for all of them", async () => {
    const { resources, resource } = await deploy({ ...minimal, postgres }, preview);
    const tree = resources.map(({ type, name, parent }) => [type, name, parent]).sort();
    expect(tree).toEqual(
      [
        ["django-nomad:index:DjangoApp", "web", ""],
        ["django-nomad:index:PostgresContainer", "web-postgres", "web"],
        ["docker:index/network:Network", "web-postgres-network", "web-postgres"],
        ["docker:index/volume:Volume", "web-postgres-data", "web-postgres"],
        ["docker:index/container:Container", "web-postgres-server", "web-postgres"],
        ["random:index/randomId:RandomId", "web-owner", "web"],
        ["random:index/randomId:RandomId", "web-secrets-fingerprint", "web"],
        ["nomad:index/variable:Variable", "web-secrets", "web"],
        ["nomad:index/job:Job", "web-job", "web"],
        ["nomad:index/variable:Variable", "web-manage-secrets", "web"],
        ["nomad:index/job:Job", "web-manage", "web"],
        ["django-nomad:index:Protection", "web-protection", "web"],
      ].sort(),
    );
    expect(resource("web-job").dependsOn).toEqual([
      "web-owner",
      "web-postgres-data",
      "web-postgres-network",
      "web-postgres-server",
      "web-secrets",
      "web-secrets-fingerprint",
    ]);
  });

  it("with backups adds the job of their schedule and a variable for each task that dumps", async () => {
    const database = { host: "db.example.com", name: "shop", password: "a", migratePassword: "b" };
    const backups = { volume: "dumps", image: "postgres:16", schedule: "@daily" };
    const args = { ...minimal, database, backupBeforeMigrate: true, backups };
    const { resource } = await deploy(args, preview);
    expect(resource("web-backup-secrets")).toMatchObject({
      inputs: { path: "nomad/jobs/shop/app/backup", items: { POSTGRES_PASSWORD: "b" } },
      secrets: ["items"],
    });
    expect(resource("web-scheduled-backup-secrets")).toMatchObject({
      inputs: { path: "nomad/jobs/shop-backup", items: { POSTGRES_PASSWORD: "b" } },
      secrets: ["items"],
    });
    const { inputs, secrets, dependsOn } = resource("web-scheduled-backup");
    expect(JSON.parse(String(inputs.jobspec))).toMatchObject({ Job: { ID: "shop-backup", Type: "batch" } });
    expect(secrets).toEqual([]);
    expect(dependsOn).toContain("web-scheduled-backup-secrets");
    expect(resource("web-job").dependsOn).toContain("web-backup-secrets");
  });

  it("with backups by the clock and a password in the open makes no variable, and the job has that password", async () => {
    const backups = { volume: "dumps", image: "postgres:16", schedule: "@daily" };
    const envVars = {
      POSTGRES_HOST: "db",
      POSTGRES_NAME: "shop",
      POSTGRES_USER: "shop",
      POSTGRES_PASSWORD: "open",
    };
    const { resources, resource } = await deploy({ ...minimal, envVars, backups }, preview);
    expect(resources.filter(({ type }) => type === "nomad:index/variable:Variable")).toEqual([]);
    expect(jobOf(resource("web-scheduled-backup")).TaskGroups[0].Tasks[0].Env).toMatchObject({
      POSTGRES_PASSWORD: "open",
    });
  });

  it.each([
    ["registry.example.com/postgres:16", true],
    ["postgres:16", false],
  ])("with backups by the image %s logs in to its registry: %s", async (image, logsIn) => {
    const registryAuth = { username: "ci", password: "token" };
    const database = { host: "db.example.com", name: "shop", password: "a", migratePassword: "b" };
    const backups = { volume: "dumps", image, schedule: "@daily" };
    const djangoImage = "registry.example.com/shop:1";
    const args = { djangoImage, registryAuth, database, backupBeforeMigrate: true, backups };
    const { resource } = await deploy(args, preview);
    expect(resource("web-scheduled-backup-secrets").inputs.items).toEqual({
      POSTGRES_PASSWORD: "b",
      DJANGO_NOMAD_REGISTRY_PASSWORD: "token",
    });
    const [, before] = jobOf(resource("web-job")).TaskGroups[0].Tasks;
    const [scheduled] = jobOf(resource("web-scheduled-backup")).TaskGroups[0].Tasks;
    for (const { Config } of [before, scheduled]) {
      expect(Config.auth?.username).toBe(logsIn ? "ci" : undefined);
    }
  });

  it("gives no secret away: neither in the jobspec nor unmarked anywhere else", async () => {
    const { resources } = await deploy({ ...minimal, secretEnvVars, postgres }, preview);
    for (const { name, inputs, secrets } of resources) {
      const open = Object.entries(inputs).filter(([key]) => !secrets.some((path) => path.startsWith(key)));
      expect([name, JSON.stringify(open)]).toEqual([
        name,
        expect.not.stringMatching(/battery|correct horse/),
      ]);
    }
  });

  it("shows the jobspec, also when there are secrets: a diff that is hidden helps nobody", async () => {
    const { resource } = await deploy({ ...minimal, secretEnvVars }, preview);
    expect(resource("web-job").secrets).toEqual([]);
    expect(jobOf(resource("web-job")).TaskGroups[0].Meta?.secrets_fingerprint).toMatch(/^[0-9a-f]{8}$/);
  });

  it("with arguments that don't fit together registers nothing, and says all that is wrong", async () => {
    const wrong: DjangoAppArgs = {
      ...minimal,
      update: { strategy: "rolling" },
      migrationLeader: "index-zero",
      dockerNetworkMode: "host",
      postgres,
    };
    let message = "";
    const { resources } = await runProgram(
      () => {
        try {
          new DjangoApp("web", wrong);
        } catch (error) {
          if (error instanceof pulumi.RunError) message = error.message;
          else throw error;
        }
      },
      { preview },
    );
    expect(message).toMatch(
      /^The arguments of DjangoApp "web" are wrong:\n {2}update\.strategy: is "rolling" with/,
    );
    expect(message).toMatch(/\n {2}dockerNetworkMode: can't be set together with postgres/);
    expect(message.split("\n")).toHaveLength(1 + djangoAppProblems(wrong).length);
    expect(resources).toEqual([]);
  });
});

describe("the job", () => {
  it("is registered so that `up` can't be green while the rollout is not", async () => {
    const { resource } = await deploy(minimal);
    const { inputs, options } = resource("web-job");
    expect({ ...inputs, jobspec: "" }).toEqual({
      jobspec: "",
      json: true,
      detach: false,
      rerunIfDead: true,
      purgeOnDestroy: true,
    });
    expect(options.hooks).toEqual({
      beforeCreate: ["adoption-web-job", "rollout-web-create"],
      beforeUpdate: ["rollout-web-update", "rollout-web-changes"],
      afterCreate: ["rollout-web-end"],
      afterUpdate: ["rollout-web-end"],
      onError: ["rollout-web-report"],
    });
  });

  it.each<[string, DjangoAppArgs]>([
    ["the defaults", minimal],
    ["a migration of hours", { ...minimal, migrationTimeout: "5h" }],
    ["many instances", { ...minimal, count: 50 }],
    [
      "deadlines of the user's own",
      { ...minimal, update: { healthyDeadline: "1h", progressDeadline: "2h" } },
    ],
  ])("is waited for longer than Nomad waits, with %s", async (_what, args) => {
    const job = (await deploy(args)).resource("web-job");
    const { HealthyDeadline, ProgressDeadline } = jobOf(job).TaskGroups[0].Update;
    const { create, update } = job.options.customTimeouts as { create: string; update: string };
    expect(HealthyDeadline).toBeLessThan(ProgressDeadline);
    expect(seconds(create)).toBeGreaterThan(ProgressDeadline / 1e9);
    expect(update).toBe(create);
  });

  it("is named after the component unless jobName says otherwise; the variable follows", async () => {
    expect(jobOf((await deploy({ djangoImage: "shop:1" })).resource("web-job")).ID).toBe("web");
    const named = await deploy({ ...minimal, jobName: "club", secretEnvVars });
    expect(jobOf(named.resource("web-job")).ID).toBe("club");
    expect(named.resource("web-secrets").inputs.path).toBe("nomad/jobs/club");
    expect(jobOf(named.resource("web-job")).TaskGroups[0].Tasks[1].Templates?.[0].EmbeddedTmpl).toContain(
      'nomadVar "nomad/jobs/club"',
    );
  });

  it("has the defaults where nothing is set", async () => {
    const [group] = jobOf((await deploy(minimal)).resource("web-job")).TaskGroups;
    expect(group).toMatchObject({
      Count: 1,
      Networks: [{ Mode: "host", DynamicPorts: [{ Label: "http", To: 8000 }] }],
      Update: { Canary: 1, AutoPromote: true, AutoRevert: true, MaxParallel: 1 },
    });
    expect(group).not.toHaveProperty("Meta");
    // Nobody calls an instance that no catalog lists.
    expect(group.Tasks[1]).not.toHaveProperty("ShutdownDelay");
    expect(group.Tasks.map(({ Resources }) => Resources)).toEqual([
      { CPU: 100, MemoryMB: 300 },
      { CPU: 100, MemoryMB: 300 },
    ]);
  });

  it("fills in what a resources or service block leaves out", async () => {
    const args = { ...minimal, migrateResources: { memory: 430 }, httpService: { serviceName: "shop" } };
    const [migrate, server] = jobOf((await deploy(args)).resource("web-job")).TaskGroups[0].Tasks;
    expect(migrate.Resources).toEqual({ CPU: 100, MemoryMB: 430 });
    expect(server.Services?.[0].Checks).toEqual([{ Type: "http", Path: "/", Interval: 10e9, Timeout: 5e9 }]);
    expect(server.ShutdownDelay).toBe(5e9);
  });

  it("tells the gate what the settings say", async () => {
    const args: DjangoAppArgs = {
      ...minimal,
      manageCommand: ["python", "manage.py"],
      migrationLeader: "first-to-lock",
      migrationTimeout: "90s",
      migrationPollSeconds: 3,
      migrationPollIters: 7,
      databaseWaitSeconds: 11,
    };
    const [migrate] = jobOf((await deploy(args)).resource("web-job")).TaskGroups[0].Tasks;
    expect([migrate.Config.command, migrate.Config.args?.[0]]).toEqual(["python", "manage.py"]);
    expect(migrate.Env).toMatchObject({
      DJANGO_NOMAD_GATE_LEADER: "first-to-lock",
      DJANGO_NOMAD_GATE_TIMEOUT_SECONDS: "90",
      DJANGO_NOMAD_GATE_POLL_SECONDS: "3",
      DJANGO_NOMAD_GATE_POLL_ITERS: "7",
      DJANGO_NOMAD_GATE_DATABASE_WAIT_SECONDS: "11",
    });
  });

  it.each([
    ["as long as the migration may take by default", {}, "120"],
    ["as long as migrationTimeout says", { migrationTimeout: "90s" as const, migrationPollSeconds: 7 }, "12"],
    ["the pack's five looks at least", { migrationTimeout: "5s" as const }, "5"],
    ["as migrationPollIters says when it is set", { migrationPollIters: 5 }, "5"],
  ])("lets the others wait for index 0 %s", async (_, args, looks) => {
    const [migrate] = jobOf((await deploy({ ...minimal, ...args })).resource("web-job")).TaskGroups[0].Tasks;
    expect(migrate.Env?.DJANGO_NOMAD_GATE_POLL_ITERS).toBe(looks);
  });

  it("and its variable are in the namespace that is set", async () => {
    const args = { ...minimal, namespace: "web", secretEnvVars };
    const { resource, outputs } = await deploy(args);
    expect(jobOf(resource("web-job")).Namespace).toBe("web");
    expect(resource("web-secrets").inputs.namespace).toBe("web");
    expect(outputs("web").namespace).toBe("web");
    const usual = await deploy({ ...minimal, secretEnvVars });
    expect(jobOf(usual.resource("web-job"))).not.toHaveProperty("Namespace");
    expect(usual.resource("web-secrets").inputs).not.toHaveProperty("namespace");
  });

  it("and its variable are where NOMAD_NAMESPACE says, which the provider reads for the job alone", async () => {
    stubEnv("NOMAD_NAMESPACE", "web");
    try {
      const { resource } = await deploy({ ...minimal, secretEnvVars });
      expect(resource("web-secrets").inputs.namespace).toBe("web");
    } finally {
      unstubAllEnvs();
    }
  });

  it("gets a registry's password through the variable; another one is no rollout", async () => {
    const withPassword = (password: string) =>
      deploy({ ...minimal, registryAuth: { username: "ci", password: pulumi.secret(password) } });
    const [one, two] = [await withPassword("correct horse"), await withPassword("battery staple")];
    expect(one.resource("web-secrets")).toMatchObject({
      inputs: { items: { DJANGO_NOMAD_REGISTRY_PASSWORD: "correct horse" } },
      secrets: ["items"],
    });
    expect(two.resource("web-secrets").inputs.items).toEqual({
      DJANGO_NOMAD_REGISTRY_PASSWORD: "battery staple",
    });
    expect(unreleased(two.resource("web-job").inputs.jobspec)).toBe(
      unreleased(one.resource("web-job").inputs.jobspec),
    );
    for (const task of jobOf(one.resource("web-job")).TaskGroups[0].Tasks)
      expect(task.Templates?.[0].EmbeddedTmpl).toContain("DJANGO_NOMAD_REGISTRY_PASSWORD=");
  });

  it("has the gate's further settings in seconds", async () => {
    const args: DjangoAppArgs = {
      ...minimal,
      migrationDatabases: ["default", "reports"],
      migrationLockKey: "shop",
      migrationLockTimeout: "500ms",
      migrationStatementTimeout: "2m",
      beforeMigrate: [["check", "--deploy"]],
      afterMigrate: [["clearsessions"]],
    };
    expect(jobOf((await deploy(args)).resource("web-job")).TaskGroups[0].Tasks[0].Env).toMatchObject({
      DJANGO_NOMAD_GATE_DATABASES: "default,reports",
      DJANGO_NOMAD_GATE_LOCK_KEY: "shop",
      DJANGO_NOMAD_GATE_LOCK_TIMEOUT_SECONDS: "0.5",
      DJANGO_NOMAD_GATE_STATEMENT_TIMEOUT_SECONDS: "120",
      DJANGO_NOMAD_GATE_BEFORE_MIGRATE: '[["check","--deploy"]]',
      DJANGO_NOMAD_GATE_AFTER_MIGRATE: '[["clearsessions"]]',
    });
  });

  it("fills in what a constraint, an affinity, a spread, a volume or a policy leaves out", async () => {
    const job = jobOf(
      (
        await deploy({
          ...minimal,
          constraints: [{ attribute: "${node.class}", value: "web" }],
          affinities: [{ attribute: "${node.class}", value: "ssd" }],
          spreads: [{ attribute: "${node.datacenter}" }],
          volumes: [{ name: "media", destination: "/srv/media" }],
          logs: { maxFiles: 3 },
          restart: { attempts: 0 },
          reschedule: { attempts: 0 },
        })
      ).resource("web-job"),
    );
    expect(job).toMatchObject({
      Constraints: [{ LTarget: "${node.class}", Operand: "=", RTarget: "web" }],
      Affinities: [{ Operand: "=", Weight: 50 }],
      Spreads: [{ Attribute: "${node.datacenter}", Weight: 50 }],
    });
    const [group] = job.TaskGroups;
    expect(group.Volumes).toEqual({
      media: { Name: "media", Type: "host", Source: "media", ReadOnly: false },
    });
    expect(group.Tasks.map(({ VolumeMounts }) => VolumeMounts?.length)).toEqual([1, 1]);
    expect(group.Tasks[1].LogConfig).toEqual({ MaxFiles: 3, MaxFileSizeMB: 10 });
    expect(group.RestartPolicy).toEqual({ Attempts: 0, Delay: 15e9, Interval: 1800e9, Mode: "fail" });
    expect(group.ReschedulePolicy).toMatchObject({ Attempts: 0, Unlimited: false });
  });

  it("is the same bytes on each run: an unchanged program shows no change", async () => {
    const args = { ...minimal, secretEnvVars, postgres, httpService: { serviceName: "shop" } };
    const [first, second, previewed] = [await deploy(args), await deploy(args), await deploy(args, true)];
    const jobspec = (run: typeof first): string => unreleased(run.resource("web-job").inputs.jobspec);
    expect(jobspec(second)).toBe(jobspec(first));
    expect(jobspec(previewed)).toBe(jobspec(first));
  });

  it("changes when a secret's value changes, so that the instances get it", async () => {
    const jobspec = async (key: string): Promise<string> =>
      unreleased(
        (await deploy({ ...minimal, secretEnvVars: { SECRET_KEY: key } })).resource("web-job").inputs.jobspec,
      );
    expect(await jobspec("one")).toBe(await jobspec("one"));
    expect(await jobspec("one")).not.toBe(await jobspec("two"));
  });

  it("waits for an image or a host that another resource makes: unknown in a preview, filled in by up", async () => {
    class Registry extends pulumi.CustomResource {
      declare readonly image: pulumi.Output<string>;
      constructor() {
        super("example:index:Registry", "registry", { image: undefined });
      }
    }
    const program = () => new DjangoApp("web", { djangoImage: new Registry().id, count: 2 });
    const preview = await runProgram(program, { preview: true });
    expect(preview.resource("web-job").inputs.jobspec).toBe(unknown);
    const up = await runProgram(program);
    expect(jobOf(up.resource("web-job")).TaskGroups[0].Tasks[1].Config.image).toBe("registry-id");
    expect(up.resource("web-job").dependsOn).toEqual(["registry", "web-owner"]);
  });
});

describe("what is an output, and not known before", () => {
  const later = pulumi.output(Promise.resolve("x"));

  it("passes the first check, whatever it may be", () => {
    const args = { djangoImage: later, envVars: { A: later }, secretEnvVars: pulumi.secret({ "A-B": "x" }) };
    expect(djangoAppProblems(args)).toEqual([]);
  });

  it("is checked once it is known: the image, the variables, and of the secrets their names alone", () => {
    const secrets = {
      path: "nomad/jobs/shop",
      names: ["A-B", "DJANGO_NOMAD_REGISTRY_PASSWORD", "SECRET_KEY"],
      fingerprint: "00000000",
    };
    const known = { djangoImage: "Shop:1", envVars: { SECRET_KEY: "a" } };
    const resolved = resolvedArgs({ ...minimal, ...known }, known, secrets);
    expect(djangoAppProblems(resolved).map(({ key }) => key)).toEqual([
      "djangoImage",
      "secretEnvVars.A-B",
      "envVars.SECRET_KEY",
    ]);
    expect(resolved.secretEnvVars).toEqual({ "A-B": "", SECRET_KEY: "" });
  });
});

describe("the database container", () => {
  it("keeps its rows: the volume is protected, and stays when the stack goes", async () => {
    const { resource } = await deploy({ ...minimal, postgres });
    expect(resource("web-postgres-data")).toMatchObject({
      inputs: {
        name: "shop-test-pgdata",
        labels: [{ label: "django-nomad.postgres-major", value: "16" }],
      },
      options: { protect: true, retainOnDelete: true },
    });
  });

  it("lets its rows go with the stack only when the stack says so", async () => {
    const { resource } = await deploy({ ...minimal, postgres: { ...postgres, keepData: false } });
    expect(resource("web-postgres-data").options).toEqual({});
  });

  it("takes more sessions when there are more instances than 100 are enough for", async () => {
    const sessions = async (args: Partial<DjangoAppArgs>): Promise<unknown> => {
      const { resource } = await deploy({ ...minimal, postgres, ...args });
      return (resource("web-postgres-server").inputs.command as string[])[2];
    };
    expect(await sessions({ count: 4 })).toBe("max_connections=100");
    expect(await sessions({ count: 5 })).toBe("max_connections=200");
    expect(await sessions({ count: 5, postgres: { ...postgres, maxConnections: 60 } })).toBe(
      "max_connections=60",
    );
  });

  it.each(["canary", "blue-green", "recreate"] as const)(
    "count 0 parks it (%s): the job keeps its place with nothing to run, and all the rest stays",
    async (strategy) => {
      const args = { ...minimal, postgres, secretEnvVars: { SECRET_KEY: "x" }, update: { strategy } };
      const [running, parked] = [await deploy({ ...args, count: 2 }), await deploy({ ...args, count: 0 })];
      expect(parked.resources.map(({ name }) => name)).toEqual(running.resources.map(({ name }) => name));
      for (const { name, inputs } of parked.resources.filter(
        ({ name }) => !["web-job", "web-manage"].includes(name),
      ))
        expect(inputs).toEqual(running.resource(name).inputs);
      const job = parked.resource("web-job");
      expect(JSON.parse(String(job.inputs.jobspec))).toMatchObject({ Job: { TaskGroups: [{ Count: 0 }] } });
      // Nomad calls a job without instances dead: it would be registered anew by each up.
      expect(job.inputs.rerunIfDead).toBe(false);
      expect(running.resource("web-job").inputs.rerunIfDead).toBe(true);
      expect(job.options.customTimeouts).toMatchObject({ update: expect.stringMatching(/^\d/) });
    },
  );

  it("another dataVolume is another resource: it never replaces the volume before", async () => {
    const { resource } = await deploy({
      ...minimal,
      postgres: { ...postgres, version: 17, dataVolume: "new" },
    });
    expect(resource("web-postgres-data-new").inputs).toEqual({
      name: "new",
      labels: [{ label: "django-nomad.postgres-major", value: "17" }],
    });
    expect(resource("web-postgres-server").inputs.image).toBe("postgres:17");
  });

  it("is exactly this, with its password secret and a health check that the job waits for", async () => {
    const { resource } = await deploy({ ...minimal, postgres });
    const { inputs, secrets, options } = resource("web-postgres-server");
    expect(inputs).toEqual({
      name: "shop-test-postgres",
      image: "postgres:16",
      command: ["postgres", "-c", "max_connections=100", "-c", "shared_buffers=128MB"],
      envs: ["POSTGRES_USER=postgres", "POSTGRES_PASSWORD=correct horse", "POSTGRES_DB=django"],
      networksAdvanced: [{ name: "web-postgres-network-id", aliases: ["postgres"] }],
      ports: [],
      volumes: [{ volumeName: "shop-test-pgdata", containerPath: "/var/lib/postgresql/data" }],
      memory: 512,
      memorySwap: 1024,
      shmSize: 128,
      restart: "unless-stopped",
      destroyGraceSeconds: 30,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      healthcheck: {
        tests: ["CMD", "pg_isready", "--host=127.0.0.1", "--username=postgres", "--dbname=django"],
        interval: "2s",
        timeout: "3s",
        retries: 30,
      },
      wait: true,
      waitTimeout: 90,
    });
    expect(secrets).toEqual(["envs.1"]);
    // The old server must have let the volume go, and its name, before the new one starts.
    expect(options).toEqual({ deleteBeforeReplace: true });
    expect(resource("web-postgres-network").inputs).toEqual({ name: "shop-test" });
  });

  it("takes every setting of its own", async () => {
    const { resource } = await deploy({
      ...minimal,
      postgres: {
        ...postgres,
        image: "postgis:latest",
        version: 15,
        listenAddress: "10.0.0.5",
        database: "shop",
        user: "owner",
        port: 15432,
        dataVolume: "rows",
        memory: 1001,
      },
    });
    expect(resource("web-postgres-data-rows").inputs.name).toBe("rows");
    expect(resource("web-postgres-server").inputs).toMatchObject({
      image: "postgis:latest",
      envs: ["POSTGRES_USER=owner", "POSTGRES_PASSWORD=correct horse", "POSTGRES_DB=shop"],
      ports: [{ internal: 5432, external: 15432, ip: "10.0.0.5" }],
      volumes: [{ volumeName: "rows", containerPath: "/var/lib/postgresql/data" }],
      memory: 1001,
      memorySwap: 2002,
      shmSize: 251,
      healthcheck: {
        tests: ["CMD", "pg_isready", "--host=127.0.0.1", "--username=owner", "--dbname=shop"],
      },
    });
  });

  it("is what both tasks are told of: by name, over a network of their own, password as a secret", async () => {
    const { resource } = await deploy({
      ...minimal,
      postgres: { ...postgres, database: "shop", user: "owner" },
    });
    for (const task of jobOf(resource("web-job")).TaskGroups[0].Tasks) {
      expect(task.Config.network_mode).toBe("shop-test");
      expect(task.Env).toMatchObject({
        POSTGRES_NAME: "shop",
        POSTGRES_USER: "owner",
        POSTGRES_HOST: "postgres",
        POSTGRES_PORT: "5432",
      });
      expect(task.Templates?.[0].EmbeddedTmpl).toContain("POSTGRES_PASSWORD=");
    }
    expect(resource("web-secrets")).toMatchObject({
      inputs: { items: { POSTGRES_PASSWORD: "correct horse" } },
      secrets: ["items"],
    });
  });

  it("gives way to what the user sets", async () => {
    const { resource } = await deploy({
      ...minimal,
      postgres,
      envVars: { POSTGRES_NAME: "other" },
      secretEnvVars: { POSTGRES_PASSWORD: "of another role" },
    });
    expect(jobOf(resource("web-job")).TaskGroups[0].Tasks[1].Env?.POSTGRES_NAME).toBe("other");
    expect(resource("web-secrets").inputs.items).toEqual({ POSTGRES_PASSWORD: "of another role" });
  });
});

describe("the outputs", () => {
  it("say what an operator needs, on the component and in the stack's state", async () => {
    const args: DjangoAppArgs = { ...minimal, count: 3, httpService: { serviceName: "shop-web" } };
    const { result: app, outputs } = await deploy(args);
    expect(outputs("web")).toEqual({
      jobName: "shop",
      namespace: "default",
      image: "shop:1",
      count: 3,
      serviceName: "shop-web",
      migration: "allocation 0 migrates, the others wait for it",
      next: {
        status: "nomad job status shop",
        addresses: "nomad service info shop-web",
        logs: "nomad alloc logs -task server -job shop",
        migrations: "nomad alloc logs -task migrate -job shop",
      },
    });
    expect(await known(app.jobName)).toBe("shop");
    expect(await known(app.image)).toBe("shop:1");
    expect([app.count, app.postgres]).toEqual([3, undefined]);
    expect(app.serviceName && (await known(app.serviceName))).toBe("shop-web");
  });

  it("say who migrates with first-to-lock", async () => {
    const { result } = await deploy({ ...minimal, migrationLeader: "first-to-lock" });
    expect(await known(result.migration)).toBe(
      "the first allocation to get the database's lock migrates, the others wait for it",
    );
  });

  it("ask Consul's catalog for the addresses where it lists the service", async () => {
    const httpService = { serviceName: "shop-web", serviceProvider: "consul" as const };
    const { result } = await deploy({ ...minimal, httpService });
    expect((await known(result.next)).addresses).toBe(
      "consul watch -type=service -service=shop-web -passingonly=true",
    );
  });

  it("say what to type next in a preview as in an `up`", async () => {
    const args: DjangoAppArgs = { ...minimal, httpService: { serviceName: pulumi.output("shop-web") } };
    const [before, after] = [await deploy(args, true), await deploy(args)];
    expect(before.outputs("web").next).toEqual(after.outputs("web").next);
    expect(after.outputs("web").next).toMatchObject({ addresses: "nomad service info shop-web" });
  });

  it("are those of the package schema", async () => {
    const { outputs } = await deploy({ ...minimal, postgres, httpService: { serviceName: "shop" } });
    const { resources } = JSON.parse(readFileSync(join(repoRoot, "schema.json"), "utf8")) as {
      resources: Record<string, { properties: object; required: string[] }>;
    };
    for (const [type, name] of [
      ["DjangoApp", "web"],
      ["PostgresContainer", "web-postgres"],
    ]) {
      const { properties, required } = resources[`django-nomad:index:${type}`];
      const registered = Object.keys(outputs(name));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(registered));
      expect(registered).toEqual(expect.arrayContaining(required));
    }
  });

  it("of the database container name what it made", async () => {
    const { outputs } = await deploy({ ...minimal, postgres });
    expect(outputs("web-postgres")).toEqual({
      networkName: "shop-test",
      networkId: "web-postgres-network-id",
      volumeName: "shop-test-pgdata",
      containerName: "shop-test-postgres",
    });
  });

  it("know the job's name only when it is registered", async () => {
    const { outputs } = await deploy(minimal, true);
    expect(outputs("web")).toMatchObject({ jobName: unknown, image: "shop:1" });
  });
});
