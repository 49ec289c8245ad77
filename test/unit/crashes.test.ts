import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { hasJustCrashed, lastEnd, restartsOf } from "../../commands/app/crashes";
import { Follower } from "../../commands/app/follower";
import { instancesOf } from "../../commands/app/instances";
import type { Job } from "../../commands/app/jobs";
import { groupStatus, singletonStatus } from "../../commands/app/runningStatus";
import { ownerIdMetaKey, ownerMetaKey } from "../../components/jobspec/names";
import type { Allocation, TaskState } from "../../components/nomad/models";
import { allocation, FakeNomad } from "../support/fakeNomad";

const ended = (code: string, at: string, more: Record<string, string> = {}) => ({
  ...{ Type: "Terminated", DisplayMessage: "", ExitCode: Number(code), Time: Date.parse(at) * 1e6 },
  Details: { exit_code: code, ...more },
});

/** Crashed four times on its node. */
const crashing: TaskState = {
  ...{ State: "pending", Failed: false, Restarts: 4, StartedAt: "2026-11-28T20:09:50Z" },
  FinishedAt: "2026-11-28T20:09:59Z",
  Events: [ended("2", "2026-11-28T20:08:00Z"), ended("1", "2026-11-28T20:09:59Z")],
};

const beat = (state: TaskState, changed: Partial<Allocation> = {}): Allocation =>
  allocation(0, { ID: "8317eef3-0000", Name: "shop-beat.beat[0]", TaskStates: { beat: state }, ...changed });

const dead = beat({ ...crashing, State: "dead", Failed: true }, { ClientStatus: "failed" });

describe("a process that crashes", () => {
  it("has the restarts of its version, on its node and elsewhere, and its last exit code", () => {
    expect(restartsOf([beat(crashing)], 4)).toEqual({ restarts: 4, lastExitCode: 1 });
    const fresh: TaskState = { ...crashing, State: "running", Restarts: 0, FinishedAt: null, Events: [] };
    expect(restartsOf([dead, beat(fresh, { CreateIndex: 9 })], 4)).toEqual({ restarts: 5, lastExitCode: 1 });
    expect(restartsOf([dead], 5)).toEqual({ restarts: 0 });
    expect(restartsOf([beat({ ...crashing, Restarts: 0 }, { DesiredStatus: "stop" })], 4)).toEqual({
      restarts: 0,
    });
  });

  it("ended where Nomad says so, for want of memory, or without a code", () => {
    expect(
      lastEnd({ ...crashing, Events: [ended("137", "2026-11-28T20:09:59Z", { oom_killed: "true" })] }),
    ).toEqual({
      ...{ exitCode: 137, outOfMemory: true, at: Date.parse("2026-11-28T20:09:59Z") },
    });
    expect(lastEnd({ ...crashing, Events: [] })).toEqual({
      outOfMemory: false,
      at: Date.parse("2026-11-28T20:09:59Z"),
    });
    expect(lastEnd({ ...crashing, Events: null, FinishedAt: "0001-01-01T00:00:00Z" })).toBeUndefined();
  });

  it("counts again when it has run for ten seconds, and one that ended well at once", () => {
    const running: TaskState = { ...crashing, State: "running", StartedAt: "2026-11-28T20:10:10Z" };
    expect(hasJustCrashed(beat(running), [], Date.parse("2026-11-28T20:10:19Z"))).toBe(true);
    expect(hasJustCrashed(beat(running), [], Date.parse("2026-11-28T20:10:20Z"))).toBe(false);
    const elsewhere = beat({ ...running, Events: [] }, { CreateIndex: 9 });
    expect(hasJustCrashed(elsewhere, [dead, elsewhere], Date.parse("2026-11-28T20:10:11Z"))).toBe(true);
    expect(hasJustCrashed(elsewhere, [elsewhere], Date.parse("2026-11-28T20:10:11Z"))).toBe(false);
    const well = { ...running, Events: [ended("0", "2026-11-28T20:09:59Z")] };
    expect(hasJustCrashed(beat(well), [], Date.parse("2026-11-28T20:10:11Z"))).toBe(false);
  });
});

