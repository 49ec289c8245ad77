import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Follower } from "../../commands/app/follower";
import { instancesOf } from "../../commands/app/instances";
import type { Job } from "../../commands/app/jobs";
import { namedCompanions } from "../../commands/app/namedCompanions";
import { type Status, statusOf } from "../../commands/app/statusOf";
import { statusText } from "../../commands/app/statusText";
import { ownerIdMetaKey, ownerMetaKey } from "../../components/jobspec/names";
import { allocation, FakeNomad } from "../support/fakeNomad";

const owner = { [ownerMetaKey]: "shop", [ownerIdMetaKey]: "1" };
const app = {
  ...{ ID: "shop", Version: 4, Stop: false, Meta: owner, SubmitTime: 0, Periodic: null },
  TaskGroups: [
    { Name: "app", Count: 0, Meta: null, Tasks: [{ Name: "server", Config: { image: "shop:1" } }] },
  ],
} as unknown as Job;

describe("the commands for operators, of jobs beside the application's", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await nomad.stop();
  });

  /** Registers a singleton or a schedule. */
  const stubs: object[] = [];
  const companion = (name: string, { Stop, Count = 1, Enabled }: Record<string, unknown>): void => {
    const ID = `shop-${name}`;
    const periodic = Enabled === undefined ? null : { Enabled, Spec: "30 3 * * *", Specs: null };
    stubs.push({ ID, ParentID: "", Stop, Meta: owner, Periodic: periodic !== null, ParameterizedJob: false });
    nomad
      .answer(`/v1/job/${ID}`, { ...app, ID, Stop, Periodic: periodic, TaskGroups: [{ Name: name, Count }] })
      .answer(`/v1/job/${ID}/allocations`, []);
  };
  const status = (...named: string[]): Promise<Status> => {
    nomad
      .answer("/v1/job/shop/allocations", [])
      .answer("/v1/job/shop/deployments", [])
      .answer("/v1/jobs", (query) => (query.get("prefix") === "shop-" ? stubs.splice(0) : []));
    return statusOf(nomad.api(), app, named);
  };

  it("status is red for a singleton that was stopped while it should run", async () => {
    companion("beat", { Stop: true });
    const found = await status("beat");
    expect(found.ok).toBe(false);
    expect(found.running.at(-1)).toMatchObject({ name: "beat", wanted: 1, healthy: 0, stopped: true });
    expect(statusText(found, 0)).toMatch(/^beat +0\/1 healthy \(singleton\), STOPPED$/m);
  });

  it("status is red for a schedule and for scheduled backups that were stopped while they should run", async () => {
    companion("cleanup", { Stop: true, Enabled: true });
    companion("backup", { Stop: true, Enabled: true });
    const found = await status("cleanup", "backup");
    expect(found.ok).toBe(false);
    expect(found.schedules).toEqual([{ name: "cleanup", enabled: false, stopped: true, runs: [] }]);
    expect(found.backup?.stopped).toBe(true);
    expect(statusText(found, 0)).toMatch(/^cleanup +no run that Nomad remembers; STOPPED$/m);
  });

  it("status says nothing of one that the config names no more, which protect leaves stopped", async () => {
    companion("beat", { Stop: true });
    companion("cleanup", { Stop: true, Enabled: true });
    expect(await status("worker")).toMatchObject({
      ok: true,
      schedules: [],
      running: [{ kind: "web server" }],
    });
  });

  it("status wants nothing of one that was stopped while the application is parked", async () => {
    companion("beat", { Stop: true, Count: 0 });
    companion("cleanup", { Stop: true, Enabled: false });
    const found = await status("beat", "cleanup");
    expect(found.ok).toBe(true);
    expect(statusText(found, 0)).not.toContain("STOPPED");
  });

  it.each([
    [{}, []],
    [{ processes: "(secret)", schedules: null, backups: [] }, []],
    [
      {
        processes: { worker: { count: 2 }, beat: { singleton: true }, idle: null },
        schedules: { cleanup: {} },
        backups: { schedule: "@daily" },
      },
      ["beat", "cleanup", "backup"],
    ],
    [{ processes: '{"beat":{"singleton":true}}', schedules: "{broken", backups: { keep: 3 } }, ["beat"]],
  ])("the stack's file says which should run: %j", (config, names) => {
    expect(namedCompanions(config)).toEqual(names);
  });

  it("logs of a singleton begin with its last lines and go on, whatever size its files may have", async () => {
    const full = `${"x".repeat(1023)}\n`.repeat(1024);
    const id = "8317eef3-0000";
    const task = { State: "running" as const, Failed: false, Restarts: 0, FinishedAt: null, Events: [] };
    const running = allocation(0, {
      ...{ ID: id, Name: "shop-beat.beat[0]" },
      TaskStates: { beat: { ...task, StartedAt: "2026-11-28T20:00:00Z" } },
    });
    companion("beat", { Stop: false });
    const Tasks = [{ Name: "beat", LogConfig: { MaxFileSizeMB: 1 } }];
    nomad
      .answer("/v1/jobs", () => stubs.splice(0))
      .answer("/v1/job/shop-beat/allocations", [running])
      .answer(`/v1/allocation/${id}`, { Job: { TaskGroups: [{ Name: "beat", Tasks }] } })
      .log(id, [full, full, full, "one\ntwo\n"]);
    let all = "";
    jest.spyOn(process.stdout, "write").mockImplementation((data) => {
      all += String(data);
      return true;
    });
    jest.spyOn(process.stderr, "write").mockReturnValue(true);
    const end = new AbortController();
    const following = new Follower(nomad.api(), 1, end.signal).follow(
      await instancesOf(nomad.api(), app, "beat"),
    );
    const printed = async (text: string): Promise<boolean> => {
      for (let look = 0; look < 100 && !all.includes(text); look++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return all.includes(text);
    };
    const first = await printed("two\n");
    nomad.log(id, [full, full, full, "one\ntwo\nthree\n"]);
    const next = await printed("three\n");
    end.abort();
    await following;
    expect([first, next]).toEqual([true, true]);
    expect(all).not.toMatch(/one|xxx/);
  }, 30_000);
});
