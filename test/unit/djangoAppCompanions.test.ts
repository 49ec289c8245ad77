/** Singletons and schedules in a program that imports the component. */
import type * as nomad from "@pulumi/nomad";
import { describe, expect, it, jest } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import {
  type CompanionId,
  type CompanionJob,
  DjangoApp,
  type DjangoAppArgs,
  djangoAppProblems,
} from "../../components";
import { newerFieldsOf } from "../../components/application/djangoAppProblems";
import { type NomadJob, type PeriodicJob, seconds } from "../../components/jobspec";
import { allocationsFingerprint } from "../../components/rollout/recreate";
import { runProgram } from "../support/engine";

const minimal: DjangoAppArgs = { djangoImage: "shop:1", jobName: "shop" };
const beat = { command: ["celery", "beat"], singleton: true };
const cleanup = { command: ["./manage.py", "clearsessions"], cron: "@daily" };
const both = { processes: { beat }, schedules: { cleanup } };
const deploy = (args: Partial<DjangoAppArgs>, preview = false) =>
  runProgram(() => new DjangoApp("web", { ...minimal, ...args }), { preview });

/** The job that a resource registers. */
function jobOf<T = NomadJob>({ inputs }: { inputs: Record<string, unknown> }): T {
  return (JSON.parse(String(inputs.jobspec)) as { Job: T }).Job;
}

