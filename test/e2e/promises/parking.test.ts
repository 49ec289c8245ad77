import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { failingMigration, slowMigration } from "../../support/djangoProject";
import { expectShowing } from "../../support/expectShowing";
import { type App, type Config, TestBed } from "../../support/testBed";

describe("count 0", () => {
  let bed: TestBed;
  let app: App;

  /** Whatever Nomad has not ended yet, running or about to. */
  const alive = async (one: App): Promise<unknown[]> =>
    (await bed.cluster.allocations(one.name)).filter(
      ({ ClientStatus }) => ClientStatus === "running" || ClientStatus === "pending",
    );

  beforeAll(async () => {
    bed = await TestBed.prepare();
    app = bed.app("shop");
    const { code, output } = await app.up();
    if (code !== 0) throw new Error(output);
  });
  afterAll(() => bed?.stop());

  it("is previewed as what it is: everything stops, secrets and data stay", async () => {
    const { code, output } = await app.preview({ count: 0 });
    expect(output).toContain("Nomad plan: app: 2 stopped");
    expect(output).toContain("count is 0: the application is parked.");
    expect(output).toMatch(/~ 1 to update\n +\d+ unchanged/);
    expect(code).toBe(0);
  });

  it("parks the application: up ends when nothing runs, and its secrets and rows are there", async () => {
    const { code, output } = await app.up({ count: 0 });
    expect(output).toContain("parked: nothing of shop runs any more");
    expectShowing(code, output).toBe(0);
    expect(await alive(app)).toEqual([]);
    expect(await app.urls()).toEqual([]);
    const { Items } = await bed.cluster.get<{ Items: Record<string, string> }>("/v1/var/nomad/jobs/shop");
    expect(Object.keys(Items).sort()).toEqual(["POSTGRES_PASSWORD", "SECRET_KEY"]);
    expect(await bed.applied()).toEqual(["0001_initial"]);
  });

  it("stays parked: preview and up are green, and change nothing", async () => {
    const { Version } = await bed.cluster.get<{ Version: number }>("/v1/job/shop");
    const preview = await app.preview({}, "--expect-no-changes");
    // The beds' own password is a common word.
    const warnings = preview.output.match(/^.*warning: .*$/gm) ?? [];
    expect(
      warnings.filter((line) => !line.includes("POSTGRES_PASSWORD: its value is a common word")),
    ).toEqual([]);
    expectShowing(preview.code, preview.output).toBe(0);
    const up = await app.up({}, "--expect-no-changes");
    expectShowing(up.code, up.output).toBe(0);
    expect(await bed.cluster.get("/v1/job/shop")).toMatchObject({ Version, Stop: false });
  });

  it("takes a release without starting or migrating anything", async () => {
    const image = bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", 5)] });
    const { code, output } = await app.up({ djangoImage: image });
    expectShowing(code, output).toBe(0);
    expect(await alive(app)).toEqual([]);
    expect(await bed.applied()).toEqual(["0001_initial"]);
  });

  it("ends with count 2: index 0 migrates, the other one waits for it, then both serve", async () => {
    const { code, output } = await app.up({ count: 2 });
    expect(output).toContain("healthy 2/2");
    expectShowing(code, output).toBe(0);
    expect(await app.served()).toEqual(["v2", "v2"]);
    expect(await bed.applied()).toEqual(["0001_initial", "0002_slow"]);
    const allocations = await app.allocations();
    const leader = allocations.find(({ Name }) => Name.endsWith("[0]"));
    const migrated = Date.parse(leader?.TaskStates?.migrate.FinishedAt ?? "");
    for (const { TaskStates } of allocations)
      expect(Date.parse(TaskStates?.server.StartedAt ?? "")).toBeGreaterThanOrEqual(migrated);
  });

  it("does not hide that the release with which it ends fails, and can be had again", async () => {
    expect((await app.up({ count: 0 })).code).toBe(0);
    const fails = [slowMigration("0002_slow", 5), failingMigration("0003_slugs")];
    const image = bed.images.build({ version: "fails", migrations: fails });
    const failing = await app.up({ count: 2, djangoImage: image });
    expect(failing.output).toContain("ValueError: two posts have the same slug");
    expect(failing.code).not.toBe(0);
    const parked = await app.up({ count: 0 });
    expectShowing(parked.code, parked.output).toBe(0);
    expect(await alive(app)).toEqual([]);
  });

  it("is how an application may begin: it is there, runs nothing, and comes with its first count", async () => {
    const later = bed.app("later", { count: 0 });
    const first = await later.up();
    expectShowing(first.code, first.output).toBe(0);
    expect(await alive(later)).toEqual([]);
    expect((await later.preview({}, "--expect-no-changes")).code).toBe(0);
    const second = await later.up({ count: 1 });
    expect(second.output).toContain("healthy 1/1");
    expectShowing(second.code, second.output).toBe(0);
  });

  it.each<[string, Config]>([
    ["blue-green", { update: { minHealthyTime: "1s", strategy: "blue-green" } }],
    ["recreate", { update: { minHealthyTime: "1s", strategy: "recreate" } }],
    ["rolling", { update: { minHealthyTime: "1s", strategy: "rolling" }, migrationLeader: "first-to-lock" }],
  ])("parks and ends with update.strategy %s, too", async (strategy, config) => {
    const one = bed.app(strategy, { ...config, count: 0 });
    expect((await one.up()).code).toBe(0);
    for (const count of [2, 0]) {
      const { code, output } = await one.up({ count });
      expectShowing(code, output).toBe(0);
      expect(await alive(one)).toHaveLength(count);
    }
    expect((await one.preview({}, "--expect-no-changes")).code).toBe(0);
  });
});
