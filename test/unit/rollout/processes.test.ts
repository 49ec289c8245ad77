/** What a rollout says and decides about the processes beside the web server. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { renderJobspec } from "../../../components/jobspec";
import type { Allocation, TaskEvent, TaskState } from "../../../components/nomad/models";
import { allocationLabel, isServing, mainTask } from "../../../components/nomad/models";
import { describeAllocation } from "../../../components/rollout/describe";
import { jobChanges } from "../../../components/rollout/jobChanges";
import { lostReason } from "../../../components/rollout/lost";
import {
  describePlan,
  type DesiredUpdates,
  type ObjectDiff,
  type Plan,
} from "../../../components/rollout/plan";
import { isRelease } from "../../../components/rollout/release";
import { failureReport, placementLines } from "../../../components/rollout/report";
import { failingChecks } from "../../../components/rollout/story";
import { verifyServing } from "../../../components/rollout/verify";
import { walkthrough } from "../../support/appSpecs";
import { allocation, deployment, FakeNomad, noUpdates, registeredJob } from "../../support/fakeNomad";
import { worker as workerSpec } from "../../support/jobShapes";

const begin = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number): string => new Date(begin + seconds * 1000).toISOString();

function task(changed: Partial<TaskState> = {}): TaskState {
  const never = { Failed: false, Restarts: 0, StartedAt: at(2), FinishedAt: null, Events: [] };
  return { ...never, State: "running", ...changed };
}
const ended = (seconds: number, code = 1): TaskEvent => ({
  Type: "Terminated",
  DisplayMessage: `Exit Code: ${code}`,
  Details: { exit_code: String(code) },
  ExitCode: code,
  Time: (begin + seconds * 1000) * 1e6,
});
/** An instance of the process `worker`. */
function worker(state: Partial<TaskState> = {}, changed: Partial<Allocation> = {}): Allocation {
  const { TaskStates, ...one } = allocation(0);
  return {
    ...one,
    ID: "b0a1b2c3-0000-0000-0000-000000000000",
    Name: "shop.web.worker[0]",
    TaskStates: { migrate: (TaskStates ?? {}).migrate, worker: task(state) },
    ...changed,
  };
}
const notYet = { DeploymentStatus: { Healthy: null, Canary: true } };

describe("an instance of a process", () => {
  it("is called by the process's name, and serves when the process runs", () => {
    expect(allocationLabel(worker())).toBe("worker, allocation 0 (b0a1b2c3)");
    expect(mainTask(worker())).toBe("worker");
    expect(isServing(worker())).toBe(true);
    expect(isServing(worker({ State: "pending" }))).toBe(false);
  });

  it("tells what it does in its own words", () => {
    expect(describeAllocation(worker({}, notYet))).toBe(
      "migrations are applied, worker started, not yet healthy",
    );
    expect(describeAllocation(worker({ State: "pending", Restarts: 1 }, notYet))).toBe(
      "worker ended, restarting",
    );
  });
});

describe("a rollout is lost with a process", () => {
  const lost = (one: Allocation, seconds: number): string | undefined =>
    lostReason(one, 60, begin, begin + seconds * 1000);

  it("that ends a second time before it is healthy", () => {
    expect(lost(worker({ Events: [ended(5)] }, notYet), 6)).toBeUndefined();
    expect(lost(worker({ Events: [ended(5), ended(21)] }, notYet), 22)).toBe(
      "worker, allocation 0 (b0a1b2c3) ended 2 times before it was healthy",
    );
  });

  it("that was healthy for a moment, and ends again and again: a web server has its check for that", () => {
    expect(lost(worker({ Events: [ended(5), ended(21)] }), 22)).toBe(
      "worker, allocation 0 (b0a1b2c3) ended 2 times since it was started",
    );
    expect(lost(worker({ Events: [ended(-9), ended(21)] }), 22)).toBeUndefined();
    const { TaskStates, ...web } = allocation(0);
    const server = task({ Events: [ended(5), ended(21)] });
    expect(lost({ ...web, TaskStates: { ...TaskStates, server } }, 22)).toBeUndefined();
  });

  it("that never passes its check in time", () => {
    expect(lost(worker({}, notYet), 61)).toBeUndefined();
    expect(lost(worker({}, notYet), 63)).toBe("worker, allocation 0 (b0a1b2c3) was not healthy within 60 s");
  });
});

