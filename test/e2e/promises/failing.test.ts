import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { failingMigration, slowMigration } from "../../support/djangoProject";
import { type LoopResult, lowestCapacity } from "../../support/requests";
import { type App, TestBed, type Timed } from "../../support/testBed";
import { expectShowing } from "../../support/expectShowing";

describe("a release whose migration fails", () => {
  let bed: TestBed;
  let app: App;
  let fails: string;
  let mended: string;
  let roomless: Promise<Timed>;
  let volumeless: Promise<Timed>;

  beforeAll(async () => {
    bed = await TestBed.prepare();
    app = bed.app("shop");
    fails = bed.images.build({ version: "fails", migrations: [failingMigration("0002_slugs")] });
    mended = bed.images.build({ version: "mended", migrations: [slowMigration("0002_slugs", 1)] });
    // Room may come: `up` waits a minute for it, meanwhile the other tests run.
    const memory = 100_000;
    roomless = bed.app("roomless", { count: 1, serverResources: { cpu: 100, memory } }).up();
    const volumes = [{ name: "uploads", destination: "/uploads" }];
    volumeless = bed.app("volumeless", { count: 1, volumes }).up();
    const { code, output } = await app.up();
    if (code !== 0) throw new Error(output);
  });
  afterAll(() => bed?.stop());

  describe("deployed twice", () => {
    let first: Timed;
    let second: Timed;
    let requests: LoopResult;
    beforeAll(async () => {
      const loop = app.requests();
      first = await app.up({ djangoImage: fails });
      second = await app.up();
      requests = await loop.stop();
    });

    it("ends up with an error and the traceback, soon after the migration", () => {
      expect(first.output).toContain("ValueError: two posts have the same slug");
      expect(first.output).toContain("The version before still serves: 2 running.");
      expect(first.code).not.toBe(0);
      expect(first.seconds).toBeLessThan(60);
    });

    it("is not green the second time either", () => {
      expect(second.output).toContain("ValueError: two posts have the same slug");
      expect(second.code).not.toBe(0);
    });

    it("has the old version answer throughout: no request is lost at 50 a second", () => {
      expect(requests.lost).toEqual([]);
      expect(requests.answers).toEqual({ v1: requests.sent });
      expect(requests.sent).toBeGreaterThan(200);
      expect(lowestCapacity(requests)).toBeGreaterThanOrEqual(2);
    });

    it("leaves no trace in the database", async () => {
      expect(await bed.applied()).toEqual(["0001_initial"]);
      expect(await bed.sql("SELECT 1 FROM pg_tables WHERE tablename = 'made_by_0002_slugs'")).toEqual([]);
    });
  });

  it("the fix deploys at the first try, together with a changed count", async () => {
    const { code, output } = await app.up({ djangoImage: mended, count: 3 });
    expect(output).toContain("healthy 3/3");
    expect(code).toBe(0);
    expect(await app.served()).toEqual(Array(3).fill("mended"));
    expect(await bed.applied()).toEqual(["0001_initial", "0002_slugs"]);
  });

  it("a rollback to the older image serves: nothing is unapplied", async () => {
    const { code, output } = await app.up({ djangoImage: "django-testing:v1", count: 2 });
    expectShowing(code, output).toBe(0);
    expect(await app.served()).toEqual(["v1", "v1"]);
    expect(await bed.applied()).toEqual(["0001_initial", "0002_slugs"]);
  });

  describe("what can't start is explained", () => {
    it("no room on the cluster", async () => {
      const { code, output } = await roomless;
      expect(output).toContain("No room: 3 nodes: memory exhausted on 3");
      expect(code).not.toBe(0);
    });

    it("a volume that no client has", async () => {
      const { code, output } = await volumeless;
      expect(output).toContain('No room: 3 nodes: constraint "missing compatible host volumes" filtered 3');
      expect(code).not.toBe(0);
    });

    it("a Docker network that no client has", async () => {
      const { code, output } = await bed.app("netless", { count: 1, dockerNetworkMode: "nowhere" }).up();
      expect(output).toMatch(/task migrate could not be started: .*network nowhere not found/);
      expect(output).toContain("Check that the Docker network exists");
      expect(code).not.toBe(0);
    });

    it("a Nomad variable that is missing under its name, while the old version serves on", async () => {
      const before = await app.served();
      await bed.cluster.request("DELETE", "/v1/var/nomad/jobs/shop");
      // With a refresh `up` would just write it again.
      const deploying = app.start(
        {
          djangoImage: "django-testing:v1",
          serverResources: { cpu: 1000, memory: 300 },
          envVars: { ROUND: "secretless" },
        },
        "--refresh=false",
      );
      let forEver = false;
      const patience = setTimeout(() => {
        forEver = true;
        deploying.kill();
      }, 120_000);
      const { code, output } = await deploying.finished;
      clearTimeout(patience);
      expect(output).toContain("Nomad variable nomad/jobs/shop");
      expectShowing(forEver, output).toBe(false);
      expect(code).not.toBe(0);
      expect(await app.served()).toEqual(before);
    });
  });
});
