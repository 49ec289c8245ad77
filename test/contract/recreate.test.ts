/** What Nomad makes of `update.strategy: recreate` when image and count change together. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { buildJob, type UpdateStrategyName } from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";
import { waitUntil } from "../support/waiting";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

let agent: NomadAgent;

beforeAll(async () => (agent = await startNomadAgent()));
afterAll(() => agent.stop());

async function put<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(agent.address + path, { method: "PUT", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A job with our own update block, and tasks that need no container. */
function job(id: string, strategy: UpdateStrategyName, count: number, script: string) {
  const update = { ...walkthrough.update, strategy, minHealthyTime: "100ms" };
  const [{ Update }] = buildJob({ ...walkthrough, count, update }).TaskGroups;
  const task = {
    Name: "server",
    Driver: "raw_exec",
    Config: { command: "/bin/sh", args: ["-c", script] },
    Resources: { CPU: 20, MemoryMB: 20 },
  };
  const group = { Name: "app", Count: count, Update, Tasks: [task] };
  return { ID: id, Name: id, Type: "service", Datacenters: ["*"], TaskGroups: [group] };
}

interface Desired {
  Place: number;
  Canary: number;
  DestructiveUpdate: number;
  Ignore: number;
}

/** Runs three instances, and says what Nomad would do at once with five of another version. */
async function planned(strategy: UpdateStrategyName): Promise<Desired> {
  const id = `${strategy}-${randomBytes(4).toString("hex")}`;
  await put("/v1/jobs", { Job: job(id, strategy, 3, "exec sleep 600") });
  await waitUntil("three instances, deployed", async () => {
    const response = await fetch(`${agent.address}/v1/job/${id}/deployment`);
    return ((await response.json()) as { Status?: string } | null)?.Status === "successful";
  });
  const { Annotations } = await put<{ Annotations: { DesiredTGUpdates: Record<string, Desired> } }>(
    `/v1/job/${id}/plan`,
    { Job: job(id, strategy, 5, "exec sleep 601"), Diff: false },
  );
  await fetch(`${agent.address}/v1/job/${id}?purge=true`, { method: "DELETE" });
  return Annotations.DesiredTGUpdates.app;
}

it("recreate replaces every index in one batch, also when count grows: index 0 is always among them", async () => {
  expect(await planned("recreate")).toMatchObject({ Place: 2, DestructiveUpdate: 3, Canary: 0, Ignore: 0 });
});

it("rolling starts the new indexes and leaves index 0 for later: why it needs the lock to choose the leader", async () => {
  const desired = await planned("rolling");
  expect(desired.Place).toBe(2);
  expect(desired.DestructiveUpdate).toBeLessThan(3);
});
