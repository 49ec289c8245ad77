import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Plan } from "../../../components/rollout/plan";
import { type VerifyOptions, verifyServing } from "../../../components/rollout/verify";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

const asItIs: Plan = {
  JobModifyIndex: 40,
  Diff: { Type: "None", Name: "shop" },
  Annotations: null,
  FailedTGAllocs: null,
};
const scaled: Plan = {
  ...asItIs,
  Diff: {
    Type: "Edited",
    Name: "shop",
    TaskGroups: [
      { Type: "Edited", Name: "app", Fields: [{ Type: "Edited", Name: "Count", Old: "5", New: "2" }] },
    ],
  },
};

describe("at the end of every up", () => {
  let nomad: FakeNomad;
  let told: string[];
  const verify = (changed: Partial<VerifyOptions> = {}): Promise<string | undefined> =>
    verifyServing(
      nomad.api(),
      {
        jobName: "shop",
        strategy: "canary",
        count: 2,
        serverDeadlineSeconds: 60,
        modifyIndex: 40,
        plan: asItIs,
        graceSeconds: 0,
        mask: (text) => text,
        tell: (line) => void told.push(line),
        ...changed,
      },
      new AbortController().signal,
    );

  beforeEach(async () => {
    told = [];
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registeredJob())
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/deployments", () => [deployment()])
      .answer("/v1/job/shop/evaluations", [])
      .answer("/v1/job/shop/allocations", [allocation(0), allocation(1)]);
  });
  afterEach(() => nomad.stop());

  describe("an instance that Nomad placed after the rollout, so that no deployment speaks for it", () => {
    const placed = (changed = {}) => ({ ...allocation(1), DeploymentStatus: null, ...changed });
    const checks = (Status: string): void => {
      const { ID } = placed();
      nomad
        .answer("/v1/job/shop/allocations", [allocation(0), placed()])
        .answer(`/v1/client/allocation/${ID}/checks`, { one: { Check: "one", Status, Output: "" } });
    };

    it("serves when its checks pass", async () => {
      checks("success");
      expect(await verify()).toBeUndefined();
    });

    it.each(["pending", "failure"])("does not serve while its check is %s", async (status) => {
      checks(status);
      expect(await verify()).toContain("Only 1 of 2 instances of shop serve");
    });

    it("without checks serves once it has run for minHealthyTime", async () => {
      nomad.answer("/v1/job/shop/allocations", [allocation(0), placed()]);
      expect(await verify({ minHealthySeconds: 10 })).toBeUndefined();
      const StartedAt = new Date().toISOString();
      const fresh = placed();
      const server = { ...fresh.TaskStates?.server, StartedAt };
      nomad.answer("/v1/job/shop/allocations", [
        allocation(0),
        { ...fresh, TaskStates: { ...fresh.TaskStates, server } },
      ]);
      expect(await verify({ minHealthySeconds: 10 })).toContain("Only 1 of 2 instances of shop serve");
    });
  });

  it("a version that was rolled out and serves at full count is all right, and nothing is said", async () => {
    expect(await verify()).toBeUndefined();
    expect(told).toEqual([]);
  });

  it("a version whose deployment Nomad has forgotten is judged by what serves", async () => {
    nomad.answer("/v1/job/shop/deployment", null);
    expect(await verify()).toBeUndefined();
  });

  it("a job that is gone, or stopped by hand, is not green", async () => {
    nomad.answer("/v1/job/shop", registeredJob({ Stop: true }));
    expect(await verify()).toContain("was stopped by another user or tool");
    nomad.refuse("/v1/job/shop", 404, "job not found");
    expect(await verify()).toContain("is gone from Nomad");
  });

  it("a version that somebody else registered meanwhile is not green", async () => {
    nomad.answer("/v1/job/shop", registeredJob({ Version: 5, JobModifyIndex: 50 }));
    expect(await verify()).toContain("now at version 5, was registered by another user or tool");
  });

  it("a job that was changed outside and that Pulumi took for unchanged is not green", async () => {
    expect(await verify({ plan: scaled })).toContain("it was changed outside Pulumi");
    expect(await verify({ plan: { ...scaled, JobModifyIndex: 39 } })).toBeUndefined();
  });

  describe("an autoscaler that has set a number since", () => {
    const change = (group: string, name = "Count") => ({
      Type: "Edited",
      Name: "shop",
      Fields: [{ Type: "None", Name: "Region", Old: "global", New: "global" }],
      TaskGroups: [
        {
          Type: "Edited",
          Name: group,
          Fields: [{ Type: "Edited", Name: name, Old: "2", New: "3" }],
          Tasks: [{ Type: "None", Name: "server", Fields: [{ Type: "None", Name: "Driver" }] }],
        },
      ],
    });
    const versions = (...diffs: object[]): void => {
      const now = registeredJob({
        Version: 4 + diffs.length,
        JobModifyIndex: 60,
        TaskGroups: [{ Name: "app", Count: 3, Meta: null, Tasks: [] }],
      });
      const between = diffs.slice(1).map((_, index) => registeredJob({ JobModifyIndex: 59 - index }));
      nomad
        .answer("/v1/job/shop", now)
        .answer("/v1/job/shop/versions", { Versions: [now, ...between, registeredJob()], Diffs: diffs });
    };
    const three = [0, 1, 2].map((index) => allocation(index, { JobVersion: 5 }));

    it("is not taken for another user, and its number is what must serve", async () => {
      versions(change("app"));
      nomad.answer("/v1/job/shop/allocations", three);
      expect(await verify({ scaled: ["app"] })).toBeUndefined();
      nomad.answer("/v1/job/shop/allocations", three.slice(1));
      expect(await verify({ scaled: ["app"] })).toContain("Only 2 of 3 instances of shop serve");
    });

    it("may do so while instances are waited for", async () => {
      versions(change("app"));
      const later = [registeredJob(), registeredJob({ Version: 5, JobModifyIndex: 60 })];
      nomad
        .answer("/v1/job/shop", () => later.shift() ?? registeredJob({ Version: 5, JobModifyIndex: 60 }))
        .answer("/v1/job/shop/allocations", three);
      expect(await verify({ scaled: ["app"], graceSeconds: 30 })).toBeUndefined();
    });

    it.each<[what: string, scaled: string[], ...diffs: object[]]>([
      ["of a group that is not left to it", ["worker"], change("app")],
      ["where no group is left to it", [], change("app")],
      ["beside another change", ["app"], change("app", "ShutdownDelay")],
      ["after another change", ["app"], change("app"), change("app", "Meta[x]")],
    ])("is another user when it changes the number %s", async (_what, scaled, ...diffs) => {
      versions(...diffs);
      expect(await verify({ scaled })).toContain("was registered by another user or tool");
    });
  });

  it("a rollout that failed is reported, not passed over", async () => {
    nomad
      .answer("/v1/job/shop/deployment", deployment({ Status: "failed", StatusDescription: "it failed" }))
      .answer("/v1/job/shop/allocations", [allocation(0, { ClientStatus: "failed" })]);
    const wrong = await verify();
    expect(wrong).toContain("The rollout of shop version 4 failed: it failed");
    expect(wrong).toContain("Nothing serves");
    expect(wrong).toContain("Next: ");
  });

  it("a rollout that still runs, as after an up that was killed, is waited for", async () => {
    const statuses = ["running", "running", "successful"];
    nomad
      .answer("/v1/job/shop/deployment", deployment({ Status: "running" }))
      .answer("/v1/job/shop/deployments", () => [deployment({ Status: statuses.shift() ?? "successful" })]);
    expect(await verify()).toBeUndefined();
    expect(statuses).toEqual([]);
    expect(told[0]).toBe("version 4 of shop is still being rolled out: waiting for it");
  });

  it("a rollout that still runs and is lost is ended and reported", async () => {
    let failed = false;
    nomad
      .answer("/v1/job/shop/deployment", deployment({ Status: "running" }))
      .answer("/v1/job/shop/deployments", () => [deployment({ Status: failed ? "failed" : "running" })])
      .answer("/v1/job/shop/allocations", [
        allocation(0, { ClientStatus: "failed", DeploymentStatus: { Healthy: false, Canary: true } }),
      ])
      .answer(`/v1/deployment/fail/${deployment().ID}`, () => {
        failed = true;
        return {};
      });
    expect(await verify()).toContain("The rollout of shop version 4 failed: allocation 0 (a0a1b2c3) failed");
    expect(failed).toBe(true);
  });

  it("a rollout that is paused is not waited for", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "paused" }));
    expect(await verify()).toBe(
      "The rollout of shop version 4 is paused: `nomad deployment resume d0d0d0d0` continues it " +
        "(and `nomad deployment promote d0d0d0d0`, if its canary is already healthy), `nomad deployment fail d0d0d0d0` ends it; then run `pulumi up` again.",
    );
  });

  it.each([
    ["does not run", { ClientStatus: "failed" as const }],
    ["is of the version before", { JobVersion: 3 }],
    ["is being stopped", { DesiredStatus: "stop" }],
    ["fails its check", { DeploymentStatus: { Healthy: false, Canary: false } }],
  ])("an instance that %s is missed", async (_what, changed) => {
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1, changed)]);
    expect(await verify()).toContain("Only 1 of 2 instances of shop serve");
  });

  it("what others do while it waits for instances is told at once", async () => {
    const answers = [registeredJob(), registeredJob({ Version: 5, JobModifyIndex: 50 })];
    nomad
      .answer("/v1/job/shop/allocations", [allocation(0)])
      .answer("/v1/job/shop", () => answers.shift() ?? registeredJob({ Version: 5 }));
    expect(await verify({ graceSeconds: 30 })).toContain(
      "now at version 5, was registered by another user or tool",
    );
    const stopped = [registeredJob(), registeredJob({ Version: 5, Stop: true })];
    nomad.answer("/v1/job/shop", () => stopped.shift() ?? null);
    expect(await verify({ graceSeconds: 30 })).toContain("was stopped by another user or tool");
  });

  it("an instance that comes back from a restart is waited for", async () => {
    const looks = [[allocation(0)], [allocation(0), allocation(1)]];
    nomad.answer("/v1/job/shop/allocations", () => looks.shift() ?? [allocation(0), allocation(1)]);
    expect(await verify({ graceSeconds: 30 })).toBeUndefined();
    expect(told).toEqual(["1 of 2 instances serve, waiting for the others"]);
  });
});
