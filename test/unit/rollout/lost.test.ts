import { describe, expect, it } from "@jest/globals";
import { lostReason, missingVariable } from "../../../components/rollout/lost";
import type { Allocation, TaskEvent, TaskState } from "../../../components/nomad/models";
import { allocation } from "../../support/fakeNomad";

const second = 1000;
const begin = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number): string => new Date(begin + seconds * second).toISOString();
const nanoseconds = (seconds: number): number => (begin + seconds * second) * 1e6;

function task(changed: Partial<TaskState>): TaskState {
  return {
    State: "running",
    Failed: false,
    Restarts: 0,
    StartedAt: null,
    FinishedAt: null,
    Events: [],
    ...changed,
  };
}
const ended = (seconds: number): TaskEvent => ({
  Type: "Terminated",
  DisplayMessage: "Exit Code: 1",
  ExitCode: 1,
  Time: nanoseconds(seconds),
});
const waiting = (changed: Partial<Allocation> = {}): Allocation =>
  allocation(0, { DeploymentStatus: null, ...changed });
const lost = (one: Allocation, seconds: number): string | undefined =>
  lostReason(one, 60, begin, begin + seconds * second);

describe("a rollout is lost", () => {
  it("when an instance failed", () => {
    expect(lost(waiting({ ClientStatus: "failed" }), 1)).toBe("allocation 0 (a0a1b2c3) failed");
  });

  it("when a server does not pass its check in time after its start, not after its placement", () => {
    const one = waiting({ TaskStates: { server: task({ StartedAt: at(100) }) } });
    expect(lost(one, 159)).toBeUndefined();
    expect(lost(one, 161)).toContain("did not pass its check within 60 s");
  });

  it("not when a server that runs for days is updated in place and not yet healthy again", () => {
    const one = waiting({ TaskStates: { server: task({ StartedAt: at(-86_400) }) } });
    expect(lost(one, 30)).toBeUndefined();
    expect(lost(one, 61)).toContain("did not pass its check");
  });

  it("when a server ends a second time before its check has passed: once may be a hiccup", () => {
    const one = (...Events: TaskEvent[]) =>
      waiting({ TaskStates: { server: task({ State: "pending", Events }) } });
    expect(lost(one(ended(5)), 6)).toBeUndefined();
    expect(lost(one(ended(5), ended(22)), 23)).toBe(
      "the server of allocation 0 (a0a1b2c3) ended 2 times before it passed its check",
    );
    expect(lost(one(ended(-50), ended(5)), 6)).toBeUndefined();
  });

  it("when a task waits for a Nomad variable that is not there, after a moment for whoever writes it", () => {
    const Events = [
      {
        Type: "Template",
        DisplayMessage: "Missing: nomad.var.block(nomad/jobs/shop@default.global)",
        ExitCode: 0,
        Time: nanoseconds(3),
      },
    ];
    const one = waiting({
      ClientStatus: "pending",
      TaskStates: { migrate: task({ State: "pending", Events }) },
    });
    expect(lost(one, 12)).toBeUndefined();
    expect(lost(one, 14)).toBe(
      "task migrate of allocation 0 (a0a1b2c3) waits for Nomad variable nomad/jobs/shop, which does not exist",
    );
    expect(missingVariable(task({ State: "running", Events }))).toBeUndefined();
  });

  it("not for an instance that is healthy, or that Nomad is stopping", () => {
    const late = { server: task({ StartedAt: at(0) }) };
    expect(lost(allocation(0, { TaskStates: late }), 600)).toBeUndefined();
    expect(lost(waiting({ TaskStates: late, DesiredStatus: "stop" }), 600)).toBeUndefined();
  });
});