describe("a preview of a job with processes", () => {
  const image = { Type: "Edited", Name: "image", Old: "shop:1", New: "shop:2" };
  const group = (name: string, main: string, change: Partial<ObjectDiff>): ObjectDiff => ({
    Type: "Edited",
    Name: name,
    Tasks: [{ Type: "Edited", Name: main, ...change }],
  });
  const plan = (updates: Record<string, Partial<DesiredUpdates>>, groups: ObjectDiff[]): Plan => ({
    JobModifyIndex: 7,
    Diff: { Type: "Edited", Name: "shop", TaskGroups: groups },
    Annotations: {
      DesiredTGUpdates: Object.fromEntries(
        Object.entries(updates).map(([name, some]) => [name, { ...noUpdates, ...some }]),
      ),
    },
    FailedTGAllocs: null,
  });
  const newImage = { Objects: [{ Type: "Edited" as const, Name: "Config", Fields: [image] }] };
  const newQueue = { Fields: [{ Type: "Edited", Name: "Env[QUEUES]", Old: "a", New: "b" }] };
  const counts = { count: 2, processes: { worker: 3 } };

  it("says of each group what happens, and once why", () => {
    const both = plan({ app: { Canary: 1, Ignore: 2 }, worker: { Canary: 1, Ignore: 3 } }, [
      group("app", "server", newImage),
      group("worker", "worker", newImage),
    ]);
    expect(describePlan(both, "canary", counts)).toEqual({
      info: [
        "Nomad plan: app: 1 canary, 1 more once it is healthy",
        "Nomad plan: worker: 1 canary, 2 more once it is healthy",
        "Every instance is replaced: image shop:1 becomes shop:2.",
      ],
      warnings: [],
    });
  });

  it("says that a change of one process leaves all others as they are: it is no release", () => {
    const one = plan({ app: { Ignore: 2 }, worker: { Canary: 1, Ignore: 3 } }, [
      group("worker", "worker", newQueue),
    ]);
    expect(describePlan(one, "canary", counts).info.at(-1)).toBe(
      "Every instance of worker is replaced: the image stays, the configuration changes (worker Env[QUEUES]). " +
        "Nothing migrates; the other groups keep running.",
    );
    expect(isRelease(one)).toBe(false);
    const web = plan({ app: { Canary: 1, Ignore: 2 }, worker: { Ignore: 3 } }, [
      group("app", "server", newQueue),
    ]);
    expect(isRelease(web)).toBe(true);
  });

  it("takes more instances of a process for no release", () => {
    const more = plan({ app: { Ignore: 2 }, worker: { Place: 1, InPlaceUpdate: 3 } }, [
      { Type: "Edited", Name: "worker", Fields: [{ Type: "Edited", Name: "Count", Old: "3", New: "4" }] },
    ]);
    expect(isRelease(more)).toBe(false);
    expect(describePlan(more, "canary", { count: 2, processes: { worker: 4 } }).info).toEqual([
      "Nomad plan: worker: 1 created, 3 updated in place",
      "Running instances are not restarted.",
    ]);
  });

  it("warns where every instance of a process is stopped before the migration", () => {
    const all = plan({ app: { DestructiveUpdate: 1, Ignore: 1 }, worker: { DestructiveUpdate: 1 } }, [
      group("app", "server", newImage),
    ]);
    const { warnings } = describePlan(all, "rolling", { count: 2, processes: { worker: 1 } });
    expect(warnings).toEqual([
      'update.strategy is rolling, and all instances of worker (1) are stopped at once: none works until the new version has migrated. update.strategy "canary" has no such gap.',
    ]);
  });

  it("compares jobs group by group, and a process that comes or goes is one line", () => {
    const before = renderJobspec({ ...walkthrough, processes: [workerSpec] });
    const change = (processes: (typeof workerSpec)[], from = before): string[] =>
      jobChanges(from, renderJobspec({ ...walkthrough, processes }));
    expect(change([{ ...workerSpec, count: 5 }])).toEqual(["Processes[worker].Count: 3 -> 5"]);
    expect(change([{ ...workerSpec, killTimeout: "30s" }])).toEqual([
      "Processes[worker].Tasks[worker].KillTimeout: 5m -> 30s",
    ]);
    expect(change([])).toEqual(["process worker: removed"]);
    expect(change([workerSpec], renderJobspec(walkthrough))).toEqual(["process worker: new, 3 instances"]);
    const secrets = walkthrough.secrets && { ...walkthrough.secrets, fingerprint: "ffffffff" };
    expect(jobChanges(before, renderJobspec({ ...walkthrough, secrets, processes: [workerSpec] }))).toEqual([
      "secrets: a value or a name changed",
    ]);
  });
});

