/** An autoscaler sets the number of instances, by the calls that Nomad's own autoscaler makes: every `up` keeps it. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isActive } from "../../components/nomad/models";
import { slowMigration } from "../support/djangoProject";
import { expectShowing } from "../support/expectShowing";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

interface Group {
  Name: string;
  Count: number;
}

describe("an application whose number of web servers an autoscaler sets", () => {
  let bed: TestBed;
  let app: App;

  const scale = (Count: number): Promise<unknown> =>
    bed.cluster.request("POST", "/v1/job/scaled/scale", { Target: { Group: "app" }, Count, Message: "busy" });
  const scaled = async (count: number): Promise<void> => {
    await scale(count);
    await waitUntil(`${count} instances`, async () => {
      const deployments = await bed.cluster.deployments("scaled");
      return !deployments.some(isActive) && (await numbers()).running.app === count;
    });
  };
  /** What the job says, and what runs. */
  const numbers = async () => {
    const { TaskGroups } = await bed.cluster.get<{ TaskGroups: Group[] }>("/v1/job/scaled");
    const running = await app.running();
    const of = (group: string): number => running.filter(({ Name }) => Name.includes(`.${group}[`)).length;
    return {
      registered: Object.fromEntries(TaskGroups.map(({ Name, Count }) => [Name, Count])),
      running: { app: of("app"), idle: of("idle") },
    };
  };
  const are = (count: number) => ({
    registered: { app: count, idle: 1 },
    running: { app: count, idle: 1 },
  });

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    const policy = { cooldown: "2m", check: [{ cpu: [{ source: "nomad-apm", query: "avg_cpu" }] }] };
    app = bed.app("scaled", {
      count: 2,
      scaling: { min: 1, max: 4, policy },
      processes: { idle: { command: ["sleep", "infinity"] } },
    });
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
  });
  afterAll(() => bed?.stop());

  it("begins with count, and tells the autoscaler its limits and its policy", async () => {
    expect(await numbers()).toEqual(are(2));
    const policies = await bed.cluster.get<{ ID: string }[]>("/v1/scaling/policies?job=scaled");
    expect(policies).toMatchObject([
      { Enabled: true, Type: "horizontal", Target: { Job: "scaled", Group: "app" } },
    ]);
    expect(await bed.cluster.get(`/v1/scaling/policy/${policies[0].ID}`)).toMatchObject({
      ...{ Min: 1, Max: 4 },
      Policy: { cooldown: "2m", check: [{ cpu: [{ source: "nomad-apm", query: "avg_cpu" }] }] },
    });
  });

  it("has no change to show after the number was set, and changes nothing", async () => {
    await scaled(3);
    const preview = await app.preview({}, "--expect-no-changes");
    expectShowing(preview.code, preview.output).toBe(0);
    expect(preview.output).not.toContain("Nomad plan");
    const up = await app.up({}, "--expect-no-changes");
    expectShowing(up.code, up.output).toBe(0);
    expect(await numbers()).toEqual(are(3));
  });

  it("keeps the number when the config changes, and shows no other in a preview", async () => {
    const changes = { serverResources: { cpu: 900, memory: 300 }, scaling: { min: 1, max: 5 } };
    const preview = await app.preview(changes);
    expectShowing(preview.code, preview.output).toBe(0);
    expect(preview.output).toContain("Nomad plan: app: 1 canary, 2 more once it is healthy");
    expect(preview.output).not.toContain("Count");
  });

  it("keeps the number in a release, during which Nomad scales nothing", async () => {
    const image = bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", 4)] });
    const release = app.start({ djangoImage: image });
    const begun = async (): Promise<boolean> => (await bed.cluster.deployments("scaled")).some(isActive);
    await Promise.race([waitUntil("the release has begun", begun, 180_000), release.finished]);
    await expect(scale(4)).rejects.toThrow("job scaling blocked due to active deployment");
    const { code, output } = await release.finished;
    expectShowing(code, output).toBe(0);
    expect(await app.served()).toEqual(["v2", "v2", "v2"]);
    expect(await numbers()).toEqual(are(3));
  });

  it("is parked by count 0, where no autoscaler wakes it, and comes back with the number to begin with", async () => {
    await scaled(1);
    const parked = await app.up({ count: 0 });
    expectShowing(parked.code, parked.output).toBe(0);
    expect((await numbers()).running).toEqual({ app: 0, idle: 0 });
    expect(await bed.cluster.get("/v1/scaling/policies?job=scaled")).toEqual([]);
    const again = await app.up({ count: 2 });
    expectShowing(again.code, again.output).toBe(0);
    expect(await numbers()).toEqual(are(2));
  });
});
