/** The job of afterRollout in a program that imports the component. */
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs } from "../../components";
import type { NomadJob } from "../../components/jobspec";
import type { ParameterizedJob } from "../../components/jobspec/nomadTypes";
import { runProgram, unreleased } from "../support/engine";

const afterRollout = [["drop_old_columns"], ["warm", "--all"]];
const deploy = async (args: Partial<DjangoAppArgs>) =>
  runProgram(() => new DjangoApp("web", { djangoImage: "shop:1", jobName: "shop", ...args }));
const jobOf = <T>(inputs: Record<string, unknown>): T =>
  (JSON.parse(String(inputs.jobspec)) as { Job: T }).Job;

describe("a DjangoApp with afterRollout", () => {
  it("has a job of its own for it, which runs nothing until it is asked", async () => {
    const { resource } = await deploy({
      ...{ afterRollout, manageCommand: ["python", "manage.py"], migrateEnvVars: { DIRECT: "1" } },
      migrateResources: { cpu: 700, memory: 500 },
    });
    const job = jobOf<ParameterizedJob>(resource("web-after-rollout").inputs);
    expect(job).toMatchObject({
      ...{ ID: "shop-after-rollout", Type: "batch", ParameterizedJob: { Payload: "forbidden" } },
    });
    const [group] = job.TaskGroups;
    expect(group).toMatchObject({
      ...{ Name: "after-rollout", Count: 1 },
      RestartPolicy: { Attempts: 0, Mode: "fail" },
      ReschedulePolicy: { Attempts: 0, Unlimited: false },
    });
    const [task] = group.Tasks;
    expect(task).not.toHaveProperty("Lifecycle");
    expect(task.Config).toMatchObject({ image: "shop:1", command: "python" });
    expect(task.Config.args?.slice(0, 5)).toEqual(["manage.py", "shell", "-v", "0", "-c"]);
    expect(task.Resources).toMatchObject({ CPU: 700, MemoryMB: 500 });
    expect(task.Env).toMatchObject({
      DIRECT: "1",
      DJANGO_NOMAD_GATE_APPLICATION: "shop",
      DJANGO_NOMAD_GATE_RELEASE_COMMANDS: JSON.stringify(afterRollout),
    });
    expect(resource("web-after-rollout").dependsOn).toContain("web-job");
  });

  it("leaves the application's own job as it is", async () => {
    const without = await deploy({});
    const with_ = await deploy({ afterRollout });
    const texts = [without, with_].map(({ resource }) => unreleased(resource("web-job").inputs.jobspec));
    expect(texts[1]).toBe(texts[0]);
    expect(without.resources.map(({ name }) => name)).not.toContain("web-after-rollout");
    expect(jobOf<NomadJob>(without.resource("web-job").inputs).TaskGroups).toHaveLength(1);
  });

  it("has the secrets as the migrate task has them, in a variable of this job alone", async () => {
    const database = { host: "db.example.com", name: "shop", password: "x", migratePassword: "y" };
    const { resource } = await deploy({
      ...{ afterRollout, database: { ...database, adminPassword: "z" } },
      secretEnvVars: { SECRET_KEY: "s" },
    });
    expect(resource("web-after-rollout-secrets")).toMatchObject({
      inputs: {
        path: "nomad/jobs/shop-after-rollout",
        items: { POSTGRES_PASSWORD: "y", SECRET_KEY: "s" },
      },
      secrets: ["items"],
    });
    const [task] = jobOf<ParameterizedJob>(resource("web-after-rollout").inputs).TaskGroups[0].Tasks;
    expect(task.Templates?.map(({ EmbeddedTmpl }) => EmbeddedTmpl).join("")).toContain(
      "nomad/jobs/shop-after-rollout",
    );
    expect(task.Templates).toHaveLength(1);
    expect(task.Env).toMatchObject({ POSTGRES_USER: "shop_migrator" });
  });
});