describe("the commands for operators, of a process that crashes", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await nomad.stop();
  });

  const owner = { [ownerMetaKey]: "shop", [ownerIdMetaKey]: "1" };
  const job = (ID: string, group: string): Job =>
    ({
      ...{ ID, Version: 4, Stop: false, Meta: null },
      TaskGroups: [{ Name: group, Count: 1 }],
    }) as unknown as Job;

  it.each([
    ["between two starts", beat(crashing), 0],
    [
      "that has just started again",
      beat({ ...crashing, State: "running", StartedAt: new Date().toISOString() }),
      0,
    ],
    ["that has run for a while again", beat({ ...crashing, State: "running" }), 1],
    ["that was given up", dead, 0],
  ])("status takes no instance for healthy %s", async (_when, one, healthy) => {
    nomad
      .answer("/v1/job/shop-beat", job("shop-beat", "beat"))
      .answer("/v1/job/shop-beat/allocations", [one]);
    const companion = { id: "shop-beat", name: "beat", kind: "singleton", stopped: false } as const;
    expect(await singletonStatus(nomad.api(), companion)).toEqual({
      ...{ name: "beat", kind: "singleton", wanted: 1, healthy, restarts: 4, lastExitCode: 1 },
    });
    const group = { Name: "beat", Count: 1, Meta: null, Tasks: [] };
    expect(await groupStatus(nomad.api(), job("shop", "beat"), group, [one])).toMatchObject({
      ...{ name: "beat", kind: "process", healthy, restarts: 4, lastExitCode: 1 },
    });
  });

  /** What `logs` prints, on both streams. */
  async function printed(
    work: (follower: Follower) => Promise<unknown>,
    signal = new AbortController().signal,
  ): Promise<string> {
    let all = "";
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, "write").mockImplementation((data) => {
        all += String(data);
        return true;
      });
    }
    await work(new Follower(nomad.api(), undefined, signal));
    jest.restoreAllMocks();
    return all;
  }

  const log = (id: string, text: string): void => {
    const frame = {
      Data: Buffer.from(text).toString("base64"),
      File: "alloc/logs/x.stdout.0",
      Offset: text.length,
    };
    nomad.answer(`/v1/client/fs/logs/${id}`, (query) =>
      query.get("type") === "stdout" && Number(query.get("offset")) < text.length
        ? JSON.stringify(frame)
        : "",
    );
  };

  it("logs show what the last instance wrote, and how it ended", async () => {
    nomad.answer("/v1/jobs", []).answer("/v1/job/shop/allocations", [
      beat(
        { ...crashing, State: "dead" },
        {
          ...{ ID: "00000000-old", Name: "shop.worker[0]", ClientStatus: "failed" },
          TaskStates: { worker: crashing },
        },
      ),
      beat(crashing, {
        ...{ Name: "shop.worker[0]", ClientStatus: "failed", CreateIndex: 9 },
        TaskStates: { worker: crashing },
      }),
    ]);
    log("8317eef3-0000", "boom\n");
    const instances = await instancesOf(nomad.api(), job("shop", "worker"), "worker");
    expect(await printed((follower) => follower.once(instances))).toBe(
      "-- worker.0 8317eef3 ended with exit code 1 at 2026-11-28 20:09:59 UTC\nworker.0 8317eef3 | boom\n",
    );
  });

  it("logs of a singleton show the last instance, too, and -f goes on with the next one", async () => {
    const stub = {
      ...{ ID: "shop-beat", ParentID: "", Stop: false, Periodic: false, ParameterizedJob: false },
      Meta: owner,
    };
    const next = beat({ ...crashing, State: "running" }, { ID: "99999999-next", CreateIndex: 9 });
    const end = new AbortController();
    let looks = 0;
    nomad
      .answer("/v1/jobs", [stub])
      .answer("/v1/job/shop-beat/allocations", () => (++looks > 2 ? [dead, next] : [dead]));
    log("8317eef3-0000", "boom\n");
    nomad.answer("/v1/client/fs/logs/99999999-next", (query) => {
      if (query.get("type") === "stderr") return "";
      end.abort();
      return "";
    });
    const instances = await instancesOf(nomad.api(), { ...job("shop", "worker"), Meta: owner }, "beat");
    const all = await printed((follower) => follower.follow(instances), end.signal);
    expect(all).toContain(
      "-- beat.0 8317eef3 ended with exit code 1 at 2026-11-28 20:09:59 UTC\nbeat.0 8317eef3 | boom\n",
    );
    expect(all.match(/boom/g)).toHaveLength(1);
    expect(nomad.asked).toContain("GET /v1/client/fs/logs/99999999-next");
  });
});
