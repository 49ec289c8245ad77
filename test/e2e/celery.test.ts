/** Celery, its beat and Redis on a real cluster: what a release, a failure, a drain and a kill do to tasks and ticks. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { feeMigration, sendOrders, tasksSource, traces } from "../support/celerySite";
import type { Finished } from "../support/clone";
import type { PlacedAllocation } from "../support/cluster";
import { expectShowing } from "../support/expectShowing";
import { type RedisServer, startRedis } from "../support/redis";
import { soak } from "../support/soak";
import { type App, type Config, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

const celery = ["celery", "-A", "config.celery"];
const resources = { cpu: 800, memory: 400 };
const migrationSeconds = soak ? 15 : 6;

/** What docs/processes.md says of Celery. */
function processes(app = "config.celery"): Config {
  return {
    worker: {
      command: ["celery", "-A", app, "worker", "--concurrency", "4", "--loglevel", "INFO"],
      count: 2,
      killTimeout: "25s",
      resources,
    },
    beat: {
      command: [...celery, "beat", "--loglevel", "INFO", "--pidfile="],
      singleton: true,
      killTimeout: "10s",
      resources,
    },
  };
}

interface Life {
  beat: string;
  version: string;
  from: number;
  to: number;
}

describe("an application with Celery", () => {
  let bed: TestBed;
  let redis: RedisServer;
  let app: App;
  /** The first version's image, from which orders are sent as well. */
  let first: string;

  const group = async (name: string): Promise<PlacedAllocation[]> =>
    (await app.running()).filter(({ Name }) => Name.startsWith(`library.${name}[`));
  const ids = async (name: string): Promise<string[]> => (await group(name)).map(({ ID }) => ID).sort();
  const beats = async (): Promise<PlacedAllocation[]> =>
    (await bed.cluster.allocations("library-beat")).filter(
      ({ DesiredStatus, ClientStatus }) => DesiredStatus === "run" && ClientStatus === "running",
    );
  const number = async (query: string): Promise<number> => Number((await bed.sql(query))[0].n);
  /** From its first tick to its last, each process that has ever been beat, in their order. */
  const lives = async (): Promise<Life[]> =>
    (await bed.sql(
      'SELECT beat, max(version) AS version, min(ordered) AS from, max(ordered) AS to FROM ticks GROUP BY beat ORDER BY "from"',
    )) as unknown as Life[];
  const anotherTicks = async (): Promise<() => Promise<void>> => {
    const before = (await lives()).length;
    return () =>
      waitUntil("another beat ticks", async () => {
        const all = await lives();
        return all.length > before && all[all.length - 1].to > all[all.length - 1].from + 1;
      });
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 2 });
    redis = await startRedis(bed.network);
    await bed.sql(traces);
    first = bed.images.build({
      version: "v1",
      migrations: [],
      files: { "chores/tasks.py": tasksSource(false) },
    });
    app = bed.app("library", {
      djangoImage: first,
      count: 1,
      envVars: { REDIS_URL: redis.url },
      // Longer than Celery needs to find that it can't start, on a busy machine, too.
      update: { minHealthyTime: "8s" },
      restart: { delay: "2s" },
      processes: processes(),
    });
  });
  afterAll(async () => {
    redis?.stop();
    await bed?.stop();
  });

  it("is green once web server, workers and one beat run", async () => {
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
    expect(await group("worker")).toHaveLength(2);
    await waitUntil("beat ticks", async () => (await number("SELECT count(*) AS n FROM ticks")) > 2);
    expect(await beats()).toHaveLength(1);
  });

  describe("20 tasks a second, in a release whose migration adds a column that its tasks read", () => {
    let deployed: Finished;
    let sent: number;

    beforeAll(async () => {
      const image = bed.images.build({
        version: "v2",
        migrations: [feeMigration(migrationSeconds)],
        files: { "chores/tasks.py": tasksSource(true) },
      });
      const ofNew = await anotherTicks();
      const sender = sendOrders(first, bed.network, redis.url, 20);
      try {
        const come = async (): Promise<boolean> => (await number("SELECT count(*) AS n FROM orders")) > 20;
        await waitUntil("orders come in", come);
        deployed = await app.up({ djangoImage: image });
      } finally {
        sent = await sender.stop();
      }
      await waitUntil(
        "nothing waits and nobody works",
        () => Promise.resolve(redis.pending("celery") === 0),
        300_000,
      );
      await ofNew();
    });

    it("is green, and both versions have worked", async () => {
      expectShowing(deployed.code, deployed.output).toBe(0);
      const versions = await bed.sql("SELECT version, count(*)::int AS n FROM orders GROUP BY version");
      expect(versions.map(({ version }) => version).sort()).toEqual(["v1", "v2"]);
      expect(sent).toBeGreaterThan(20 * migrationSeconds);
    });

    it("no task is lost", async () => {
      const lost = await bed.sql(
        `SELECT number FROM generate_series(0, ${sent - 1}) AS number WHERE number NOT IN (SELECT number FROM orders)`,
      );
      expect(lost).toEqual([]);
    });

    it("none fails", async () => expect(await bed.sql("SELECT * FROM failures")).toEqual([]));

    it("none runs twice", async () => {
      expect(
        await bed.sql(
          "SELECT * FROM orders WHERE number IN (SELECT number FROM orders GROUP BY number HAVING count(*) > 1)",
        ),
      ).toEqual([]);
    });

    it("none runs on the new version before the migrations are done", async () => {
      const schemas = await bed.sql("SELECT DISTINCT migrations FROM orders WHERE version = 'v2'");
      expect(schemas).toEqual([{ migrations: 2 }]);
    });

    it("the new beat has taken over from the old one", async () => {
      expect((await lives()).map(({ version }) => version)).toEqual(["v1", "v2"]);
    });
  });

  describe("a release whose worker can't start", () => {
    let failed: Finished;
    let seconds: number;
    let before: { web: string[]; workers: string[]; beat: string[] };
    const now = async (): Promise<typeof before> => ({
      web: await ids("app"),
      workers: await ids("worker"),
      beat: (await lives()).map(({ beat }) => beat),
    });

    beforeAll(async () => {
      before = await now();
      const begun = Date.now();
      const image = bed.images.build({
        version: "v3",
        migrations: [feeMigration(0)],
        files: { "chores/tasks.py": tasksSource(true) },
      });
      failed = await app.up({ djangoImage: image, processes: processes("config.nothing") });
      const started = (await bed.cluster.allocations("library"))
        .flatMap(({ TaskStates }) => TaskStates?.worker?.Events ?? [])
        .filter(({ Type, Time = 0 }) => Type === "Started" && Time / 1e6 > begun)
        .map(({ Time = 0 }) => Time / 1e6);
      seconds = (Date.now() - Math.min(...started)) / 1000;
    });

    it("is red within 30 seconds of its start, names the process and shows its log", () => {
      expect(failed.output).toContain("check processes.worker.command");
      expect(failed.output).toContain("Unable to load celery application");
      expect(failed.output).toContain("config.nothing");
      expect(failed.output).toContain("The previous version still serves");
      expect(failed.code).not.toBe(0);
      expect(seconds).toBeLessThan(30);
    });

    it("leaves the old web server, workers and beat as they are, and nothing of the new version", async () => {
      await waitUntil("nothing of it is left", async () => (await app.running()).length === 3);
      expect(await now()).toEqual(before);
      const ticks = await number("SELECT count(*) AS n FROM ticks");
      const ticked = async (): Promise<boolean> =>
        (await number("SELECT count(*) AS n FROM ticks")) > ticks + 2;
      await waitUntil("the old beat orders, and the old workers do it", ticked);
      expect(await app.served()).toEqual(["v2"]);
    });
  });

  it("drain: beat ends on its node, then begins on another", async () => {
    const [{ NodeID, ID }] = await beats();
    const next = await anotherTicks();
    await bed.cluster.drain(NodeID);
    await next();
    const [{ NodeID: other, ID: fresh }] = await beats();
    expect(other).not.toBe(NodeID);
    expect(fresh).not.toBe(ID);
    await bed.cluster.undrain(NodeID);
  });

  it("docker kill: beat begins again", async () => {
    const [{ ID }] = await beats();
    const next = await anotherTicks();
    expect(bed.cluster.killTask(ID, "beat")).toBe(true);
    await next();
    expect(await beats()).toHaveLength(1);
  });

  it("no second was ticked twice in all this, and none of the gaps was long", async () => {
    const all = await lives();
    expect(all).toHaveLength(4);
    // Ticks that one beat ordered between two ticks of another.
    expect(all.slice(1).filter(({ from }, index) => from <= all[index].to)).toEqual([]);
    const [{ least, most }] = await bed.sql(
      "SELECT min(gap) AS least, max(gap) AS most FROM (SELECT ordered - lag(ordered) OVER (ORDER BY ordered) AS gap FROM ticks) AS gaps",
    );
    expect(least).toBeGreaterThan(0.5);
    expect(most).toBeLessThan(45);
  });
});