describe("with Nomad", () => {
  let nomad: FakeNomad;
  let told: string[];
  beforeEach(async () => {
    told = [];
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registeredJob())
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/deployments", [deployment()])
      .answer("/v1/job/shop/evaluations", []);
  });
  afterEach(() => nomad.stop());

  const verify = (minHealthySeconds = 0): Promise<string | undefined> =>
    verifyServing(
      nomad.api(),
      {
        ...{ jobName: "shop", strategy: "canary", serverDeadlineSeconds: 60 },
        ...{ count: 2, processes: { worker: 1 }, modifyIndex: 40, plan: undefined, graceSeconds: 0 },
        ...{ minHealthySeconds, mask: (text) => text, tell: (line) => void told.push(line) },
      },
      new AbortController().signal,
    );

  it("an up is green when each process runs at full count, and names the one that does not", async () => {
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), worker()]);
    expect(await verify()).toBeUndefined();
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), worker({ State: "pending" })]);
    expect(await verify()).toContain("Only 0 of 1 instances of shop's process worker run, 0 s after");
    nomad.answer("/v1/job/shop/allocations", [allocation(0), worker()]);
    expect(await verify()).toContain("Only 1 of 2 instances of shop serve");
  });

  it("a process that has only just started again does not count as one that runs", async () => {
    const young = worker({ StartedAt: new Date(Date.now() - 2_000).toISOString() });
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), young]);
    expect(await verify(10)).toContain("process worker run");
    expect(await verify(1)).toBeUndefined();
  });

  it("a process that keeps ending is not green between two ends, and its log says why", async () => {
    const ago = (seconds: number): number => Date.now() - seconds * 1000;
    const at = (Type: string, seconds: number) => ({
      ...{ Type, DisplayMessage: Type, ExitCode: Type === "Terminated" ? 1 : 0, Time: ago(seconds) * 1e6 },
    });
    const lived = (seconds: number): Allocation =>
      worker({
        ...{ Restarts: 1, StartedAt: new Date(ago(12)).toISOString() },
        Events: [at("Started", 30 + seconds), at("Terminated", 30), at("Restarting", 30), at("Started", 12)],
      });
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), lived(11)]);
    nomad.answer(`/v1/client/fs/logs/${worker().ID}`, "PermissionError: celerybeat-schedule\n");
    const wrong = await verify(10);
    expect(wrong).toContain("Only 0 of 1 instances of shop's process worker run");
    expect(wrong).toContain("task worker ended with exit code 1");
    expect(wrong).toContain("PermissionError: celerybeat-schedule");
    const replaced = { ...lived(11), ID: "replaced", ClientStatus: "failed" } as Allocation;
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), replaced, lived(1)]);
    expect(await verify(10)).toContain("Only 0 of 1 instances of shop's process worker run");
    for (const outlived of [1, 40]) {
      nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1), lived(outlived)]);
      expect(await verify(10)).toBeUndefined();
    }
  });

  it("the report names the process that failed, shows its log, and blames no other that had no time", async () => {
    const failed = worker({ State: "dead", Failed: true, Restarts: 1, Events: [ended(5, 3)] }, notYet);
    const web = allocation(0, { ...notYet });
    const old = [allocation(1, { JobVersion: 3 }), { ...worker(), ID: "c0a1b2c3-0", JobVersion: 3 }];
    nomad
      .answer("/v1/job/shop/allocations", [web, failed, ...old])
      .answer(`/v1/client/fs/logs/${failed.ID}`, "no broker\n");
    const options = {
      jobName: "shop",
      version: 4,
      strategy: "canary",
      deployment: deployment({ Status: "failed" }),
    };
    const said = await failureReport(nomad.api(), options, (text) => text);
    expect(said).toContain("worker, allocation 0 (b0a1b2c3) on node-1: task worker ended with exit code 3");
    expect(said).toContain("no broker");
    expect(said).toContain("read its log and check processes.worker.command");
    expect(said).toContain("-task worker b0a1b2c3");
    expect(said).toContain("The previous version still serves: 1 running and 1 of worker.");
    expect(said).not.toContain("never passed its check");
  });

  it("a check that fails names the process's own keys", async () => {
    const one = worker();
    const check = { Check: "c", Status: "failure", StatusCode: 400, Output: "nomad: bad" };
    nomad.answer(`/v1/client/allocation/${one.ID}/checks`, { c: check });
    expect(await failingChecks(nomad.api(), one, (text) => text)).toEqual([
      "its check gets 400 Bad Request: ALLOWED_HOSTS refuses its Host; set processes.worker.check.headers.Host",
    ]);
  });

  it("a process that finds no room is named", () => {
    const failure = { NodesEvaluated: 1, NodesFiltered: 0, NodesExhausted: 1, ConstraintFiltered: null };
    const full = { ...failure, DimensionExhausted: { memory: 1 }, ClassFiltered: null };
    const evaluation = { ID: "e", JobModifyIndex: 1, Status: "blocked", CreateIndex: 1, DeploymentID: "d" };
    expect(placementLines([{ ...evaluation, FailedTGAllocs: { worker: full, app: full } }])).toEqual([
      "No room for worker: 1 node: memory exhausted on 1",
      "No room: 1 node: memory exhausted on 1",
    ]);
  });
});
