/** The task groups of processes beside the web server. */
import { describe, expect, it } from "@jest/globals";
import { migrationGate } from "../../components/arguments";
import { follower } from "../../components/gate";
import {
  type AppSpec,
  buildJob,
  buildSingleton,
  renderJobspec,
  type Transform,
  transformed,
} from "../../components/jobspec";
import type { NomadJob, TaskGroup } from "../../components/jobspec/nomadTypes";
import { service, walkthrough } from "../support/appSpecs";
import { checked, shapes, worker } from "../support/jobShapes";

const second = 1e9;
const job = (changed: Partial<AppSpec> = {}): NomadJob =>
  buildJob({ ...walkthrough, processes: [worker, checked], ...changed });
const groupOf = (name: string, changed: Partial<AppSpec> = {}): TaskGroup => {
  const group = job(changed).TaskGroups.find(({ Name }) => Name === name);
  if (!group) throw new Error(`no group ${name}`);
  return group;
};

describe("a process beside the web server", () => {
  it("is a task group of its own behind its own gate; the web server's stays as it is without", () => {
    const [app, ...others] = job().TaskGroups;
    expect(app).toEqual(buildJob(walkthrough).TaskGroups[0]);
    expect(others.map(({ Name, Count }) => [Name, Count])).toEqual([
      ["worker", 3],
      ["sockets", 1],
    ]);
    expect(others[0].Tasks.map(({ Name, Lifecycle }) => [Name, Lifecycle?.Hook])).toEqual([
      ["migrate", "prestart"],
      ["worker", undefined],
    ]);
  });

  it("runs its command in the same image, with the same secrets, network, volumes and proof", () => {
    const volumes = [
      { name: "media", type: "host", source: "media", destination: "/media", readOnly: false },
    ];
    const all = { volumes: volumes.map((one) => ({ ...one, tasks: ["server"] })) as AppSpec["volumes"] };
    const [, server] = groupOf("app", all).Tasks;
    const [, task] = groupOf("worker", all).Tasks;
    const { ports: _, ...config } = server.Config;
    expect(task.Config).toEqual({
      ...config,
      command: "celery",
      args: ["-A", "config.celery", "worker"],
    });
    expect(task.Templates).toEqual(server.Templates);
    expect(task.VolumeMounts).toEqual(server.VolumeMounts);
    expect(groupOf("worker", all).Volumes).toEqual(groupOf("app", all).Volumes);
    expect(groupOf("worker").Meta).toEqual(groupOf("app").Meta);
    expect(task.Env).toEqual({ ...walkthrough.env, QUEUES: "fast,slow" });
  });

  it("has its own resources and its own time to end; its gate has the gate's", () => {
    const [gate, task] = groupOf("worker").Tasks;
    expect(task.Resources).toEqual({ CPU: 200, MemoryMB: 400, MemoryMaxMB: 800 });
    expect(task.KillTimeout).toBe(300 * second);
    expect(task).not.toHaveProperty("KillSignal");
    expect(gate.Resources).toEqual({ CPU: 150, MemoryMB: 400 });
    expect(gate.Env).not.toHaveProperty("QUEUES");
  });

  it("is stopped by its own signal, also where it runs one at a time; its gate and the web server by Nomad's", () => {
    const signalled = { ...worker, killSignal: "SIGINT" };
    const signals = ({ TaskGroups }: NomadJob): (string | undefined)[] =>
      TaskGroups.flatMap(({ Tasks }) => Tasks.map(({ KillSignal }) => KillSignal));
    expect(signals(job({ processes: [signalled] }))).toEqual([undefined, undefined, undefined, "SIGINT"]);
    expect(signals(buildSingleton(walkthrough, signalled))).toEqual([undefined, "SIGINT"]);
  });

  it.each(["canary", "blue-green", "rolling", "recreate"] as const)(
    "has the same ladder of timers, and canaries where the web server has some: %s",
    (strategy) => {
      const update = { ...walkthrough.update, strategy };
      const [app, group] = [groupOf("app", { update }).Update, groupOf("worker", { update }).Update];
      const { MaxParallel: _a, Canary: canary, ...timers } = app;
      expect(group).toMatchObject(timers);
      expect(group.Canary > 0).toBe(canary > 0);
      expect(group.Canary).toBe({ canary: 1, "blue-green": 3, rolling: 0, recreate: 0 }[strategy]);
      expect(group.MaxParallel).toBe(strategy === "recreate" ? 3 : 1);
    },
  );

  it("without a check registers no service and has no port; with one it has both", () => {
    expect(groupOf("worker")).not.toHaveProperty("Networks");
    expect(groupOf("worker").Tasks[1]).not.toHaveProperty("Services");
    const group = groupOf("sockets");
    expect(group.Networks).toEqual([{ Mode: "host", DynamicPorts: [{ Label: "check", To: 9000 }] }]);
    expect(group.Tasks[1].Config.ports).toEqual(["check"]);
    expect(group.Tasks[1].Services).toEqual([
      expect.objectContaining({
        Name: "busy-sockets",
        PortLabel: "check",
        Checks: [expect.objectContaining({ Type: "http", Path: "/healthz", Interval: 5 * second })],
      }),
    ]);
  });

  it("reaches the application's upstreams in a mesh, by a proxy of its own", () => {
    const upstreams = [{ name: "redis", port: 6379 }];
    const mesh: AppSpec["service"] = { ...service, serviceProvider: "consul", upstreams };
    const group = groupOf("worker", { service: mesh });
    expect(group.Networks?.[0].Mode).toBe("bridge");
    expect(group.Services).toEqual([
      expect.objectContaining({
        Name: "django-worker",
        Connect: {
          SidecarService: { Proxy: { Upstreams: [{ DestinationName: "redis", LocalBindPort: 6379 }] } },
        },
      }),
    ]);
    expect(group.Services?.[0]).not.toHaveProperty("Checks");
  });

  it("has a gate that reads the migrating role's password in a variable of its own", () => {
    const group = buildJob(shapes["processes beside the web server"]).TaskGroups[1];
    const texts = (group.Tasks[0].Templates ?? []).map(({ EmbeddedTmpl = "" }) => EmbeddedTmpl).join("");
    expect(texts).toContain('nomadVar "nomad/jobs/busy/worker/migrate"');
    expect(texts).not.toContain("nomad/jobs/busy/app/migrate");
  });

  it("is not dumped for: the dump before a migration is beside the gate that migrates", () => {
    const backup = shapes["backups before migrations"].backup;
    expect(groupOf("app", { backup }).Tasks.map(({ Name }) => Name)).toContain("backup");
    expect(groupOf("worker", { backup }).Tasks.map(({ Name }) => Name)).toEqual(["migrate", "worker"]);
  });
});

