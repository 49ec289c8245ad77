import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, type NomadJob } from "../../components";
import { renderJobspec } from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";
import { backup } from "../support/jobShapes";
import { runProgram } from "../support/engine";

type Transform = (job: NomadJob) => NomadJob;

const minimal: DjangoAppArgs = { djangoImage: "shop:1", jobName: "shop" };

function jobOf(jobspec: unknown): NomadJob {
  return (JSON.parse(String(jobspec)) as { Job: NomadJob }).Job;
}

/** What is said of a transform, and how many resources were registered. */
async function refusal(
  transform: Transform,
  preview = false,
): Promise<{ said: string[]; resources: number }> {
  let said = "";
  const { resources } = await runProgram(
    () => {
      try {
        new DjangoApp("web", { ...minimal, secretEnvVars: { A: "x" }, transform });
      } catch (error) {
        if (!(error instanceof pulumi.RunError)) throw error;
        said = error.message;
      }
    },
    { preview },
  );
  return { said: said.split("\n").slice(1), resources: resources.length };
}

const changed =
  (change: (job: NomadJob) => void): Transform =>
  (job) => {
    change(job);
    return job;
  };

describe("a transform has the last word on the job", () => {
  it("and is called as often for a component without jobName as for one with it", async () => {
    const calls = async (args: DjangoAppArgs): Promise<number> => {
      let made = 0;
      const transform = changed(() => made++);
      await runProgram(() => new DjangoApp("web", { ...args, transform }));
      return made;
    };
    const named = await calls({ djangoImage: "shop:1", jobName: "web" });
    expect(named).toBeGreaterThan(0);
    expect(await calls({ djangoImage: "shop:1" })).toBe(named);
  });

  it("and what it sets is registered", async () => {
    const transform = changed((job) => {
      job.AllAtOnce = true;
      job.TaskGroups[0].EphemeralDisk = { SizeMB: 1000 };
      job.TaskGroups[0].Tasks[1].Config.ulimit = { nofile: "65536" };
      job.TaskGroups[0].Tasks.push({
        Name: "log-shipper",
        Driver: "docker",
        Lifecycle: { Hook: "poststart", Sidecar: true },
        Config: { image: "shipper:1" },
        Resources: { CPU: 20, MemoryMB: 32 },
      });
    });
    const { resource } = await runProgram(() => new DjangoApp("web", { ...minimal, transform }));
    const job = jobOf(resource("web-job").inputs.jobspec);
    expect(job).toMatchObject({ AllAtOnce: true, TaskGroups: [{ EphemeralDisk: { SizeMB: 1000 } }] });
    expect(job.TaskGroups[0].Tasks.map(({ Name }) => Name)).toEqual(["migrate", "server", "log-shipper"]);
    expect(job.TaskGroups[0].Tasks[1].Config.ulimit).toEqual({ nofile: "65536" });
  });

  it("on a copy: the one it gets is nobody else's", () => {
    const before = renderJobspec(walkthrough);
    renderJobspec(
      walkthrough,
      changed((job) => (job.Datacenters = ["dc9"])),
    );
    expect(renderJobspec(walkthrough)).toBe(before);
  });

  it("also when the image is not known before `up`, which checks it then", async () => {
    const image = pulumi.output(Promise.resolve("shop:2"));
    const { resource } = await runProgram(
      () =>
        new DjangoApp("web", {
          djangoImage: image,
          transform: changed((job) => (job.Datacenters = ["dc9"])),
        }),
    );
    expect(jobOf(resource("web-job").inputs.jobspec).Datacenters).toEqual(["dc9"]);
  });
});

