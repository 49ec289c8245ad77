/** Processes beside the web server: in every release, a failed one too, they keep to its migrations and its end. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Finished } from "../support/clone";
import type { PlacedAllocation } from "../support/cluster";
import { slowMigration } from "../support/djangoProject";
import { expectShowing } from "../support/expectShowing";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

/**
 * A worker in few words. Each tick says which version did it, on which schema; the end comes late, as that of a worker
 * with a task in its hands does.
 */
const program = `
import signal, time
from django.db import connection
version = open("/app/VERSION").read().strip()
def tick(what):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ticks (version, what, migrations) VALUES (%s, %s, "
                       "(SELECT count(*) FROM django_migrations WHERE app = 'visits'))", [version, what])
def stop(*_):
    time.sleep(7)
    tick("finished")
    raise SystemExit
signal.signal(signal.SIGINT, stop)
print("worker of", version, "is ready", flush=True)
while True:
    tick("work")
    time.sleep(0.2)
`;
const worker = {
  command: ["./manage.py", "shell", "-v", "0", "-c", program],
  killTimeout: "20s",
  // SIGTERM would do nothing: a container's first process ignores it unless it has a handler.
  killSignal: "SIGINT",
  resources: { cpu: 1000 },
};

interface Tick {
  version: string;
  what: string;
  migrations: number;
  at: number;
}

describe("an application with a worker", () => {
  let bed: TestBed;
  let app: App;

  const running = async (group: string): Promise<PlacedAllocation[]> =>
    (await app.running()).filter(({ Name }) => Name.startsWith(`busy.${group}[`));
  const ids = async (group: string): Promise<string[]> => (await running(group)).map(({ ID }) => ID).sort();
  const ticks = async (): Promise<Tick[]> => {
    const rows = await bed.sql(
      "SELECT version, what, migrations::int, extract(epoch FROM at)::float8 AS at FROM ticks ORDER BY at",
    );
    return rows as unknown as Tick[];
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    await bed.sql(
      "CREATE TABLE ticks (version text, what text, migrations bigint, at timestamptz DEFAULT clock_timestamp())",
    );
    app = bed.app("busy", {
      count: 1,
      // Longer than a worker needs that can't start, on a busy machine, too.
      update: { minHealthyTime: "4s" },
      processes: { worker },
    });
  });
  afterAll(() => bed?.stop());

  it("is green once the worker runs beside the web server, behind the same migrations", async () => {
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
    expect(output).toContain("healthy 2/2");
    expect([await ids("app"), await ids("worker")].map(({ length }) => length)).toEqual([1, 1]);
    const all = await ticks();
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all.map(({ migrations }) => migrations))).toEqual(new Set([1]));
  });

  it("starts one more worker, and restarts nothing", async () => {
    const [web, [first]] = [await ids("app"), await ids("worker")];
    const changes = { processes: { worker: { ...worker, count: 2 } } };
    const { output: preview } = await app.preview(changes);
    expect(preview).toContain("Processes[worker].Count: 1 -> 2");
    expect(preview).toContain("Nomad plan: worker: 1 created, 1 updated in place");
    const { code, output } = await app.up(changes);
    expectShowing(code, output).toBe(0);
    expect(await ids("app")).toEqual(web);
    const workers = await running("worker");
    expect(workers).toHaveLength(2);
    expect(workers.find(({ ID }) => ID === first)?.TaskStates?.worker.Restarts).toBe(0);
  });

  describe("in a release with a slow migration", () => {
    let deployed: Finished;
    let done: Tick[];
    let began: number;
    let migrated: number;

    beforeAll(async () => {
      const image = bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", 6)] });
      began = Date.now() / 1000;
      deployed = await app.up({ djangoImage: image });
      const finished = async (): Promise<boolean> =>
        (await ticks()).filter(({ version, what }) => version === "v1" && what === "finished").length === 2;
      await waitUntil("the old workers have ended", finished);
      done = await ticks();
      const [web] = await running("app");
      migrated = Date.parse(web.TaskStates?.migrate.FinishedAt ?? "") / 1000;
    });

    it("the new version serves and works", async () => {
      expectShowing(deployed.code, deployed.output).toBe(0);
      expect(deployed.output).toMatch(
        /worker, allocation \d \(\w+\): migrate: waiting for index 0 of the group app/,
      );
      expect(await app.served()).toEqual(["v2"]);
      expect(await running("worker")).toHaveLength(2);
    });

    it("no worker of the new version takes work before the migrations are done", () => {
      const ofNew = done.filter(({ version }) => version === "v2");
      expect(ofNew.length).toBeGreaterThan(0);
      expect(new Set(ofNew.map(({ migrations }) => migrations))).toEqual(new Set([2]));
    });

    it("the old workers go on until then", () => {
      const times = done
        .filter(({ version, what }) => version === "v1" && what === "work")
        .map(({ at }) => at);
      const meanwhile = times.filter((at) => at > began && at < migrated);
      const gaps = meanwhile.slice(1).map((at, index) => at - meanwhile[index]);
      expect(migrated - began).toBeGreaterThan(6);
      expect(Math.max(...gaps)).toBeLessThan(2);
      expect(Math.max(...times)).toBeGreaterThan(migrated);
    });

    it("an old worker gets its killSignal, and may end what it has begun for as long as killTimeout says", () => {
      const ends = done.filter(({ version, what }) => version === "v1" && what === "finished");
      expect(ends).toHaveLength(2);
    });
  });

  describe("a worker that can't start", () => {
    let failed: Finished;
    let seconds: number;
    let web: string[];
    let workers: string[];

    beforeAll(async () => {
      [web, workers] = [await ids("app"), await ids("worker")];
      const image = bed.images.build({ version: "v3", migrations: [slowMigration("0002_slow", 6)] });
      const begun = Date.now();
      failed = await app.up({
        djangoImage: image,
        processes: {
          worker: {
            command: ["python3", "-c", "raise SystemExit('no broker at all')"],
            count: 2,
            resources: { cpu: 1000 },
          },
        },
      });
      const all = await bed.cluster.allocations("busy");
      const first = all
        .filter(({ ID }) => ![...web, ...workers].includes(ID))
        .flatMap(({ TaskStates }) => TaskStates?.worker?.Events ?? [])
        .filter(({ Type, Time = 0 }) => Type === "Started" && Time / 1e6 > begun)
        .map(({ Time = 0 }) => Time / 1e6);
      seconds = (Date.now() - Math.min(...first)) / 1000;
    });

    it("makes the release red within 30 seconds of its start, with its name and its log", () => {
      expect(failed.output).toMatch(
        /worker, allocation 0 \([0-9a-f]{8}\) ended 2 times before it was healthy/,
      );
      expect(failed.output).toContain("task worker ended with exit code 1");
      expect(failed.output).toContain("no broker at all");
      expect(failed.output).toContain("check processes.worker.command");
      expect(failed.output).toContain("The previous version still serves: 1 running and 2 of worker.");
      expect(failed.code).not.toBe(0);
      expect(seconds).toBeLessThan(30);
    });

    it("leaves the old web server and the old workers as they are, and nothing of the new version", async () => {
      await waitUntil("nothing of it is left", async () => (await app.running()).length === 3);
      expect(await ids("app")).toEqual(web);
      expect(await ids("worker")).toEqual(workers);
      expect(await app.served()).toEqual(["v2"]);
      const before = (await ticks()).length;
      await waitUntil("the old workers go on", async () => (await ticks()).length > before + 5);
    });
  });
});
