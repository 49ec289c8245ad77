/** Nomad drops unknown fields of a jobspec silently: what we set must come back from a real server. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { djangoAppProblems } from "../../components";
import { knownFields } from "../../components/guards/newerFields";
import {
  buildAfterRollout,
  buildBackupJob,
  buildJob,
  buildSchedule,
  buildSingleton,
  newerFields,
  type NomadJob,
  unknownFields,
} from "../../components/jobspec";
import { NomadApi } from "../../components/nomad/api";
import { walkthrough } from "../support/appSpecs";
import { backup, beat, cleanup, shapes } from "../support/jobShapes";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";
import { missing } from "./support/missing";

let agent: NomadAgent;

beforeAll(async () => {
  agent = await startNomadAgent();
  await put("/v1/namespace/web", { Name: "web" });
  await put("/v1/node/pool/web", { Name: "web" });
  // Jobs are looked at here, not run.
  const [node] = (await (await fetch(`${agent.address}/v1/nodes`)).json()) as { ID: string }[];
  await put(`/v1/node/${node.ID}/eligibility`, { Eligibility: "ineligible" });
});
afterAll(() => agent.stop());

async function put<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(agent.address + path, { method: "PUT", body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Registers the job and reads it back as the server keeps it. */
async function kept(job: NomadJob): Promise<NomadJob> {
  const query = `namespace=${job.Namespace ?? "default"}`;
  await put(`/v1/jobs?${query}`, { Job: job });
  const path = `${agent.address}/v1/job/${encodeURIComponent(job.ID)}?${query}`;
  try {
    return (await (await fetch(path)).json()) as NomadJob;
  } finally {
    await fetch(`${path}&purge=true`, { method: "DELETE" });
  }
}

/** Every path that a value has, without the numbers of list items. */
function paths(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, path));
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, item]) => paths(item, path ? `${path}.${key}` : key));
}

describe("each field that we set comes back from Nomad with its value", () => {
  it.each(Object.entries(shapes))("%s", async (_what, spec) => {
    const job = buildJob(spec);
    expect(missing(job, await kept(job))).toEqual([]);
  });

  it("the job of scheduled backups", async () => {
    const job = buildBackupJob({ ...walkthrough, owner: "shop/dev", backup });
    expect(job).toBeDefined();
    // As far as Nomad is concerned one job is as good as another.
    expect(missing(job, await kept(job as unknown as NomadJob))).toEqual([]);
  });

  it("the jobs of a singleton and of a schedule, beside each of them", async () => {
    for (const spec of Object.values(shapes)) {
      for (const job of [buildSingleton(spec, beat), buildSchedule(spec, cleanup)] as NomadJob[]) {
        expect(missing(job, await kept(job))).toEqual([]);
      }
    }
  });

  it.each([
    "30 3 * * *",
    "*/10 * * * * * *",
    "0 0 L * *",
    "0 9 15W * mon-fri",
    "0 0 * jan 5#3",
    "0 0 * * 7L",
    "@hourly",
  ])("the time of a schedule that is read as one: %s", async (cron) => {
    const schedule = buildSchedule(shapes["the least"], { ...cleanup, cron });
    expect(
      djangoAppProblems({ djangoImage: "shop:1", schedules: { cleanup: { command: ["x"], cron } } }),
    ).toEqual([]);
    expect(missing(schedule as unknown as NomadJob, await kept(schedule as unknown as NomadJob))).toEqual([]);
  });

  it("the job of afterRollout", async () => {
    const program = { command: "./manage.py", args: ["shell", "-c", "program"], env: { GATE_RELEASE: "1" } };
    for (const spec of [shapes["the least"], shapes["a database with two roles and a certificate"]]) {
      const job = buildAfterRollout({ ...spec, owner: "shop/dev", servedAs: "1" }, program);
      expect(missing(job, await kept(job as unknown as NomadJob))).toEqual([]);
    }
  });

  it("and all fields that the renderer has are among those shapes", () => {
    const set = new Set(Object.values(shapes).flatMap((spec) => paths(buildJob(spec))));
    for (const path of [
      "Namespace",
      "Region",
      "NodePool",
      "Priority",
      "Meta.team",
      "Constraints.LTarget",
      "Affinities.Weight",
      "Spreads.SpreadTarget.Percent",
      "TaskGroups.Meta.secrets_fingerprint",
      "TaskGroups.Scaling.Enabled",
      "TaskGroups.Scaling.Policy.check.cpu.strategy.target-value.target",
      "TaskGroups.ShutdownDelay",
      "TaskGroups.ReschedulePolicy.Attempts",
      "TaskGroups.Volumes.media.PerAlloc",
      "TaskGroups.Services.Connect.SidecarService.Proxy.Upstreams.LocalBindPort",
      "TaskGroups.Services.Checks.Expose",
      "TaskGroups.Tasks.Lifecycle.Hook",
      "TaskGroups.Tasks.Config.auth.server_address",
      "TaskGroups.Tasks.LogConfig.MaxFileSizeMB",
      "TaskGroups.Tasks.VolumeMounts.ReadOnly",
      "TaskGroups.Tasks.Templates.Once",
      "TaskGroups.Tasks.Services.Checks.Header.Host",
      "TaskGroups.Tasks.KillTimeout",
      "TaskGroups.Tasks.ShutdownDelay",
    ])
      expect(set).toContain(path);
  });

  it("but one that Nomad does not know is missed, so that this check can fail", async () => {
    const job = buildJob({ ...shapes["the least"], jobName: "made-up" });
    const [group] = job.TaskGroups;
    Object.assign(group, { ShutdownDelayed: 5 });
    Object.assign(group.Tasks[1], { KillTimout: 5, Resources: { CPU: 50, Memory: 64, MemoryMB: 64 } });
    expect(missing(job, await kept(job)).sort()).toEqual([
      "TaskGroups[0].ShutdownDelayed: set to 5, came back as undefined",
      "TaskGroups[0].Tasks[1].KillTimout: set to 5, came back as undefined",
      "TaskGroups[0].Tasks[1].Resources.Memory: set to 64, came back as undefined",
    ]);
  });
});

