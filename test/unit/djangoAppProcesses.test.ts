/** Processes in a program that imports the component. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems } from "../../components";
import { resolvedArgs } from "../../components/application/djangoAppProblems";
import type { NomadJob } from "../../components/jobspec";
import { runProgram } from "../support/engine";

const minimal: DjangoAppArgs = { djangoImage: "shop:1", jobName: "shop.eu" };
const worker = { command: ["celery", "worker"] };
const deploy = (args: Partial<DjangoAppArgs>, preview = false) =>
  runProgram(() => new DjangoApp("web", { ...minimal, ...args }), { preview });
const groupsOf = async (args: Partial<DjangoAppArgs>, preview = false) => {
  const { resource } = await deploy(args, preview);
  const { jobspec } = resource("web-job").inputs;
  return (JSON.parse(String(jobspec)) as { Job: NomadJob }).Job.TaskGroups;
};

describe("a DjangoApp with processes", () => {
  it.each([true, false])("takes variables that other resources make (preview: %s)", async (preview) => {
    const [, group] = await groupsOf(
      {
        envVars: { ALL: "1" },
        processes: { worker: { ...worker, envVars: { BROKER: pulumi.output("redis://cache") } } },
      },
      preview,
    );
    expect(group.Tasks[1].Env).toMatchObject({ ALL: "1", BROKER: "redis://cache" });
    const [, whole] = await groupsOf({
      processes: { worker: { ...worker, envVars: pulumi.output({ BROKER: "redis://cache" }) } },
    });
    expect(whole.Tasks[1].Env).toMatchObject({ BROKER: "redis://cache" });
  });

  it("refuses a variable that turns out to be this program's own, as soon as it is known", () => {
    const envVars = { DJANGO_NOMAD_GATE_LEADER: "index-zero" };
    const args = { ...minimal, processes: { worker: { ...worker, envVars: pulumi.output(envVars) } } };
    expect(djangoAppProblems(args)).toEqual([]);
    const known = {
      djangoImage: "shop:1",
      jobName: "shop.eu",
      processes: { worker: { ...worker, envVars } },
    };
    expect(djangoAppProblems(resolvedArgs(args, known, undefined)).map(({ key }) => key)).toEqual([
      "processes.worker.envVars.DJANGO_NOMAD_GATE_LEADER",
    ]);
  });

  it("judges their variables before other outputs are known, and the volumes that they share", () => {
    const later = { ...worker, envVars: { TOKEN: pulumi.output("x"), NOMAD_ALLOC_ID: "y" } };
    const shared = { name: "m", destination: "/m", type: "csi", attachmentMode: "file-system" } as const;
    const volumes = [{ ...shared, accessMode: "single-node-writer" as const }];
    expect(
      djangoAppProblems({ ...minimal, volumes, processes: { worker: later } }).map(({ key }) => key),
    ).toEqual(["processes.worker.envVars.NOMAD_ALLOC_ID", "volumes[0].accessMode"]);
  });

  it("renders them in one order, whatever the order in which a config names them", async () => {
    const other = { command: ["daphne"] };
    for (const processes of [
      { worker, other },
      { other, worker },
    ]) {
      expect((await groupsOf({ processes })).map(({ Name }) => Name)).toEqual(["app", "other", "worker"]);
    }
  });

  it("has the defaults of the table, and a check's service that every Nomad takes", async () => {
    const check = { port: 9000 };
    const [, sockets, plain] = await groupsOf({ processes: { worker, sockets: { ...worker, check } } });
    expect(plain.Count).toBe(1);
    expect(plain.Tasks[1].Resources).toEqual({ CPU: 100, MemoryMB: 300 });
    expect(plain.Tasks[1]).not.toHaveProperty("KillTimeout");
    expect(sockets.Tasks[1].Services).toMatchObject([
      { Name: "shop-eu-sockets", Provider: "nomad", Checks: [{ Type: "http", Path: "/" }] },
    ]);
  });

  it("parks every process with the web server", async () => {
    const groups = await groupsOf({ count: 0, processes: { worker: { ...worker, count: 3 } } });
    expect(groups.map(({ Count }) => Count)).toEqual([0, 0]);
  });

  it("gives each process's gate the migrating role's password in a variable of its own", async () => {
    const database = { host: "db.example.com", name: "shop", password: "x", migratePassword: "y" };
    const { resources, resource } = await deploy({
      ...{ jobName: "shop", database: { ...database, adminPassword: "z" } },
      processes: { worker },
    });
    const variables = resources.filter(({ type }) => type === "nomad:index/variable:Variable");
    expect(variables.map(({ inputs }) => inputs.path)).toEqual([
      "nomad/jobs/shop",
      "nomad/jobs/shop/app/migrate",
      "nomad/jobs/shop/worker/migrate",
      "nomad/jobs/shop-manage",
      "nomad/jobs/shop-manage/manage/manage",
    ]);
    expect(resource("web-worker-migrate-secrets")).toMatchObject({
      inputs: { items: { POSTGRES_PASSWORD: "y" } },
      secrets: ["items"],
    });
    expect(resource("web-job").dependsOn).toContain("web-worker-migrate-secrets");
  });

  it("makes room for the sessions of every process", async () => {
    const postgres = { namePrefix: "shop-test", password: "correct horse" };
    const { resource } = await deploy({
      jobName: "shop",
      postgres,
      count: 2,
      processes: { worker: { ...worker, count: 3 } },
    });
    expect(resource("web-postgres-server").inputs.command).toContain("max_connections=200");
  });

  it("waits for the largest process as long as its instances take", async () => {
    const { resource } = await deploy({ processes: { worker: { ...worker, count: 9 } } });
    const large = await deploy({ count: 9 });
    expect(resource("web-job").options.customTimeouts).toEqual(
      large.resource("web-job").options.customTimeouts,
    );
  });
});
