import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Allocation, TaskEvent, TaskState } from "../../../components/nomad/models";
import { failureReport } from "../../../components/rollout/report";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

const event = (Type: string, changed: Partial<TaskEvent> = {}): TaskEvent => ({
  Type,
  DisplayMessage: Type,
  ExitCode: 0,
  ...changed,
});
const task = (changed: Partial<TaskState>): TaskState => ({
  State: "dead",
  Failed: true,
  Restarts: 0,
  StartedAt: "2026-01-01T00:00:00Z",
  FinishedAt: null,
  Events: [],
  ...changed,
});
const exited = (code: number): TaskState =>
  task({ Events: [event("Terminated", { ExitCode: code, Details: { exit_code: String(code) } })] });
const waits = task({ State: "pending", Failed: false, StartedAt: null });

describe("the report of a failed rollout", () => {
  let nomad: FakeNomad;
  const failed = allocation(0).ID;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registeredJob())
      .answer("/v1/job/shop/deployments", [deployment({ Status: "failed" })])
      .answer("/v1/job/shop/evaluations", []);
  });
  afterEach(() => nomad.stop());

  /** Of an allocation whose tasks are in these states. */
  const report = (
    TaskStates: Record<string, TaskState>,
    DeploymentStatus = { Healthy: false, Canary: true },
  ) => {
    nomad.answer("/v1/job/shop/allocations", [
      allocation(0, { ClientStatus: "failed", DeploymentStatus, TaskStates }),
    ]);
    const options = {
      jobName: "shop",
      version: 4,
      strategy: "canary",
      deployment: deployment({ Status: "failed" }),
    };
    return failureReport(nomad.api(), options, (text) => text);
  };

  it("shows the end of a task's log, and the command for all of it", async () => {
    nomad.answer(`/v1/client/fs/logs/${failed}`, "ValueError: twice\n");
    const said = await report({ migrate: exited(11) });
    expect(said).toContain("last lines of its log:");
    expect(said).toContain("Read the traceback in the migrate task's log");
    expect(said).toContain("`nomad alloc logs -stderr -task migrate a0a1b2c3` shows more");
  });

  it.each<[what: string, states: Record<string, TaskState>]>([
    [
      "could not be started",
      {
        migrate: task({
          StartedAt: null,
          Events: [event("Driver Failure", { DisplayMessage: "Failed to pull" })],
        }),
      },
    ],
    [
      "waits for a variable",
      {
        migrate: {
          ...waits,
          Events: [
            event("Template", { DisplayMessage: "Missing: nomad.var.block(nomad/jobs/shop@default.global)" }),
          ],
        },
      },
    ],
    [
      "could not be set up",
      { migrate: task({ StartedAt: null, Events: [event("Setup Failure", { DisplayMessage: "no disk" })] }) },
    ],
    ["ended with an exit code and left nothing", { migrate: exited(1) }],
    ["kept ending and left nothing", { server: exited(3) }],
    ["was killed and left nothing", { server: exited(137) }],
  ])("advises to read no log of a task that %s", async (_what, states) => {
    const said = await report(states);
    expect(said).toContain("`nomad alloc status a0a1b2c3` shows more");
    expect(said).not.toMatch(/alloc logs|read its log|Read the (traceback|migrate)|last line/i);
  });

  describe("of a migrate task that ended without the gate's proof", () => {
    const proofless = {
      migrate: { ...exited(0), Failed: false },
      server: task({
        StartedAt: null,
        Events: [
          event("Task hook failed", {
            DisplayMessage:
              'template: failed to read template: exit status 1: failed to open source file "/alloc/migrations-applied"',
          }),
        ],
      }),
    };

    it("says that manage.py never ran, names ENTRYPOINT, and shows what ran instead", async () => {
      nomad.answer(`/v1/client/fs/logs/${failed}`, "gunicorn (version 23.0.0)\n");
      const said = await report(proofless);
      expect(said).toContain(
        "manage.py never ran: the migrate task ended with exit code 0 without having migrated",
      );
      expect(said).toContain("ENTRYPOINT is the likely cause");
      expect(said).toContain("gunicorn (version 23.0.0)");
      expect(said).not.toMatch(/task server failed|migrations are applied/);
    });

    it("says so when the task printed nothing at all", async () => {
      nomad.answer(`/v1/client/fs/logs/${failed}`, "");
      expect(await report(proofless)).toContain("It printed nothing at all.");
    });

    it("says that the project's code left the process when the gate had begun", async () => {
      nomad.answer(`/v1/client/fs/logs/${failed}`, "migrate: 1 to apply on default: shop.0002_leaves\n");
      const said = await report(proofless);
      expect(said).toMatch(/before the gate was done.*left the process \(os\._exit, os\.execv\)/);
      expect(said).not.toContain("ENTRYPOINT");
    });
  });

  describe("of a migrate task without proof whose log is not all there", () => {
    const proofless = {
      migrate: { ...exited(0), Failed: false },
      server: task({
        StartedAt: null,
        Events: [
          event("Task hook failed", {
            DisplayMessage:
              'template: failed to read template: exit status 1: failed to open source file "/alloc/migrations-applied"',
          }),
        ],
      }),
    };

    it("knows that the gate had begun from a line that is not shown", async () => {
      const printed = "a post was moved\n".repeat(100);
      nomad.answer(`/v1/client/fs/logs/${failed}`, `migrate: 1 to apply on default: shop.0002\n${printed}`);
      const said = await report(proofless);
      expect(said).toContain("before the gate was done");
      expect(said).not.toContain("ENTRYPOINT");
    });

    it("blames nobody for sure when the log's beginning was not read", async () => {
      nomad.answer(`/v1/client/fs/logs/${failed}`, "a post was moved\n".repeat(4_000));
      expect(await report(proofless)).toMatch(/whole log could not be read/);
    });

    it.each([403, 500])("blames nobody for sure when Nomad answers %i", async (status) => {
      nomad.refuse(`/v1/client/fs/logs/${failed}`, status, "no path to node");
      const said = await report(proofless);
      expect(said).toMatch(/whole log could not be read/);
      expect(said).not.toContain("printed nothing at all");
    });
  });

  describe("says what serves, when a version was promoted before it failed", () => {
    const unhealthy = { Healthy: false, Canary: false };
    const failing = allocation(1, { CreateIndex: 12, ClientStatus: "failed", DeploymentStatus: unhealthy });
    const promoted = allocation(0, { CreateIndex: 10 });
    const back = { JobVersion: 5, DeploymentStatus: null };
    const options = { jobName: "shop", version: 4, strategy: "canary" };
    const running = (Version: number, image: string) => {
      const Tasks = [{ Name: "migrate", Env: null, Config: { image } }];
      return registeredJob({ Version, TaskGroups: [{ Name: "app", Count: 2, Meta: null, Tasks }] });
    };
    const said = (...allocations: Allocation[]): Promise<string> => {
      nomad
        .answer("/v1/job/shop", running(5, "shop:3"))
        .answer("/v1/job/shop/versions", { Versions: [running(5, "shop:3"), running(4, "shop:4")] })
        .answer("/v1/job/shop/allocations", [failing, ...allocations]);
      const lost = deployment({ Status: "failed" });
      return failureReport(nomad.api(), { ...options, deployment: lost }, (text) => text);
    };

    it("its own healthy instances, while the last good version starts", async () => {
      const starting = allocation(1, { ...back, CreateIndex: 20 });
      const text = await said({ ...promoted, JobVersion: 4 }, starting);
      expect(text).toContain("Until its checks pass, version 4 still serves: 1 running.");
      expect(text).toContain("Nomad went back to the last good version (shop:3), as version 5.");
      expect(text).toContain("The rollout of shop version 4 (shop:4) failed: ");
      expect(text).not.toContain("Nothing serves");
    });

    it("nothing yet, while only unproven instances of the last good version run", async () => {
      const text = await said(allocation(0, { ...back, CreateIndex: 20 }));
      expect(text).toContain(
        "The last good version is being started again. Until its checks pass, nothing serves.",
      );
    });

    it("instances of the last good version that never stopped, and those that have passed their check", async () => {
      const kept = allocation(0, { ...back, CreateIndex: 2 });
      const proven = allocation(1, { JobVersion: 5, CreateIndex: 20 });
      expect(await said(kept, proven)).toContain("The previous version still serves: 2 running.");
    });
  });

  it("shows the failure before those that only repeat it", async () => {
    nomad.answer("/v1/job/shop/allocations", [
      allocation(0, { ClientStatus: "failed", TaskStates: { migrate: exited(22) } }),
      allocation(1, { ClientStatus: "failed", TaskStates: { migrate: exited(11) } }),
    ]);
    const options = { jobName: "shop", version: 4, strategy: "canary" };
    const said = await failureReport(nomad.api(), options, (text) => text);
    expect(said.indexOf("exit code 11")).toBeLessThan(said.indexOf("exit code 22"));
  });

  it("advises what the check says, once", async () => {
    nomad.answer(`/v1/client/allocation/${failed}/checks`, {
      one: { Check: "c", Status: "failure", StatusCode: 404, Output: "" },
    });
    const server = task({ State: "running", Failed: false });
    const said = await report({ server });
    expect(said).toContain("set httpService.checkPath to a page that exists");
    expect(said).not.toContain("ALLOWED_HOSTS");
  });
});