describe("the table of Nomad's fields", () => {
  it("names every field that Nomad keeps, so that a transform may set it", async () => {
    // What the server adds itself, and what belongs to other kinds of jobs.
    const servers =
      /^(Create|Modify|JobModify)Index$|^(Status|StatusDescription|Stable|Stop|SubmitTime|Version|VersionTag|NomadTokenID|ParentID|Payload|Dispatched|DispatchIdempotencyToken|Multiregion|ParameterizedJob|Periodic)$/;
    for (const spec of Object.values(shapes)) {
      const job = await kept(buildJob(spec));
      const own = Object.fromEntries(Object.entries(job).filter(([field]) => !servers.test(field)));
      expect(
        unknownFields(own).filter((path) => !/\.Scaling\b|\.IOPS$|Services\[\d+\]\.Namespace$/.test(path)),
      ).toEqual([]);
    }
  });
});

it("a field that this Nomad would drop is refused, with the least version that keeps it", async () => {
  const job = buildJob({ ...shapes["the least"], jobName: "newer" });
  Object.assign(job.TaskGroups[0].Tasks[1], { Identities: [{ Name: "vault", ExtraClaims: ["node"] }] });
  expect(unknownFields(job)).toEqual([]);
  expect(missing(job, await kept(job)).join()).toMatch(
    /ExtraClaims\[0\]: set to "node", came back as undefined/,
  );
  const api = new NomadApi({ address: agent.address }, undefined, AbortSignal.timeout(10_000));
  expect((await knownFields(api, newerFields(job))).refusal).toMatch(
    /^transform: set \S+ExtraClaims, which needs Nomad 2\.0\.5 or later: Nomad 1\.\S+ runs here, and would drop it\nNothing was changed$/,
  );
});

describe("with Connect upstreams", () => {
  const connected = shapes["a mesh member"];

  it("Nomad finds nothing to object to", async () => {
    const answer = await put<{ Error?: string; ValidationErrors?: string[] }>("/v1/validate/job", {
      Job: buildJob(connected),
    });
    expect([answer.Error ?? "", answer.ValidationErrors ?? []]).toEqual(["", []]);
  });

  it("Nomad adds a proxy that starts with the gate, and opens the check's path through it", async () => {
    const job = (await kept(buildJob(connected))) as unknown as {
      TaskGroups: {
        Networks: { DynamicPorts: { Label: string }[] }[];
        Services: { Connect: { SidecarService: { Proxy: { Expose: { Paths: { Path: string }[] } } } } }[];
        Tasks: { Name: string; Lifecycle: { Hook: string; Sidecar: boolean } | null }[];
      }[];
    };
    const [group] = job.TaskGroups;
    const lifecycles = Object.fromEntries(group.Tasks.map(({ Name, Lifecycle }) => [Name, Lifecycle]));
    // A prestart sidecar starts together with the other prestart task: an upstream may not be listening yet.
    expect(lifecycles).toEqual({
      migrate: { Hook: "prestart", Sidecar: false },
      server: null,
      "connect-proxy-shop": { Hook: "prestart", Sidecar: true },
    });
    expect(group.Services[0].Connect.SidecarService.Proxy.Expose.Paths).toMatchObject([
      { Path: "/healthz", LocalPathPort: 8000 },
    ]);
    expect(group.Networks[0].DynamicPorts.map(({ Label }) => Label)).toEqual(
      expect.arrayContaining(["http", "connect-proxy-shop"]),
    );
  });

  it("a plan finds all constraints that Nomad adds itself, and that the group asks for a bridge", async () => {
    const job = buildJob({ ...connected, jobName: "planned" });
    const plan = await put<{ Diff: { TaskGroups: { Objects: { Name: string }[] }[] }; Warnings: string }>(
      "/v1/job/planned/plan",
      { Job: job, Diff: true },
    );
    expect(plan.Warnings).toBe("");
    expect(plan.Diff.TaskGroups[0].Objects.map(({ Name }) => Name)).toEqual(
      expect.arrayContaining(["Constraint", "Network", "Service", "Update"]),
    );
  });
});