describe("what a transform gives back is checked, and nothing is registered", () => {
  it.each<[string, Transform, ...string[]]>([
    [
      "another job id",
      changed((job) => (job.ID = "other")),
      'transform: changed ID from "shop" to "other": leave it, and set jobName',
    ],
    [
      "another namespace",
      changed((job) => (job.Namespace = "web")),
      'transform: changed Namespace from undefined to "web": leave it, and set namespace',
    ],
    [
      "a batch job",
      (job) => ({ ...job, Type: "batch" }) as unknown as NomadJob,
      'transform: changed Type from "service" to "batch": leave it',
    ],
    [
      "no migrate task",
      changed((job) => job.TaskGroups[0].Tasks.shift()),
      'transform: must keep one task "migrate" in the group',
    ],
    [
      "a server under another name",
      changed((job) => (job.TaskGroups[0].Tasks[1].Name = "web")),
      'transform: must keep one task "server" in the group',
    ],
    [
      "a migrate task that runs beside the server",
      changed((job) => (job.TaskGroups[0].Tasks[0].Lifecycle = { Hook: "prestart", Sidecar: true })),
      'transform: must keep the task "migrate" before the server: Lifecycle { Hook: "prestart", Sidecar: false }',
    ],
    [
      "a migrate task without its gate",
      changed((job) => (job.TaskGroups[0].Tasks[0].Config.args = ["migrate"])),
      'transform: must keep the gate in the task "migrate": its last argument',
    ],
    [
      "a migrate task without a setting of its gate",
      changed((job) => delete job.TaskGroups[0].Tasks[0].Env?.DJANGO_NOMAD_GATE_APPLICATION),
      'transform: must keep the variable DJANGO_NOMAD_GATE_APPLICATION of the task "migrate": it is the gate\'s own',
    ],
    [
      "a server that starts without the gate's proof",
      changed((job) => job.TaskGroups[0].Tasks[1].Templates?.pop()),
      'transform: must keep the template of migrations-applied in the task "server": without it a server starts on any database',
    ],
    [
      "a proof that is read from another file",
      changed(
        (job) =>
          ((job.TaskGroups[0].Tasks[1].Templates?.at(-1) as { SourcePath: string }).SourcePath =
            "/alloc/gate"),
      ),
      'transform: must keep the template of migrations-applied in the task "server": without it a server starts on any database',
    ],
    [
      "a server of another image",
      changed((job) => (job.TaskGroups[0].Tasks[1].Config.image = "shop:2")),
      "transform: must keep one image in both tasks: the code that migrates is the code that serves",
    ],
    [
      "two groups",
      changed((job) => job.TaskGroups.push({ ...job.TaskGroups[0], Name: "more" })),
      'transform: must keep "app" as the only group of the job: the rollout is watched there',
    ],
    [
      "fields that Nomad would drop",
      changed((job) => {
        Object.assign(job, { Prioritty: 80 });
        Object.assign(job.TaskGroups[0].Tasks[1], { KillTimout: 5e9 });
      }),
      "transform: set TaskGroups[0].Tasks[1].KillTimout, which Nomad does not know and would drop: check its name",
      "transform: set Prioritty, which Nomad does not know and would drop: check its name",
    ],
    [
      "nothing",
      (() => undefined) as unknown as Transform,
      "transform: returned undefined instead of a job: return the job, without async",
    ],
    [
      "a promise",
      (async (job: NomadJob) => Promise.resolve(job)) as unknown as Transform,
      "transform: returned a promise instead of a job: return the job, without async",
    ],
    [
      "an exception",
      () => {
        throw new Error("no such group");
      },
      'transform: threw "no such group": fix it',
    ],
    [
      "a text",
      "job" as unknown as Transform,
      "transform: is not a function from a job to a job, nor a map of them: remove it",
    ],
  ])("%s", async (_what, transform, ...expected) => {
    for (const preview of [true, false]) {
      const { said, resources } = await refusal(transform, preview);
      expect(said).toEqual(expected.map((line) => `  ${line}`));
      expect(resources).toBe(0);
    }
  });

  it("a backup that runs too late: the gate waits for it", () => {
    const late = changed(
      (job) => (job.TaskGroups[0].Tasks[1].Lifecycle = { Hook: "poststart", Sidecar: false }),
    );
    expect(() => renderJobspec({ ...walkthrough, backup }, late)).toThrow(
      'must keep the task "backup" beside migrate, which waits for it: Lifecycle { Hook: "prestart", Sidecar: false }',
    );
  });
});
