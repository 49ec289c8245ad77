/** The jobs beside the application's own: singletons and schedules. */
import { describe, expect, it } from "@jest/globals";
import {
  type AppSpec,
  buildJob,
  buildSchedule,
  buildSingleton,
  companionText,
  unknownFields,
} from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";
import { beat, cleanup, shapes } from "../support/jobShapes";

const second = 1e9;
const spec: AppSpec = {
  ...walkthrough,
  jobMeta: { team: "web" },
  owner: "shop/prod",
  ownerId: "0123456789abcdef",
  servedAs: "1700",
};
const separate = { path: "nomad/jobs/django/app/migrate", names: ["POSTGRES_PASSWORD"] };

describe("the job of a singleton", () => {
  const job = buildSingleton(spec, beat);
  const [group] = job.TaskGroups;

  it("has the application's placement, texts and mark, and a name of its own", () => {
    const all = { ...shapes["every placement"], servedAs: "1700" };
    const { TaskGroups: _own, Meta, ...own } = buildSingleton(all, beat);
    const { TaskGroups: _theirs, Meta: theirs, ...application } = buildJob(all);
    expect(own).toEqual({ ...application, ID: "placed-beat", Name: "placed-beat" });
    expect(Meta).toEqual({ ...theirs, django_nomad_release: "1700" });
  });

  it("is a group as a process of the application has it, behind the same gate", () => {
    const [, process] = buildJob({ ...spec, processes: [beat] }).TaskGroups;
    const paths = JSON.stringify(process).replaceAll("nomad/jobs/django", "nomad/jobs/django-beat");
    const { Update: _update, Disconnect: _disconnect, ...own } = group;
    const { Update: _canary, ...theirs } = JSON.parse(paths) as typeof process;
    expect(own).toEqual(theirs);
  });

  it.each(["canary", "blue-green", "rolling", "recreate"] as const)(
    "has one instance end before the next begins, with its time to end on top of every timer: %s",
    (strategy) => {
      const update = { ...spec.update, strategy };
      const { Update } = buildSingleton({ ...spec, update }, beat).TaskGroups[0];
      const [, { Update: ofProcess }] = buildJob({ ...spec, update, processes: [beat] }).TaskGroups;
      expect(Update).toEqual({
        ...ofProcess,
        ...{ MaxParallel: 1, Canary: 0, AutoPromote: false },
        HealthyDeadline: ofProcess.HealthyDeadline + 300 * second,
        ProgressDeadline: ofProcess.ProgressDeadline + 300 * second,
      });
    },
  );

  it("is stopped by its client when that is cut off from the servers", () => {
    expect(group.Disconnect).toEqual({ StopOnClientAfter: 60 * second });
  });

  it("reads variables of its own job alone, those of its gate as well", () => {
    const secrets = spec.secrets && { ...spec.secrets, migrate: separate };
    const text = companionText(buildSingleton({ ...spec, secrets }, beat));
    const read = [...text.matchAll(/nomadVar \\"([^"\\]+)\\"/g)].map(([, path]) => path);
    expect(new Set(read)).toEqual(new Set(["nomad/jobs/django-beat", "nomad/jobs/django-beat/beat/migrate"]));
  });

  it("another attempt replaces its allocation, and nothing else tells the two apart", () => {
    const again = buildSingleton(spec, beat, "8");
    expect(again.TaskGroups[0].Meta).toEqual({ ...group.Meta, attempt: "8" });
    expect({ ...again, TaskGroups: [{ ...again.TaskGroups[0], Meta: group.Meta }] }).toEqual(job);
  });
});

describe("the job of a schedule", () => {
  const job = buildSchedule(spec, cleanup);
  const [group] = job.TaskGroups;

  it("is a periodic batch job that leaves a run out while the one before it runs", () => {
    expect(job).toMatchObject({
      ...{ ID: "django-cleanup", Name: "django-cleanup", Type: "batch" },
      Meta: { team: "web", pulumi_stack: "shop/prod", pulumi_stack_id: "0123456789abcdef" },
    });
    expect(job.Periodic).toEqual({
      Enabled: true,
      SpecType: "cron",
      Specs: ["30 3 * * *"],
      TimeZone: "Europe/Paris",
      ProhibitOverlap: true,
    });
    expect(buildSchedule(spec, { ...cleanup, overlap: true }).Periodic.ProhibitOverlap).toBe(false);
  });

  it("never runs while the application is parked", () => {
    expect(buildSchedule({ ...spec, count: 0 }, cleanup).Periodic.Enabled).toBe(false);
  });

  it("runs its command once, as the web server has it, without a gate", () => {
    const all = { ...shapes["volumes, logs, policies and a private registry"], networkMode: "shop" };
    const [, server] = buildJob(all).TaskGroups[0].Tasks;
    const [task, ...more] = buildSchedule(all, cleanup).TaskGroups[0].Tasks;
    const { ports: _ports, ...config } = server.Config;
    expect(more).toEqual([]);
    expect(task).toMatchObject({
      Name: "cleanup",
      Config: { ...config, command: "./manage.py", args: ["clearsessions"] },
      Env: { ...server.Env, BATCH: "500" },
      VolumeMounts: server.VolumeMounts,
      LogConfig: server.LogConfig,
    });
    expect(task).not.toHaveProperty("Lifecycle");
    expect(JSON.stringify(task)).not.toContain("migrations-applied");
  });

  it("tries no run again that has failed", () => {
    expect(group.RestartPolicy).toMatchObject({ Attempts: 0, Mode: "fail" });
    expect(group.ReschedulePolicy).toEqual({ Attempts: 0, Unlimited: false });
  });

  it("reads the variable of its own job alone", () => {
    const secrets = spec.secrets && { ...spec.secrets, migrate: separate };
    const text = companionText(buildSchedule({ ...spec, secrets }, cleanup));
    expect([...text.matchAll(/nomadVar \\"([^"\\]+)\\"/g)].map(([, path]) => path)).toEqual([
      "nomad/jobs/django-cleanup",
    ]);
  });

  it("with a time limit starts through manage.py, with the migrate task's entrypoint", () => {
    const launch = { command: "./manage.py", args: ["shell", "-c", "watch"] };
    const changed = { ...spec, entrypoint: ["/entry.sh"], migrateEntrypoint: ["/plain.sh"] };
    const [task] = buildSchedule(changed, { ...cleanup, launch }).TaskGroups[0].Tasks;
    expect(task.Config).toMatchObject({ ...launch, entrypoint: ["/plain.sh"] });
  });

  it("in a mesh reaches what the application reaches", () => {
    const [mesh] = buildSchedule(shapes["a mesh member"], cleanup).TaskGroups;
    expect(mesh.Networks).toEqual([{ Mode: "bridge" }]);
    expect(mesh.Services?.map(({ Name }) => Name)).toEqual(["shop-cleanup"]);
    expect(group).not.toHaveProperty("Networks");
  });
});

describe.each(Object.entries(shapes))("beside %s", (_what, shape) => {
  it("both write only fields that Nomad knows, and the same bytes each time", () => {
    const { Periodic: _clock, ...schedule } = buildSchedule(shape, cleanup);
    expect(unknownFields(buildSingleton(shape, beat))).toEqual([]);
    expect(unknownFields(schedule)).toEqual([]);
    expect(companionText(buildSchedule(shape, cleanup))).toBe(companionText(buildSchedule(shape, cleanup)));
  });
});
