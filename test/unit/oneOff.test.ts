/** `npm run manage` when Nomad replaces the allocation of the command. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { OneOff } from "../../commands/app/oneOff";
import { jobPath } from "../../components/nomad/registered";
import type { Allocation, TaskState } from "../../components/nomad/models";
import { allocation, FakeNomad } from "../support/fakeNomad";

const job = "shop-manage/dispatch-1";
const running: TaskState = {
  ...{ State: "running", Failed: false, Restarts: 0, StartedAt: "2026-11-28T20:00:00Z", FinishedAt: null },
  Events: [],
};
const done: TaskState = {
  ...{ ...running, State: "dead", FinishedAt: "2026-11-28T20:01:00Z" },
  Events: [{ Type: "Terminated", DisplayMessage: "", ExitCode: 3, Details: { exit_code: "3" } }],
};
const run = (index: number, state: TaskState, changed: Partial<Allocation> = {}): Allocation =>
  allocation(index, {
    ...{ Name: "shop-manage.manage[0]", NodeName: `node-${index}`, CreateIndex: index },
    ...{ TaskStates: { manage: state }, ...changed },
  });
const lost = run(1, running, { ClientStatus: "lost", DesiredStatus: "stop" });

describe("a one-off command whose node is lost or drained", () => {
  let nomad: FakeNomad;
  const printed = { stdout: "", stderr: "" };
  beforeEach(async () => {
    nomad = await FakeNomad.start();
    for (const stream of ["stdout", "stderr"] as const) {
      printed[stream] = "";
      jest.spyOn(process[stream], "write").mockImplementation((data) => {
        printed[stream] += data.toString();
        return true;
      });
    }
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await nomad.stop();
  });

  /** What Nomad answers at one look after the other; the last one stays. */
  const looks = (...all: Allocation[][]): OneOff => {
    let look = 0;
    nomad.answer(`${jobPath(job)}/allocations`, () => {
      return all[Math.min(look++, all.length - 1)];
    });
    const log = (id: string, text: string): void => {
      nomad.answer(`/v1/client/fs/logs/${id}`, (query) => {
        const data = query.get("type") === "stdout" ? Buffer.from(text) : Buffer.alloc(0);
        const from = Math.min(Number(query.get("offset") ?? 0), data.length);
        if (data.length === from) return "";
        const File = "alloc/logs/manage.stdout.0";
        return JSON.stringify({ Data: data.subarray(from).toString("base64"), File, Offset: data.length });
      });
    };
    log(lost.ID, "first\n");
    log(run(2, done).ID, "second\n");
    const signal = AbortSignal.timeout(15_000);
    return new OneOff(nomad.api(signal), { DispatchedJobID: job, EvalID: "e" }, signal);
  };

  it("is followed to its new node, whose exit code counts", async () => {
    const again = run(2, running);
    const command = looks([run(1, running)], [lost, again], [lost, run(2, done, { ClientStatus: "failed" })]);
    expect(await command.run()).toBe(3);
    expect(printed.stdout).toBe("first\nsecond\n");
    expect(printed.stderr).toContain(
      "-- the command had to leave node node-1, which was lost or drained: Nomad starts it again from its beginning",
    );
  });

  it("does not ask a node that is gone for the end of its output", async () => {
    const command = looks([run(1, running)], [lost], [lost, run(2, done, { ClientStatus: "failed" })]);
    nomad.refuse(`/v1/client/fs/logs/${lost.ID}`, 500, "No path to node");
    expect(await command.run()).toBe(3);
    expect(printed.stdout).toBe("second\n");
  });

  it("ends in an error when no other node takes it", async () => {
    const command = looks([run(1, running)], [lost]);
    await expect(command.run()).rejects.toThrow(
      "Node node-1, on which the command ran, was lost, and Nomad has not started it on another one. It may have done part of its " +
        "work: look at that before you run it again",
    );
  }, 20_000);
});
