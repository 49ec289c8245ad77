import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../../support/clone";
import { type TestMigration, slowMigration } from "../../support/djangoProject";
import { type LoopResult, lowestCapacity } from "../../support/requests";
import { soak } from "../../support/soak";
import { type App, TestBed } from "../../support/testBed";
import { waitUntil } from "../../support/waiting";
import { expectShowing } from "../../support/expectShowing";

const migrations = [
  slowMigration("0002_slow", 15),
  slowMigration("0003_slow", 8),
  slowMigration("0004_more", 1),
];

describe("a release with a slow migration", () => {
  let bed: TestBed;
  let app: App;
  const release = (version: string, count: number): string =>
    bed.images.build({ version, migrations: migrations.slice(0, count) });

  beforeAll(async () => {
    bed = await TestBed.prepare();
    app = bed.app("shop");
    const { code, output } = await app.up();
    if (code !== 0) throw new Error(output);
  });
  afterAll(() => bed?.stop());

  it("is refused before anything changes when the deadlines don't leave it the time, with the reason", async () => {
    const { code, output } = await app.preview({
      migrationTimeout: "10m",
      update: { minHealthyTime: "1s", healthyDeadline: "5m" },
    });
    expect(output).toMatch(
      /update\.healthyDeadline: is 5m, but an allocation may need .*migrationTimeout 10m/,
    );
    expect(code).not.toBe(0);
    expect(await bed.cluster.deployments("shop")).toHaveLength(1);
  });

  it("fails when it takes longer than migrationTimeout, says so, and leaves the database as it was", async () => {
    const { code, output } = await app.up({
      djangoImage: release("v2", 1),
      migrationTimeout: "3s",
      update: { minHealthyTime: "1s" },
    });
    expect(output).toContain("did not finish within 3 s. Raise migrationTimeout");
    expect(output).toContain("The previous version still serves: 2 running.");
    expect(code).not.toBe(0);
    expect(await bed.applied()).toEqual(["0001_initial"]);
  });

  describe("of 15 s, at 50 requests a second", () => {
    let deployed: Finished;
    let requests: LoopResult;
    beforeAll(async () => {
      const loop = app.requests();
      deployed = await app.up({ migrationTimeout: "5m" });
      requests = await loop.stop();
    });

    it("completes", async () => {
      expect(deployed.output).toContain("healthy 2/2");
      expect(deployed.code).toBe(0);
      expect(await app.served()).toEqual(["v2", "v2"]);
    });

    it("loses no request", () => {
      expect(requests.sent).toBeGreaterThan(15 * 25);
      expect(requests.lost).toEqual([]);
    });

    it("has all of `count` instances answer while it migrates, and at most `maxParallel` fewer after that", async () => {
      const [leader] = (await app.allocations()).filter(({ Name }) => Name.endsWith("[0]"));
      const migrated = Date.parse(leader.TaskStates?.migrate.FinishedAt ?? "");
      expect(lowestCapacity(requests, 0, migrated)).toBeGreaterThanOrEqual(2);
      expect(lowestCapacity(requests, migrated)).toBeGreaterThanOrEqual(1);
    });
  });

  it("of the blue-green kind never has fewer than `count` instances answer", async () => {
    const loop = app.requests();
    const { code, output } = await app.up({
      update: { minHealthyTime: "1s", strategy: "blue-green" },
      envVars: { COLOUR: "green" },
    });
    const requests = await loop.stop();
    expectShowing(code, output).toBe(0);
    expect(requests.lost).toEqual([]);
    expect(requests.capacity.length).toBeGreaterThan(5);
    expect(lowestCapacity(requests)).toBeGreaterThanOrEqual(2);
  });

  describe("and somebody else who deploys meanwhile", () => {
    let elsewhere: Clone;
    beforeAll(() => {
      elsewhere = Clone.create();
    });
    afterAll(() => elsewhere?.remove());

    /** No version's gate works while another version's does. */
    const expectNeverMixed = async (): Promise<void> => {
      const gates = (await bed.cluster.allocations("shop"))
        .map(({ JobVersion, TaskStates }) => ({ JobVersion, ...TaskStates?.migrate }))
        .map(({ JobVersion, StartedAt, FinishedAt }) => ({
          JobVersion,
          from: Date.parse(StartedAt ?? ""),
          to: Date.parse(FinishedAt ?? ""),
        }));
      for (const a of gates)
        for (const b of gates)
          if (a.JobVersion < b.JobVersion) expect(a.to < b.from || b.to < a.from).toBe(true);
      expect(new Set(await app.served()).size).toBe(1);
    };
    const migrating = (name: string): Promise<void> =>
      waitUntil(`${name} migrates`, async () => {
        const sql =
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";
        return (await bed.sql(sql)).length > 0;
      });

    it("of the same stack is refused by Pulumi's lock; one with a state of its own is another owner, and is refused until it adopts the job", async () => {
      const other = app.from(elsewhere);
      const first = app.start({ djangoImage: release("v3", 2) });
      await migrating("the first");
      const sameStack = await app.up({ djangoImage: release("v4", 3) });
      expect(sameStack.output).toContain("Stack shop is locked by a run that is still alive");
      expect(sameStack.code).not.toBe(0);
      const refused = await other.up({ djangoImage: release("v4", 3) });
      expect(refused.output).toContain(
        "another stack named django-nomad/shop deploys it, or this one has lost its state",
      );
      expect(refused.output).toContain("pulumi config set adopt true");
      expectShowing(refused.code, refused.output).not.toBe(0);
      const [second, { code, output }] = await Promise.all([
        other.up({ djangoImage: release("v4", 3), adopt: true }),
        first.finished,
      ]);
      // The second one registers its version as soon as the first one's rollout is over, and may be quicker than its last look.
      const isOvertaken = output.includes("was registered by another user or tool while this `up` ran");
      expectShowing(code, output).toBe(isOvertaken ? 1 : 0);
      if (isOvertaken || second.code === 0) {
        expectShowing(second.code, second.output).toBe(0);
        expect(await app.served()).toEqual(["v4", "v4"]);
      } else {
        expect(second.output).toMatch(/is already being rolled out/);
        expect(await app.served()).toEqual(["v3", "v3"]);
      }
      await expectNeverMixed();
      // It is the first one's again for what follows.
      const back = await app.up({ djangoImage: release("v3", 2), adopt: true });
      expectShowing(back.code, back.output).toBe(0);
    });

    (soak ? it : it.skip)("at the same moment from another checkout, 5 times: never mixed", async () => {
      const other = app.from(elsewhere);
      for (let round = 1; round <= 5; round++) {
        const ends = await Promise.all([
          app.up({ djangoImage: release("v3", 2), envVars: { ROUND: `a${round}` }, adopt: true }),
          other.up({ djangoImage: release("v4", 3), envVars: { ROUND: `b${round}` }, adopt: true }),
        ]);
        expectShowing(
          ends.some(({ code }) => code === 0),
          ends.map(({ output }) => output).join("\n"),
        ).toBe(true);
        await expectNeverMixed();
      }
    });
  });

  (soak ? it : it.skip)(
    "of 11 min, longer than Nomad's own deadlines, completes when migrationTimeout leaves it the time",
    async () => {
      const all = [...migrations, slowMigration("0005_long", 660)];
      const { code, output } = await app.up({
        djangoImage: bed.images.build({ version: "long", migrations: all }),
        migrationTimeout: "15m",
        envVars: {},
      });
      expect(output).toContain("healthy 2/2");
      expect(code).toBe(0);
      expect(await app.served()).toEqual(["long", "long"]);
    },
    1_200_000,
  );

  (soak ? it : it.skip)("of 300 migrations completes", async () => {
    const name = (number: number): string => `${String(number).padStart(4, "0")}_table`;
    const many = Array.from({ length: 300 }, (_, index): TestMigration => ({
      name: name(index + 6),
      operations: [`migrations.RunSQL("CREATE TABLE many_${index} (id int PRIMARY KEY)")`],
    }));
    const all = [...migrations, slowMigration("0005_long", 660), ...many];
    const { code, output } = await app.up({
      djangoImage: bed.images.build({ version: "many", migrations: all }),
    });
    expect(output).toContain("healthy 2/2");
    expect(code).toBe(0);
    expect(await bed.applied()).toHaveLength(305);
  });
});
