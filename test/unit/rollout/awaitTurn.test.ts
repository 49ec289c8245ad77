import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Failure } from "../../../components/messages/failure";
import {
  awaitEarlier,
  awaitOthers,
  awaitStopped,
  stopCompanions,
} from "../../../components/rollout/awaitTurn";
import { stopLimit } from "../../../components/rollout/stopLimit";
import { allocation, deployment, FakeNomad, stoppingWithin } from "../../support/fakeNomad";

const never = new AbortController().signal;

describe("before a version is registered", () => {
  let nomad: FakeNomad;
  let told: string[];
  const options = (patienceSeconds = 60) => ({
    jobName: "shop",
    tell: (line: string) => void told.push(line),
    patienceSeconds,
  });

  beforeEach(async () => {
    nomad = (await FakeNomad.start()).answer("/v1/job/shop/deployments", []);
    told = [];
  });
  afterEach(() => nomad.stop());

  it.each(["successful", "failed", "cancelled"])("a rollout that is %s holds nobody up", async (Status) => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status }));
    await awaitOthers(nomad.api(), options(), never);
    expect(told).toEqual([]);
    expect(nomad.asked).toHaveLength(1);
  });

  it("a job without any rollout holds nobody up", async () => {
    nomad.answer("/v1/job/shop/deployment", null);
    await awaitOthers(nomad.api(), options(), never);
    expect(told).toEqual([]);
  });

  it.each(["running", "pending", "blocked"])(
    "somebody else's rollout that is %s is waited for, and the wait is told once with its way out",
    async (Status) => {
      const statuses = [Status, Status, "successful"];
      nomad.answer("/v1/job/shop/deployment", () =>
        deployment({ Status: statuses.shift() ?? "successful", JobVersion: 7 }),
      );
      await awaitOthers(nomad.api(), options(), never);
      expect(statuses).toEqual([]);
      expect(told).toEqual([
        "version 7 of shop is already being rolled out (deployment d0d0d0d0): waiting for it to end; " +
          "`nomad deployment fail d0d0d0d0` ends it",
      ]);
    },
  );

  it("Nomad's own way back from a rollout that failed is waited for, and called that", async () => {
    const statuses = ["running", "successful"];
    const reverted = "Deployment marked as failed - rolling back to job version 5";
    nomad
      .answer("/v1/job/shop/deployment", () => deployment({ Status: statuses.shift(), JobVersion: 7 }))
      .answer("/v1/job/shop/deployments", [
        deployment({ JobVersion: 6, Status: "failed", StatusDescription: reverted }),
      ]);
    await awaitOthers(nomad.api(), options(), never);
    expect(told).toEqual([
      "Nomad is still returning to the last good version: waiting for it to end; `nomad deployment fail d0d0d0d0` ends it",
    ]);
  });

  it("somebody else's rollout that is paused is refused at once, with what to type", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "paused" }));
    const refused = awaitOthers(nomad.api(), options(), never);
    await expect(refused).rejects.toThrow(Failure);
    await expect(refused).rejects.toThrow(
      /is paused\. Nothing was changed\. `nomad deployment resume d0d0d0d0`/,
    );
  });

  it("what to type names the job's namespace when it is not the default one", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "paused" }));
    await expect(awaitOthers(nomad.api(undefined, "web"), options(), never)).rejects.toThrow(
      "`nomad deployment resume -namespace web d0d0d0d0`",
    );
  });

  it("somebody else's rollout that has no end is refused in the end", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "running" }));
    await expect(awaitOthers(nomad.api(), options(0), never)).rejects.toThrow(/not done after 0 s/);
  });

  it("recreate waits until the last old instance has stopped; one that is lost with its node counts as stopped", async () => {
    const looks = [
      [allocation(0), allocation(1, { DesiredStatus: "stop" })],
      [allocation(0, { ClientStatus: "complete" }), allocation(1)],
      [allocation(0, { ClientStatus: "lost" }), allocation(1, { ClientStatus: "complete" })],
    ];
    const last = looks[2];
    nomad.answer("/v1/job/shop/allocations", () => looks.shift() ?? last);
    await awaitStopped(nomad.api(), options(), never);
    expect(looks).toEqual([]);
    expect(told).toEqual([
      "recreate: waiting for 2 old instances to stop",
      "recreate: waiting for 1 old instance to stop",
      "all old instances have stopped",
    ]);
  });

  it("recreate does not take an instance whose node is out of reach for stopped", async () => {
    const looks = [[allocation(0, { ClientStatus: "unknown" })], []];
    nomad.answer("/v1/job/shop/allocations", () => looks.shift() ?? []);
    await awaitStopped(nomad.api(), options(), never);
    expect(told[0]).toBe("recreate: waiting for 1 old instance to stop");
  });

  it("an old instance may take the longest killTimeout of the versions that Nomad remembers", async () => {
    const looks = [[allocation(0)], [allocation(0)], []];
    nomad
      .answer("/v1/job/shop/allocations", () => looks.shift() ?? [])
      .answer("/v1/job/shop/versions", { Versions: [stoppingWithin("5s"), stoppingWithin("10m")] });
    await awaitStopped(nomad.api(), { ...options(), deadlineSeconds: 0 }, never);
    expect(looks).toEqual([]);
  });

  it.each([
    ["its killTimeout and its shutdownDelay, and a minute for Docker", 300, ["10m", "20s"], 680],
    ["five minutes where both are short", 300, ["5s", "5s"], 300],
  ] as const)("an old instance may take %s", async (_what, least, [killTimeout, shutdownDelay], limit) => {
    nomad.answer("/v1/job/shop/versions", { Versions: [stoppingWithin(killTimeout, shutdownDelay)] });
    expect(await stopLimit(nomad.api(), "shop", least)).toBe(limit);
  });

  it("a job of which Nomad remembers nothing has the shortest limit", async () => {
    expect(await stopLimit(nomad.api(), "shop", 300)).toBe(300);
  });

  it("a wait that ends early is never taken for one that has succeeded", async () => {
    nomad
      .answer("/v1/job/shop/allocations", [allocation(0)])
      .answer("/v1/job/shop/deployment", deployment({ Status: "running" }));
    const ended = AbortSignal.abort();
    await expect(awaitStopped(nomad.api(), options(), ended)).rejects.toThrow(
      /1 instances of shop still run/,
    );
    await expect(awaitOthers(nomad.api(), options(), ended)).rejects.toThrow(/Nothing was changed/);
  });

  describe("a singleton", () => {
    const earlier = () => ({ ...options(), jobName: "shop-beat", application: "shop", process: "beat" });
    const of = (Name: string, changed: object) => allocation(0, { Name, ...changed });
    const asked = (job: string, answers: object[][]): void =>
      void nomad.answer(`/v1/job/${job}/allocations`, () => answers.shift() ?? []);

    it("begins once an instance that was stopped before has ended, in its own job and as a process", async () => {
      const stopping = { DesiredStatus: "stop", ClientStatus: "running" };
      const own = [[of("shop-beat.beat[0]", stopping)], []];
      const process = [[of("shop.beat[0]", stopping), of("shop.app[0]", {})], [of("shop.app[0]", {})]];
      asked("shop-beat", own);
      asked("shop", process);
      await awaitEarlier(nomad.api(), earlier(), never);
      expect([own, process]).toEqual([[], []]);
      expect(told).toEqual([
        "beat: waiting for 1 old instance to stop",
        "all old instances have stopped",
        "beat: waiting for 1 old instance to stop",
        "all old instances have stopped",
      ]);
    });

    it("does not wait for the one that it replaces: Nomad's client does", async () => {
      asked("shop-beat", [[of("shop-beat.beat[0]", { DesiredStatus: "run", ClientStatus: "running" })]]);
      asked("shop", [[]]);
      await awaitEarlier(nomad.api(), earlier(), never);
      expect(told).toEqual([]);
    });

    it("is not started beside one that never ends", async () => {
      const stuck = of("shop-beat.beat[0]", { DesiredStatus: "stop", ClientStatus: "running" });
      nomad.answer("/v1/job/shop-beat/allocations", [stuck]);
      const soon = { ...earlier(), patienceSeconds: 0 };
      await expect(awaitEarlier(nomad.api(), soon, never)).rejects.toThrow(
        /1 instances of shop-beat still run 0 s .* it would run twice\. Stop them on their node/,
      );
    });
  });

  it("with recreate a singleton, a schedule and its run are stopped before the new version migrates", async () => {
    const run = "shop-clock/periodic-1";
    const path = (id: string): string => `/v1/job/${encodeURIComponent(id)}`;
    for (const id of ["shop-beat", "shop-clock", run]) {
      nomad.answer(path(id), { Stop: false }).answer(`${path(id)}/allocations`, []);
    }
    nomad.answer(path("shop-gone"), { Stop: true }).answer(`${path("shop-gone")}/allocations`, []);
    nomad.answer("/v1/allocations", (query) =>
      query.get("filter") === 'JobID contains "shop-clock/"'
        ? [
            { ...allocation(0), JobID: run },
            { ...allocation(1, { ClientStatus: "complete" }), JobID: "shop-clock/periodic-0" },
            { ...allocation(2), JobID: "other-shop-clock/periodic-9" },
          ]
        : [],
    );
    const companions = ["shop-beat", "shop-clock", "shop-gone", "shop-never"];
    await stopCompanions(nomad.api(), { ...options(), companions }, never);
    expect(nomad.asked.filter((one) => one.startsWith("DELETE"))).toEqual(
      ["shop-beat", "shop-clock", run].map((id) => `DELETE ${path(id)}`),
    );
  });
});