describe("a DjangoApp with a singleton and a schedule", () => {
  it.each([true, false])("has a job for each, after its own (preview: %s)", async (preview) => {
    const { resource, result } = await deploy(both, preview);
    expect(jobOf(resource("web-job")).TaskGroups.map(({ Name }) => Name)).toEqual(["app"]);
    expect(jobOf(resource("web-beat"))).toMatchObject({ ID: "shop-beat", Type: "service" });
    expect(jobOf<PeriodicJob>(resource("web-cleanup"))).toMatchObject({
      ID: "shop-cleanup",
      Type: "batch",
      Periodic: { Specs: ["@daily"], TimeZone: "UTC", ProhibitOverlap: true, Enabled: true },
    });
    for (const name of ["web-beat", "web-cleanup"]) expect(resource(name).dependsOn).toContain("web-job");
    expect(Object.keys(result.nodes.companions)).toEqual(["beat", "cleanup", "manage"]);
  });

  it("waits for the singleton's rollout, with its time to end, and for no run of the schedule", async () => {
    const { resource } = await deploy({ ...both, processes: { beat: { ...beat, killTimeout: "10m" } } });
    expect(resource("web-beat").inputs).toMatchObject({ detach: false, rerunIfDead: true });
    expect(resource("web-cleanup").inputs).toMatchObject({ detach: true });
    const timeouts = (name: string): number =>
      seconds((resource(name).options.customTimeouts as { create: string }).create);
    expect(timeouts("web-beat") - timeouts("web-job")).toBe(2 * 600);
  });

  it("copies the secrets to where each job may read them, and no password of the migrating role to a schedule", async () => {
    const database = { host: "db.example.com", name: "shop", password: "x", migratePassword: "y" };
    const { resources, resource } = await deploy({
      ...both,
      database: { ...database, adminPassword: "z" },
      secretEnvVars: { TOKEN: "t" },
    });
    const variables = resources.filter(({ type }) => type === "nomad:index/variable:Variable");
    expect(variables.map(({ inputs }) => String(inputs.path)).sort()).toEqual([
      "nomad/jobs/shop",
      "nomad/jobs/shop-beat",
      "nomad/jobs/shop-beat/beat/migrate",
      "nomad/jobs/shop-cleanup",
      "nomad/jobs/shop-manage",
      "nomad/jobs/shop-manage/manage/manage",
      "nomad/jobs/shop/app/migrate",
    ]);
    for (const name of ["web-beat-secrets", "web-cleanup-secrets"]) {
      expect(resource(name)).toMatchObject({
        inputs: { items: { POSTGRES_PASSWORD: "x", TOKEN: "t" } },
        secrets: ["items"],
      });
    }
    expect(resource("web-beat-gate-secrets").inputs.items).toEqual({ POSTGRES_PASSWORD: "y" });
    expect(resource("web-beat").dependsOn).toEqual(
      expect.arrayContaining(["web-beat-secrets", "web-beat-gate-secrets"]),
    );
  });

  it("parks both with the web server", async () => {
    const { resource } = await deploy({ ...both, count: 0 });
    expect(jobOf(resource("web-beat")).TaskGroups[0].Count).toBe(0);
    expect(resource("web-beat").inputs).toMatchObject({ rerunIfDead: false });
    expect(jobOf<PeriodicJob>(resource("web-cleanup")).Periodic.Enabled).toBe(false);
  });

  it("protects the application's job and secrets, and leaves both removable", async () => {
    const { resource } = await deploy({
      ...both,
      protect: true,
      immutableTags: true,
      secretEnvVars: { TOKEN: "t" },
    });
    const isProtected = (name: string): unknown => resource(name).options.protect ?? false;
    expect(["web-job", "web-secrets"].map(isProtected)).toEqual([true, true]);
    const removable = ["web-beat", "web-beat-secrets", "web-cleanup", "web-cleanup-secrets"];
    expect(removable.map(isProtected)).toEqual([false, false, false, false]);
  });

  it("replaces both with each release of recreate, which has stopped them, and keeps their instances known", async () => {
    const update = { strategy: "recreate" } as const;
    // Where no Nomad is asked, the release's number is the time in seconds.
    const now = jest.spyOn(Date, "now").mockReturnValue(1_700_000_000_000);
    const made = async (args: Partial<DjangoAppArgs>): Promise<{ ends: unknown; trigger: string }[]> => {
      const { resource } = await deploy({ ...both, ...args });
      expect(resource("web-beat").inputs.purgeOnDestroy).toBe(args.update === undefined);
      return ["web-beat", "web-cleanup"].map((name) => ({
        ends: resource(name).options.deleteBeforeReplace ?? false,
        trigger: allocationsFingerprint(String(resource(name).inputs.jobspec)),
      }));
    };
    const first = await made({ update });
    expect(first.map(({ ends }) => ends)).toEqual([true, true]);
    expect(await made({ update })).toEqual(first);
    // Nothing of theirs changes, but the web server's change has stopped them.
    const triggers = (await made({ update, serverResources: { cpu: 500 } })).map(({ trigger }) => trigger);
    for (const [index, trigger] of triggers.entries()) expect(trigger).not.toBe(first[index].trigger);
    expect((await made({})).map(({ ends }) => ends)).toEqual([false, false]);
    now.mockRestore();
  });

  it("hands both to the function for such jobs, which leaves their jobspec alone", async () => {
    const seen: string[] = [];
    const companion = (args: nomad.JobArgs, _opts: object, name: string): void => {
      seen.push(name);
      Object.assign(args, { jobspec: "{}", purgeOnDestroy: false });
    };
    const { resource } = await deploy({ ...both, transform: { companion } });
    expect(seen).toEqual(["web-beat", "web-cleanup", "web-manage"]);
    expect(jobOf(resource("web-beat")).ID).toBe("shop-beat");
    expect(resource("web-cleanup").inputs.purgeOnDestroy).toBe(false);
  });

  it("starts a run with a time limit through manage.py, however the image does that", async () => {
    const schedules = { cleanup: { ...cleanup, timeout: "90s" } };
    const { resource } = await deploy({ schedules, manageCommand: ["python", "manage.py"] });
    const [task] = jobOf<PeriodicJob>(resource("web-cleanup")).TaskGroups[0].Tasks;
    const { command, args = [] } = task.Config;
    expect([command, ...args.slice(0, -1)]).toEqual(["python", "manage.py", "shell", "-v", "0", "-c"]);
    expect(args.at(-1)).toContain('COMMAND = json.loads("[\\"./manage.py\\",\\"clearsessions\\"]")');
    expect(args.at(-1)).toContain("LIMIT = 90\nTHROUGH_MANAGE = False");
    // Nomad would expand these.
    expect(args.at(-1)).not.toMatch(/[$%]\{/);
  });

  it("makes room for the sessions of both", async () => {
    const postgres = { namePrefix: "shop-test", password: "correct horse" };
    const { resource } = await deploy({ postgres, count: 3, ...both });
    const alike = await deploy({ postgres, count: 5 });
    expect(resource("web-postgres-server").inputs.command).toEqual(
      alike.resource("web-postgres-server").inputs.command,
    );
  });

  it("refuses a second component that has one of these jobs", async () => {
    const program = (): unknown => {
      new DjangoApp("web", { ...minimal, ...both });
      return new DjangoApp("other", { djangoImage: "shop:1", jobName: "shop-cleanup" });
    };
    await expect(runProgram(program)).rejects.toThrow(
      'job "shop-cleanup" in namespace default also belongs to DjangoApp "web"',
    );
  });

  it("takes every form of time that Nomad takes", () => {
    const times = [
      "30 3 * * *",
      "*/10 * * * * * *",
      "0 0 L * *",
      "0 9 15W * mon-fri",
      "0 0 * jan 5#3",
      "@hourly",
    ];
    const schedules = Object.fromEntries(times.map((cron, index) => [`at-${index}`, { ...cleanup, cron }]));
    expect(djangoAppProblems({ ...minimal, schedules })).toEqual([]);
  });
});

describe("transform.companionJob", () => {
  const every: Partial<DjangoAppArgs> = {
    ...both,
    afterRollout: [["warmcache"]],
    postgres: { namePrefix: "shop-test", password: "correct horse" },
    backups: { volume: "dumps", schedule: "@daily" },
    secretEnvVars: { TOKEN: "t" },
  };
  const kinds: Record<string, CompanionId> = {
    "web-beat": { kind: "singleton", name: "beat" },
    "web-cleanup": { kind: "schedule", name: "cleanup" },
    "web-manage": { kind: "manage", name: "manage" },
    "web-after-rollout": { kind: "afterRollout", name: "after-rollout" },
    "web-scheduled-backup": { kind: "scheduledBackup", name: "backup" },
  };
  /** One function for every job of an application. */
  const withVault = <J extends CompanionJob>(job: J): J => {
    for (const { Tasks } of job.TaskGroups) for (const task of Tasks) task.Vault = { Role: "shop" };
    return job;
  };
  /** Their texts, and how often each task has the block. */
  const made = async (
    args: Partial<DjangoAppArgs>,
    preview = false,
  ): Promise<Record<string, { text: string; vaults: number }>> => {
    const { resource } = await deploy({ ...every, ...args }, preview);
    const names = ["web-job", ...Object.keys(kinds)];
    return Object.fromEntries(
      names.map((name) => {
        const text = String(resource(name).inputs.jobspec);
        return [name, { text, vaults: text.split('"Vault":{"Role":"shop"}').length - 1 }];
      }),
    );
  };

  it.each([true, false])(
    "reaches each job beside, and is told which it is (preview: %s)",
    async (preview) => {
      const told = new Set<string>();
      const companionJob = (job: CompanionJob, which: CompanionId): CompanionJob => {
        told.add(JSON.stringify([job.ID, which]));
        return withVault(job);
      };
      const jobs = await made({ transform: { companionJob } }, preview);
      const vaults = Object.fromEntries(Object.entries(jobs).map(([name, one]) => [name, one.vaults]));
      expect(vaults).toEqual({
        ...Object.fromEntries(Object.keys(kinds).map((name) => [name, 1])),
        ...{ "web-job": 0, "web-beat": 2 },
      });
      expect([...told].sort()).toEqual(
        Object.values(kinds)
          .map((one) => JSON.stringify([`shop-${one.name}`, one]))
          .sort(),
      );
    },
  );

  it("changes nothing where it is left out, or gives back what it got", async () => {
    const now = jest.spyOn(Date, "now").mockReturnValue(1_700_000_000_000);
    const plain = await made({});
    const as = { companionJob: (job: CompanionJob): CompanionJob => job };
    expect(await made({ transform: as })).toEqual(plain);
    const ofJob = await made({ transform: withVault });
    expect(ofJob["web-job"].vaults).toBe(2);
    expect({ ...ofJob, "web-job": plain["web-job"] }).toEqual(plain);
    now.mockRestore();
  });

  it("works with an image that is not known before `up`, and beside transform.job", async () => {
    const image = pulumi.output(Promise.resolve("shop:2"));
    const jobs = await made({ djangoImage: image, transform: { job: withVault, companionJob: withVault } });
    expect(Object.values(jobs).map(({ vaults }) => vaults)).toEqual([2, 2, 1, 1, 1, 1]);
    expect(jobs["web-cleanup"].text).toContain('"image":"shop:2"');
  });

  it("is asked for fields that not every Nomad knows, each named with its job", async () => {
    const companionJob = (job: CompanionJob, { kind }: CompanionId): CompanionJob => {
      if (kind === "schedule") Object.assign(job.TaskGroups[0], { MaxRunDuration: 60e9 });
      return job;
    };
    expect(await newerFieldsOf({ ...minimal, ...both, transform: { companionJob } }, "shop")).toEqual([
      {
        path: "TaskGroups[0].MaxRunDuration",
        since: "2.0.3",
        by: 'transform.companionJob: job "shop-cleanup" (schedule)',
      },
    ]);
  });

  it("is a function", () => {
    const problems = (transform: object) =>
      djangoAppProblems({ ...minimal, transform }).map(({ key, message }) => `${key}: ${message}`);
    expect(problems({ companionJob: {} })).toEqual([
      "transform.companionJob: is not a function from a job to a job: remove it",
    ]);
    expect(problems({ companionJobs: withVault })).toEqual([
      "transform.companionJobs: is not a known key: known are job, companionJob, jobResource, variable, companion, " +
        "scheduledBackup, redis, postgres, database",
    ]);
  });
});
