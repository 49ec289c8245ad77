import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { maskOf } from "../../../components/rollout/mask";
import type { Allocation, TaskState } from "../../../components/nomad/models";
import { Story } from "../../../components/rollout/story";
import { allocation, deployment, FakeNomad } from "../../support/fakeNomad";

const base = { Failed: false, Restarts: 0, StartedAt: null, FinishedAt: null, Events: [] };
const task = (changed: Partial<TaskState>): TaskState => ({ ...base, State: "pending", ...changed });
const { ID: id } = allocation(0);
const logs = `/v1/client/fs/logs/${id}`;

describe("a rollout is told as it happens", () => {
  let nomad: FakeNomad;
  let told: string[];
  let story: Story;

  beforeEach(async () => {
    told = [];
    nomad = await FakeNomad.start();
    story = new Story(nomad.api(), (line) => void told.push(line), maskOf(["correct horse battery"]));
  });
  afterEach(() => nomad.stop());

  /** One that is not healthy yet, with these tasks. */
  const at = (TaskStates: Record<string, TaskState>, changed: Partial<Allocation> = {}): Allocation =>
    allocation(0, { DeploymentStatus: null, ClientStatus: "pending", TaskStates, ...changed });
  const migrating = (): Allocation =>
    at({ migrate: task({ State: "running", StartedAt: "2026-01-01T00:00:05Z" }), server: task({}) });

  it("a token that may not read logs is told so, once, and the rest is told all the same", async () => {
    nomad.refuse(logs, 403, "Permission denied");
    await story.allocation(migrating(), 0);
    await story.allocation(migrating(), 0);
    const [first, second, ...more] = told;
    expect(first).toMatch(
      /^The progress of the migrations can't be shown\. .*the token lacks read-logs in namespace default/,
    );
    expect(second).toMatch(/^allocation 0 /);
    expect(more).toEqual([]);
  });

  it("what the gate has applied is known by name, across pieces of its log", async () => {
    const log = "migrate: applied shop.0007 in 2.0 s\nmigrate: applied shop.0008 in 0.1 s\n";
    nomad.log(id, [log]);
    await story.allocation(migrating(), 0);
    expect(story.migrations).toBeUndefined();
    nomad.log(id, [`${log}migrate: applied 2 migrations in 2.4 s\n`]);
    await story.allocation(migrating(), 0);
    expect(story.migrations).toEqual({ applied: 2, seconds: 2.4, names: ["shop.0007", "shop.0008"] });
  });

  it("each line once, in the order of what happened, with the gate's own words in between", async () => {
    await story.allocation(at({}), 0);
    await story.allocation(at({}), 0);
    nomad.log(id, [""]);
    await story.allocation(migrating(), 0);
    nomad.log(id, ["migrate: 1 to apply on default: shop.0007\nmigrate: applying shop.00"]);
    await story.allocation(migrating(), 0);
    nomad.log(id, [
      "migrate: 1 to apply on default: shop.0007\nmigrate: applying shop.0007\nnot the gate's\n",
    ]);
    await story.allocation(migrating(), 0);
    await story.allocation(migrating(), 0);
    const done = task({
      State: "dead",
      StartedAt: "2026-01-01T00:00:05Z",
      FinishedAt: "2026-01-01T00:00:09Z",
    });
    await story.allocation(at({ migrate: done, server: task({}) }), 0);
    const started = task({ State: "running", StartedAt: new Date().toISOString() });
    await story.allocation(at({ migrate: done, server: started }, { ClientStatus: "running" }), 0);
    story.deployment(deployment({ TaskGroups: group(0) }), []);
    story.deployment(deployment({ TaskGroups: group(1) }), [allocation(0)]);
    story.deployment(deployment({ TaskGroups: group(1) }), [allocation(0)]);
    await story.allocation(allocation(0), 0);
    const label = "allocation 0 (a0a1b2c3)";
    expect(told).toEqual([
      `${label}: placed on node-1, preparing its image`,
      `${label}: migrate started, Django is loading`,
      `${label}: migrate: 1 to apply on default: shop.0007`,
      `${label}: migrate: applying shop.0007`,
      `${label}: migrate has ended, the server is next`,
      `${label}: migrations are applied, server started, waiting for its check`,
      `healthy 1/2: ${label}`,
    ]);
  });

  it("an instance that is updated in place does not tell its first migration again", async () => {
    nomad.log(id, ["migrate: applying shop.0001\n"]);
    await story.allocation(allocation(0, { DeploymentStatus: null }), Date.parse("2026-02-01T00:00:00Z"));
    expect(told).toEqual(["allocation 0 (a0a1b2c3): keeps running, updated in place"]);
    expect(nomad.asked).toEqual([]);
  });

  it("a check that fails is told before its deadline, but not while the server boots", async () => {
    const failing = { Check: "shop", Status: "failure", StatusCode: 400, Output: "Bad Request (400)" };
    nomad
      .log(id, ["migrate: nothing to apply\n"])
      .answer(`/v1/client/allocation/${allocation(0).ID}/checks`, { one: failing });
    const { migrate, server } = allocation(0).TaskStates ?? {};
    const booting = { ...server, StartedAt: new Date().toISOString() };
    await story.allocation(
      allocation(0, { DeploymentStatus: null, TaskStates: { migrate, server: booting } }),
      0,
    );
    expect(told.join()).not.toContain("400");
    await story.allocation(allocation(0, { DeploymentStatus: null }), 0);
    expect(told.at(-1)).toContain("its check gets 400 Bad Request: ALLOWED_HOSTS");
  });

  it("a project that prints thousands of lines has some of them told, how many are left out, and the last", async () => {
    const lines = Array.from({ length: 26_432 }, (_, index) => `migrate: applying step ${index}\n`);
    nomad.log(id, [lines.join("")]);
    await story.allocation(migrating(), 0);
    await story.allocation(migrating(), 0);
    expect(told).toHaveLength(200);
    const done = task({
      State: "dead",
      StartedAt: "2026-01-01T00:00:05Z",
      FinishedAt: "2026-01-01T00:00:09Z",
    });
    await story.allocation(at({ migrate: done, server: task({}) }), 0);
    expect(told.slice(200)).toEqual([
      "allocation 0 (a0a1b2c3): (26232 lines left out) migrate: applying step 26431",
      "allocation 0 (a0a1b2c3): migrate has ended, the server is next",
    ]);
  });

  it("many instances have no more told than a person can read", async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `migrate: step ${index}\n`);
    for (let index = 0; index < 10; index += 1) {
      const one = allocation(index, { ...migrating(), ID: allocation(index).ID });
      nomad.log(one.ID, [lines.join("")]);
      await story.allocation(one, 0);
    }
    expect(told).toHaveLength(1000);
  });

  it("a check that says something else each time is told a few times, masked before it is cut", async () => {
    nomad.log(id, ["migrate: nothing to apply\n"]);
    for (let times = 0; times < 50; times += 1) {
      const Output = `${"x".repeat(190)}correct horse battery ${times}`;
      nomad.answer(`/v1/client/allocation/${id}/checks`, {
        one: {
          Check: "shop",
          Status: "failure",
          StatusCode: 503,
          Output: times % 2 ? Output : `request ${times}`,
        },
      });
      await story.allocation(allocation(0, { DeploymentStatus: null }), 0);
    }
    const checks = told.filter((line) => /its check (gets|answers)/.test(line));
    expect(checks).toHaveLength(21);
    expect(checks.at(-1)).toMatch(/its check answers differently each time; further answers are left out$/);
    expect(checks.join("\n")).not.toContain("correct");
  });

  it("a name and an answer of others can't steer the terminal or Pulumi", async () => {
    await story.allocation(at({}, { NodeName: "node<{%red%}>\u001b[2J\u009b1m" }), 0);
    expect(told).toEqual([
      "allocation 0 (a0a1b2c3): placed on node<\\{%red%}>\\x1b[2J\\x9b1m, preparing its image",
    ]);
  });
});

function group(HealthyAllocs: number) {
  return { app: { DesiredTotal: 2, HealthyAllocs, Promoted: false, DesiredCanaries: 0 } };
}
