/** Jobs beside the application's: what may run only once, and what the clock starts, through releases and failures. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Finished } from "../support/clone";
import type { PlacedAllocation } from "../support/cluster";
import { slowMigration } from "../support/djangoProject";
import { expectShowing } from "../support/expectShowing";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

/** Writes which version does what, on which schema, in which allocation. */
const write = `
import os, signal, sys, time
from django.db import connection
version = open("/app/VERSION").read().strip()
def row(what):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ticks (version, what, allocation, migrations) VALUES (%s, %s, %s, "
                       "(SELECT count(*) FROM django_migrations WHERE app = 'visits'))",
                       [version, what, os.environ["NOMAD_ALLOC_ID"]])
`;
/** Works on while it is being stopped, as a scheduler does that has to end what it has begun. */
const beat = `${write}
end = []
signal.signal(signal.SIGTERM, lambda *_: end.append(time.monotonic() + 4))
print("beat of", version, "is ready", flush=True)
while not end or time.monotonic() < end[0]:
    row("beat")
    time.sleep(0.2)
`;
const inDjango = (program: string): string[] => ["./manage.py", "shell", "-v", "0", "-c", program];
const singleton = {
  command: inDjango(beat),
  singleton: true,
  killTimeout: "15s",
  resources: { cpu: 1000 },
};
const clock = {
  command: inDjango(`${write}\nrow("clock")`),
  cron: "* * * * * * *",
  resources: { cpu: 1000 },
};

interface Tick {
  version: string;
  what: string;
  allocation: string;
  migrations: number;
  at: number;
}

describe("an application with a singleton and a schedule", () => {
  let bed: TestBed;
  let app: App;

  const ticks = async (what: string): Promise<Tick[]> => {
    const rows = await bed.sql(
      "SELECT version, what, allocation, migrations::int, extract(epoch FROM at)::float8 AS at " +
        `FROM ticks WHERE what = '${what}' ORDER BY at`,
    );
    return rows as unknown as Tick[];
  };
  const running = async (): Promise<PlacedAllocation[]> =>
    (await bed.cluster.allocations("once-beat")).filter(
      ({ DesiredStatus, ClientStatus }) => DesiredStatus === "run" && ClientStatus === "running",
    );
  /** From its first line to its last, each allocation that has ever been the singleton, in their order. */
  const lives = async (): Promise<{ allocation: string; version: string; from: number; to: number }[]> => {
    const all = await ticks("beat");
    return [...new Set(all.map(({ allocation }) => allocation))].map((allocation) => {
      const own = all.filter((one) => one.allocation === allocation);
      return { allocation, version: own[0].version, from: own[0].at, to: own[own.length - 1].at };
    });
  };
  const expectOneAtATime = async (): Promise<void> => {
    const all = await lives();
    const overlaps = all.slice(1).filter(({ from }, index) => from <= all[index].to);
    expect(overlaps).toEqual([]);
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    await bed.sql(
      "CREATE TABLE ticks (version text, what text, allocation text, migrations bigint, at timestamptz DEFAULT clock_timestamp())",
    );
    app = bed.app("once", {
      count: 1,
      update: { minHealthyTime: "4s" },
      processes: { beat: singleton },
      schedules: { clock },
    });
  });
  afterAll(() => bed?.stop());

  it("is green once the singleton runs in a job of its own, and the clock starts the schedule", async () => {
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
    expect(await running()).toHaveLength(1);
    await waitUntil("the schedule has run", async () => (await ticks("clock")).length > 1);
  });

  describe("in a release with a slow migration", () => {
    let deployed: Finished;
    let migrated: number;

    beforeAll(async () => {
      const image = bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", 6)] });
      deployed = await app.up({ djangoImage: image });
      const [web] = await app.running();
      migrated = Date.parse(web.TaskStates?.migrate.FinishedAt ?? "") / 1000;
      await waitUntil("the schedule runs the new version", async () =>
        (await ticks("clock")).some(({ version }) => version === "v2"),
      );
    });

    it("is green, and the old singleton has worked until the new version served", async () => {
      expectShowing(deployed.code, deployed.output).toBe(0);
      const [old, next, ...more] = await lives();
      expect(more).toEqual([]);
      expect([old.version, next.version]).toEqual(["v1", "v2"]);
      expect(old.to).toBeGreaterThan(migrated);
      const times = (await ticks("beat")).filter(({ version }) => version === "v1").map(({ at }) => at);
      expect(Math.max(...times.slice(1).map((at, index) => at - times[index]))).toBeLessThan(2);
    });

    it("the new one begins when the old one has ended", expectOneAtATime);

    it("neither has new code on the old schema", async () => {
      const ofNew = [...(await ticks("beat")), ...(await ticks("clock"))].filter(
        ({ version }) => version === "v2",
      );
      expect(new Set(ofNew.map(({ migrations }) => migrations))).toEqual(new Set([2]));
    });
  });
});
