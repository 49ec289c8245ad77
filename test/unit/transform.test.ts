import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import {
  type CompanionJob,
  type CompanionKind,
  DjangoApp,
  type DjangoAppArgs,
  djangoAppProblems,
  type NomadJob,
} from "../../components";
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
  transform: DjangoAppArgs["transform"],
  preview = false,
  args: DjangoAppArgs = { ...minimal, secretEnvVars: { A: "x" } },
): Promise<{ said: string[]; resources: number }> {
  let said = "";
  const { resources } = await runProgram(
    () => {
      try {
        new DjangoApp("web", { ...args, transform });
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

/** One of each kind. */
const beside: DjangoAppArgs = {
  ...minimal,
  secretEnvVars: { TOKEN: "x" },
  database: {
    ...{ host: "db.example.com", name: "shop", password: "x", migratePassword: "y", adminPassword: "z" },
  },
  processes: { beat: { command: ["celery", "beat"], singleton: true } },
  schedules: { cleanup: { command: ["./manage.py", "clearsessions"], cron: "@daily" } },
  afterRollout: [["warmcache"]],
  backups: { volume: "dumps", image: "postgres:16", schedule: "@daily" },
};
const ids: Record<CompanionKind, string> = {
  singleton: "shop-beat",
  schedule: "shop-cleanup",
  manage: "shop-manage",
  afterRollout: "shop-after-rollout",
  scheduledBackup: "shop-backup",
};
const kinds = Object.keys(ids) as CompanionKind[];

/** What is said of a transform that changes the job of that kind alone. */
function said(kind: CompanionKind, change: (job: CompanionJob) => unknown): string[] {
  const companionJob = (job: CompanionJob, one: { kind: CompanionKind }): CompanionJob => {
    if (one.kind === kind) change(job);
    return job;
  };
  const problems = djangoAppProblems({ ...beside, transform: { companionJob } });
  return problems.map(({ key, message }) => `${key}: ${message}`);
}

describe("what a transform of the jobs beside gives back is checked", () => {
  const group = ({ TaskGroups }: CompanionJob) => TaskGroups[0];
  const task = (job: CompanionJob) => group(job).Tasks.slice(-1)[0];
  const withMeta = (job: CompanionJob, meta: Record<string, string>) => (job.Meta = { ...job.Meta, ...meta });

  it.each(kinds)("%s: what it adds is nobody's business", (kind) => {
    const added = said(kind, (job) => {
      Object.assign(job, { Priority: 20, Constraints: [{ LTarget: "a", Operand: "=", RTarget: "b" }] });
      withMeta(job, { team: "web" });
      group(job).Volumes = {
        ...group(job).Volumes,
        more: { Name: "more", Type: "csi", Source: "more", ReadOnly: true, AccessMode: "x" },
      };
      const own = task(job);
      own.Vault = { Role: "shop" };
      own.Config = { ...own.Config, labels: { team: "web" }, devices: [{ host_path: "/dev/fuse" }] };
      own.Env = { ...own.Env, EXTRA: "1" };
      own.VolumeMounts = [
        ...(own.VolumeMounts ?? []),
        { Volume: "more", Destination: "/more", ReadOnly: true },
      ];
      own.Templates = [
        { EmbeddedTmpl: "x", DestPath: "local/x", ChangeMode: "noop", Once: true },
        ...(own.Templates ?? []),
      ];
      group(job).Tasks.unshift({
        Name: "shipper",
        Driver: "docker",
        Lifecycle: { Hook: "prestart", Sidecar: true },
        Config: { image: "shipper:1" },
        Resources: { CPU: 20, MemoryMB: 32 },
      });
    });
    expect(added).toEqual([]);
  });

  it.each<[string, (job: CompanionJob) => unknown, string]>([
    ["another id", (job) => (job.ID = "other"), 'changed ID from "JOB" to "other": leave it'],
    ["another name", (job) => (job.Name = "other"), 'changed Name from "JOB" to "other": leave it'],
    [
      "another namespace",
      (job) => (job.Namespace = "web"),
      'changed Namespace from undefined to "web": leave it, and set namespace',
    ],
    [
      "another region",
      (job) => (job.Region = "eu"),
      'changed Region from undefined to "eu": leave it, and set region',
    ],
    [
      "another owner's mark",
      (job) => withMeta(job, { pulumi_stack_id: "7" }),
      'changed Meta.pulumi_stack_id from "0000000000000000" to "7": leave it; it says whose job this is',
    ],
    [
      "another group",
      (job) => (group(job).Name = "other"),
      'must keep "GROUP" as the only group of the job: its work is done there',
    ],
    [
      "two instances",
      (job) => (group(job).Count = 2),
      'changed Count of the group "GROUP" from 1 to 2: leave it',
    ],
    [
      "a number that an autoscaler sets",
      (job) => Object.assign(group(job), { Scaling: { Max: 3 } }),
      'changed Scaling of the group "GROUP" from undefined to {"Max":3}: leave it',
    ],
    [
      "a field that Nomad would drop",
      (job) => Object.assign(task(job), { KillTimout: 5e9 }),
      "set TaskGroups[0].Tasks[LAST].KillTimout, which Nomad does not know and would drop: check its name",
    ],
  ])("%s is refused of each kind", (_what, change, expected) => {
    for (const kind of kinds) {
      const words = expected
        .replace("JOB", ids[kind])
        .replace("LAST", kind === "singleton" ? "1" : "0")
        .replace("GROUP", kind === "scheduledBackup" ? "app" : ids[kind].replace("shop-", ""));
      expect(said(kind, change)).toEqual([`transform.companionJob: job "${ids[kind]}" (${kind}): ${words}`]);
    }
  });

  it.each(kinds)("%s: texts of the user's in place of ours are refused", (kind) => {
    const texts = said(kind, (job) => {
      job.Meta = { team: "web" };
      group(job).Meta = {};
    });
    const attempt =
      'changed Meta.attempt of the group "beat" from "1" to undefined: leave it; a rollout that failed is tried again with another one';
    const fingerprint = `changed Meta.secrets_fingerprint of the group "${ids[kind].replace("shop-", "")}" from "00000000" to undefined: leave it; a changed secret changes it`;
    const owner = "to undefined: leave it; it says whose job this is";
    const release =
      'changed Meta.django_nomad_release from "0" to undefined: leave it; each release changes it';
    expect(texts.map((line) => line.replace(/^.*?\): /, ""))).toEqual([
      `changed Meta.pulumi_stack from "${pulumi.getProject()}/${pulumi.getStack()}" ${owner}`,
      `changed Meta.pulumi_stack_id from "0000000000000000" ${owner}`,
      ...(kind === "scheduledBackup" ? [] : [release, fingerprint]),
      ...(kind === "singleton" ? [attempt] : []),
    ]);
  });

  const once = "; one instance ends before the next begins";
  const again = "; a command that has failed is not begun again";
  const shows = "; npm run manage shows by it all that a command writes";
  const code = "the code that migrates is the code that runs here";
  it.each<[CompanionKind, string, (job: CompanionJob) => unknown, string]>([
    [
      "singleton",
      "another type",
      (job) => (job.Type = "batch"),
      'changed Type from "service" to "batch": leave it',
    ],
    [
      "singleton",
      "a clock",
      (job) => Object.assign(job, { Periodic: { Enabled: true } }),
      'changed Periodic from undefined to {"Enabled":true}: leave it',
    ],
    [
      "singleton",
      "two at a time",
      (job) => Object.assign((group(job) as NomadJob["TaskGroups"][0]).Update, { Canary: 1 }),
      `changed Update.Canary of the group "beat" from 0 to 1: leave it${once}`,
    ],
    [
      "singleton",
      "an instance that goes on where its client is cut off",
      (job) => delete group(job).Disconnect,
      `changed Disconnect of the group "beat" from {"StopOnClientAfter":60000000000} to undefined: leave it${once}`,
    ],
    [
      "singleton",
      "no gate",
      (job) => group(job).Tasks.shift(),
      'must keep one task "migrate" in the group (group "beat")',
    ],
    [
      "singleton",
      "no proof",
      (job) => task(job).Templates?.pop(),
      'must keep the template of migrations-applied in the task "beat": without it a server starts on any database (group "beat")',
    ],
    [
      "singleton",
      "a gate without its settings",
      (job) => delete group(job).Tasks[0].Env?.DJANGO_NOMAD_GATE_LEADER,
      'must keep the variable DJANGO_NOMAD_GATE_LEADER of the task "migrate": it is the gate\'s own (group "beat")',
    ],
    [
      "singleton",
      "a gate without its secrets",
      (job) => group(job).Tasks[0].Templates?.splice(1, 1),
      'must keep the template of secrets/migrate_env in the task "migrate": it reads that file',
    ],
    [
      "singleton",
      "another image",
      (job) => group(job).Tasks.forEach(({ Config }) => (Config.image = "shop:2")),
      `changed the image of the task "beat" from "shop:1" to "shop:2": leave it, or change it to what transform.job gives the application: ${code}`,
    ],
    [
      "schedule",
      "another time",
      (job) => Object.assign(job, { Periodic: undefined }),
      'changed Periodic from {"Enabled":true,"ProhibitOverlap":true,"SpecType":"cron","Specs":["@daily"],"TimeZone":"UTC"} ' +
        "to undefined: leave it, and set schedules.cleanup",
    ],
    [
      "schedule",
      "another image",
      (job) => (task(job).Config.image = "shop:2"),
      `changed the image of the task "cleanup" from "shop:1" to "shop:2": leave it, or change it to what transform.job gives the application: ${code}`,
    ],
    [
      "schedule",
      "another command",
      (job) => (task(job).Config.args = ["flush"]),
      'must keep the command in the task "cleanup": its last word',
    ],
    [
      "schedule",
      "no secrets",
      (job) => task(job).Templates?.shift(),
      'must keep the template of secrets/env in the task "cleanup": it reads that file',
    ],
    ["schedule", "no task", (job) => (task(job).Name = "other"), 'must keep one task "cleanup" in the group'],
    [
      "schedule",
      "a task beside others",
      (job) => (task(job).Lifecycle = { Hook: "poststart", Sidecar: true }),
      'changed Lifecycle of the task "cleanup" from undefined to {"Hook":"poststart","Sidecar":true}: leave it; ' +
        "the job has ended when this task has",
    ],
    [
      "schedule",
      "another fingerprint of its secrets",
      (job) => (group(job).Meta = {}),
      'changed Meta.secrets_fingerprint of the group "cleanup" from "00000000" to undefined: leave it; a changed secret changes it',
    ],
    [
      "manage",
      "other words",
      (job) => Object.assign(job, { ParameterizedJob: { Payload: "required" } }),
      'changed ParameterizedJob from {"MetaOptional":["role"],"Payload":"required"} to {"Payload":"required"}: leave it',
    ],
    [
      "manage",
      "no words",
      (job) => delete task(job).DispatchPayload,
      'changed DispatchPayload of the task "manage" from {"File":"words.json"} to undefined: leave it; a command\'s words arrive in it',
    ],
    [
      "manage",
      "another driver for its log",
      (job) => (task(job).Config.logging = [{ type: "journald" }]),
      'changed Config.logging of the task "manage" from ' +
        '[{"config":[{"compress":"false","max-file":"1","max-size":"100g"}],"type":"local"}] to [{"type":"journald"}]: ' +
        `leave it${shows}`,
    ],
    [
      "manage",
      "less room for its log",
      (job) => (task(job).LogConfig = { MaxFiles: 1, MaxFileSizeMB: 1 }),
      `changed LogConfig of the task "manage" from {"MaxFileSizeMB":29,"MaxFiles":10} to {"MaxFileSizeMB":1,"MaxFiles":1}: leave it${shows}`,
    ],
    [
      "manage",
      "a command that is begun again",
      (job) => delete group(job).ReschedulePolicy,
      `changed ReschedulePolicy of the group "manage" from {"Attempts":0,"Unlimited":false} to undefined: leave it${again}`,
    ],
    [
      "manage",
      "no password of the role that migrates",
      (job) => task(job).Templates?.pop(),
      'must keep the template of secrets/migrator_env in the task "manage": it reads that file',
    ],
    [
      "afterRollout",
      "a task that is begun again",
      (job) => delete task(job).RestartPolicy,
      'changed RestartPolicy of the task "after-rollout" from ' +
        `{"Attempts":0,"Delay":15000000000,"Interval":1800000000000,"Mode":"fail"} to undefined: leave it${again}`,
    ],
    [
      "afterRollout",
      "other commands",
      (job) => Object.assign(task(job).Env ?? {}, { DJANGO_NOMAD_GATE_RELEASE_COMMANDS: "[]" }),
      'changed Env.DJANGO_NOMAD_GATE_RELEASE_COMMANDS of the task "after-rollout" from "[[\\"warmcache\\"]]" to "[]": leave it',
    ],
    [
      "scheduledBackup",
      "another time",
      (job) => Object.assign(job, { Periodic: undefined }),
      'changed Periodic from {"Enabled":true,"ProhibitOverlap":true,"SpecType":"cron","Specs":["@daily"],"TimeZone":"UTC"} ' +
        "to undefined: leave it, and set backups",
    ],
    [
      "scheduledBackup",
      "nowhere to put its dumps",
      (job) => (task(job).VolumeMounts = []),
      'must keep the mount of /backups in the task "backup": the dumps are there',
    ],
    [
      "scheduledBackup",
      "another program",
      (job) => (task(job).Config.entrypoint = ["sh"]),
      'must keep the command in the task "backup": its last word',
    ],
    [
      "scheduledBackup",
      "other settings of its program",
      (job) => Object.assign(task(job).Env ?? {}, { BACKUP_KEEP: "1" }),
      'changed Env.BACKUP_KEEP of the task "backup" from "7" to "1": leave it',
    ],
  ])("%s: %s is refused", (kind, _what, change, expected) => {
    expect(said(kind, change)).toEqual([`transform.companionJob: job "${ids[kind]}" (${kind}): ${expected}`]);
  });

  it("an image may follow what transform.job gives the application, and no other", () => {
    const mirrored = <J extends CompanionJob>(job: J): J => {
      for (const { Tasks } of job.TaskGroups)
        for (const { Config } of Tasks) Config.image = `mirror/${Config.image}`;
      return job;
    };
    const problems = (transform: DjangoAppArgs["transform"]) => djangoAppProblems({ ...beside, transform });
    expect(problems({ job: mirrored, companionJob: mirrored })).toEqual([]);
    expect(problems({ companionJob: mirrored }).map(({ message }) => message.split(":")[0])).toEqual(
      kinds.filter((kind) => kind !== "scheduledBackup").map((kind) => `job "${ids[kind]}" (${kind})`),
    );
  });

  it("nothing, a promise and an exception are named with the job, and nothing is registered", async () => {
    const odd: Record<CompanionKind, () => unknown> = {
      singleton: () => undefined,
      schedule: async () => Promise.resolve(),
      manage: () => {
        throw new Error("no such kind");
      },
      afterRollout: () => [],
      scheduledBackup: () => "job",
    };
    const companionJob = (_job: CompanionJob, { kind }: { kind: CompanionKind }) =>
      odd[kind]() as CompanionJob;
    const without = "instead of a job: return the job, without async";
    for (const preview of [true, false]) {
      const { said: lines, resources } = await refusal({ companionJob }, preview, beside);
      expect(lines).toEqual(
        [
          `"shop-beat" (singleton): returned undefined ${without}`,
          `"shop-cleanup" (schedule): returned a promise ${without}`,
          '"shop-manage" (manage): threw "no such kind": fix it',
          `"shop-after-rollout" (afterRollout): returned [] ${without}`,
          `"shop-backup" (scheduledBackup): returned "job" ${without}`,
        ].map((line) => `  transform.companionJob: job ${line}`),
      );
      expect(resources).toBe(0);
    }
  });
});