describe("the web server's own command", () => {
  it("takes the place of the image's CMD; without one the job is the same as ever", () => {
    const [, server] = groupOf("app", { serverCommand: ["gunicorn", "config.asgi"] }).Tasks;
    expect(server.Config).toMatchObject({ command: "gunicorn", args: ["config.asgi"] });
    expect(renderJobspec({ ...walkthrough, serverCommand: undefined, processes: undefined })).toBe(
      renderJobspec(walkthrough),
    );
    expect(renderJobspec({ ...walkthrough, processes: [] })).toBe(renderJobspec(walkthrough));
  });
});

describe("the gate of a process", () => {
  const gate = migrationGate({
    migrationLeader: "first-to-lock",
    backupBeforeMigrate: true,
    beforeMigrate: [["check"]],
    release: 7,
  });

  it("is the same program for the same release, and never migrates", () => {
    const own = follower(gate);
    expect([own.command, own.args]).toEqual([gate.command, gate.args]);
    expect(own.env.DJANGO_NOMAD_GATE_LEADER).toBe("never");
    expect(own.env.DJANGO_NOMAD_GATE_RELEASE).toBe("7");
    expect(Object.keys(own.env).filter((name) => /BACKUP|BEFORE|AFTER/.test(name))).toEqual([]);
  });
});

describe("a transform of a job with processes", () => {
  const problems = (transform: (changed: NomadJob) => void): string[] => {
    const change: Transform = (given) => {
      transform(given);
      return given;
    };
    return transformed(job(), change).problems;
  };

  it("may change a process", () => {
    expect(problems(({ TaskGroups: [, group] }) => (group.Tasks[1].KillSignal = "SIGQUIT"))).toEqual([]);
  });

  it.each<[what: string, change: (job: NomadJob) => void, problem: string]>([
    [
      "removes a process",
      (given) => given.TaskGroups.pop(),
      'must keep "app", "worker", "sockets" as the only groups of the job: the rollout is watched there',
    ],
    [
      "removes a process's gate",
      ({ TaskGroups: [, group] }) => group.Tasks.shift(),
      'must keep one task "migrate" in the group (group "worker")',
    ],
    [
      "lets a process's gate lead",
      ({ TaskGroups: [, group] }) =>
        (group.Tasks[0].Env = { ...group.Tasks[0].Env, DJANGO_NOMAD_GATE_LEADER: "x" }),
      'must keep the variable DJANGO_NOMAD_GATE_LEADER of the task "migrate": it is the gate\'s own (group "worker")',
    ],
    [
      "takes away the proof",
      ({ TaskGroups: [, group] }) => (group.Tasks[1].Templates = []),
      'must keep the template of migrations-applied in the task "worker": without it a server starts on any database (group "worker")',
    ],
    [
      "gives a process another image",
      ({ TaskGroups: [, group] }) => group.Tasks.forEach(({ Config }) => (Config.image = "other:1")),
      "must keep one image in all groups: the code that migrates is the code that serves",
    ],
  ])("that %s is refused", (_what, change, problem) => {
    const gated = { ...worker, gate: follower(migrationGate({})) };
    const asTransform: Transform = (given) => {
      change(given);
      return given;
    };
    expect(transformed(job({ processes: [gated, checked] }), asTransform).problems).toContain(problem);
  });
});
