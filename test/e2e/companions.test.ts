/** Jobs beside the application's: singletons and schedules, through releases and failures. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Finished } from "../support/clone";
import type { PlacedAllocation } from "../support/cluster";
import { containersWith } from "../support/docker";
import { failingMigration, slowMigration } from "../support/djangoProject";
import { expectShowing } from "../support/expectShowing";
import { repetitions, soak } from "../support/soak";
import { type App, TestBed } from "../support/testBed";
import { eventually, waitUntil } from "../support/waiting";

/** Writes which version does what, on which schema, in which container. */
const write = `
import os, signal, socket, time
from django.db import connection
version = open("/app/VERSION").read().strip()
def row(what):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ticks (version, what, container, told, migrations) VALUES (%s, %s, %s, %s, "
                       "(SELECT count(*) FROM django_migrations WHERE app = 'visits'))",
                       [version, what, socket.gethostname(), os.environ.get("TOLD")])
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

/** A program of its own, which tells each of these jobs what it is. */
const program = `import { DjangoApp, type StackOutputs } from "./components";
import { readSettings } from "./settings";
export = function program(): Promise<Partial<StackOutputs>> {
  return new DjangoApp("django", {
    ...readSettings(),
    transform: {
      companionJob: (job, { kind, name }) => {
        for (const { Tasks } of job.TaskGroups)
          for (const task of Tasks) task.Env = { ...task.Env, TOLD: kind + " " + name };
        return job;
      },
    },
  }).stackOutputs;
};
`;

interface Tick {
  version: string;
  what: string;
  container: string;
  told: string | null;
  migrations: number;
  at: number;
}

describe("an application with a singleton and a schedule", () => {
  let bed: TestBed;
  let app: App;

  const ticks = async (what: string): Promise<Tick[]> => {
    const rows = await bed.sql(
      "SELECT version, what, container, told, migrations::int, extract(epoch FROM at)::float8 AS at " +
        `FROM ticks WHERE what = '${what}' ORDER BY at`,
    );
    return rows as unknown as Tick[];
  };
  const running = async (): Promise<PlacedAllocation[]> =>
    (await bed.cluster.allocations("once-beat")).filter(
      ({ DesiredStatus, ClientStatus }) => DesiredStatus === "run" && ClientStatus === "running",
    );
  /** From its first line to its last, each container that has ever been the singleton, in their order. */
  const lives = async (): Promise<{ container: string; version: string; from: number; to: number }[]> => {
    const all = await ticks("beat");
    return [...new Set(all.map(({ container }) => container))].map((container) => {
      const own = all.filter((one) => one.container === container);
      return { container, version: own[0].version, from: own[0].at, to: own[own.length - 1].at };
    });
  };
  const untilAnother = async (before: number, timeoutMs = 90_000): Promise<void> =>
    waitUntil("another instance works", async () => (await lives()).length > before, timeoutMs);
  const untilItWorks = async (): Promise<void> =>
    waitUntil("it works", async () => {
      const last = (await ticks("beat")).at(-1)?.at ?? 0;
      return Date.now() / 1000 - last < 1 && (await running()).length === 1;
    });
  const versionOf = async (job: string): Promise<number> =>
    (await bed.cluster.request<{ Version: number }>("GET", `/v1/job/${job}`)).Version;
  /** Of each job that has not ended, the last that happened to its tasks. */
  const lastEvents = async (prefix: string): Promise<string[]> => {
    const listed = await bed.cluster.get<{ ID: string; Status: string }[]>(`/v1/jobs?prefix=${prefix}`);
    const going = listed.filter(({ Status }) => Status !== "dead");
    const told = going.map(async ({ ID }) => {
      const states = (await bed.cluster.allocations(encodeURIComponent(ID))).flatMap(({ TaskStates }) =>
        Object.values(TaskStates ?? {}),
      );
      return `${ID}: ${states.map(({ Events }) => Events?.at(-1)?.DisplayMessage).join(", ")}`;
    });
    return Promise.all(told);
  };
  const expectOneAtATime = async (): Promise<void> => {
    const all = await lives();
    const overlaps = all.slice(1).filter(({ from }, index) => from <= all[index].to);
    expect(overlaps).toEqual([]);
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 2 });
    await bed.sql(
      "CREATE TABLE ticks (version text, what text, container text, told text, migrations bigint, " +
        "at timestamptz DEFAULT clock_timestamp())",
    );
    bed.clone.write("index.ts", program);
    app = bed.app("once", {
      count: 1,
      update: { minHealthyTime: "4s" },
      processes: { beat: singleton },
      schedules: { clock },
    });
  });
  afterAll(() => bed?.stop());

  it("is green once the singleton runs in a job of its own, and the schedule runs", async () => {
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
    expect(await running()).toHaveLength(1);
    await waitUntil("the schedule has run", async () => (await ticks("clock")).length > 1);
  });

  it("and transform.companionJob reaches both, and one-off commands", async () => {
    for (const [what, told] of [
      ["beat", "singleton beat"],
      ["clock", "schedule clock"],
    ])
      expect(new Set((await ticks(what)).map((one) => one.told))).toEqual(new Set([told]));
    const words = inDjango("import os; print(os.environ['TOLD'])").slice(1);
    const { code, output } = await bed.clone.startScript("manage", ["--stack", "once", ...words]).finished;
    expectShowing(code, output).toBe(0);
    expect(output).toContain("manage manage");
  });

  describe("in a release with a slow migration", () => {
    let preview: Finished;
    let deployed: Finished;
    let migrated: number;

    beforeAll(async () => {
      const image = bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", 6)] });
      preview = await app.preview({ djangoImage: image });
      deployed = await app.up();
      const [web] = await app.running();
      migrated = Date.parse(web.TaskStates?.migrate.FinishedAt ?? "") / 1000;
      await waitUntil("the schedule runs the new version", async () =>
        (await ticks("clock")).some(({ version }) => version === "v2"),
      );
    });

    it("is shown in a preview with both", () => {
      expect(preview.output).toContain("Nomad plan: beat: 1 stopped and created anew");
      expect(preview.output).toMatch(/job once-clock would change:[^]*v2/);
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

  describe("in a release that fails", () => {
    let versions: number[];
    let failed: Finished;
    const both = (): Promise<number[]> => Promise.all(["once-beat", "once-clock"].map(versionOf));

    beforeAll(async () => {
      versions = await both();
      const migrations = [slowMigration("0002_slow", 6), failingMigration("0003_fails")];
      failed = await app.up({ djangoImage: bed.images.build({ version: "v3", migrations }) });
    });

    it("both stay as they are, and work on", async () => {
      expect(failed.code).not.toBe(0);
      expect(await both()).toEqual(versions);
      const [before, known] = [await ticks("beat"), await lives()];
      await waitUntil("it works on", async () => (await ticks("beat")).length > before.length);
      expect((await lives()).length).toBe(known.length);
    });
  });

  it("a container that dies, and a node that is drained, leave one at a time", async () => {
    const [{ ID }] = await running();
    let known = (await lives()).length;
    expect(bed.cluster.killTask(ID, "beat")).toBe(true);
    await untilAnother(known);
    known += 1;
    const [{ NodeID }] = await running();
    await bed.cluster.drain(NodeID);
    await untilAnother(known);
    await bed.cluster.undrain(NodeID);
    await expectOneAtATime();
  });

  describe("a singleton that can't start", () => {
    let failed: Finished;

    beforeAll(async () => {
      const migrations = [slowMigration("0002_slow", 6), slowMigration("0003_quick", 0)];
      failed = await app.up({
        djangoImage: bed.images.build({ version: "v4", migrations }),
        processes: {
          beat: { ...singleton, command: ["python3", "-c", "raise SystemExit('no broker at all')"] },
        },
      });
    });

    it("makes the release red with its name and its log, and says that the new version serves", () => {
      expect(failed.output).toMatch(/beat, allocation 0 \([0-9a-f]{8}\) ended 2 times before it was healthy/);
      expect(failed.output).toContain("task beat ended with exit code 1");
      expect(failed.output).toContain("no broker at all");
      expect(failed.output).toContain("The new version of once still serves; nothing else was reverted.");
      expect(failed.code).not.toBe(0);
    });

    it("the new version serves, and the old singleton is back", async () => {
      expect(await app.served()).toEqual(["v4"]);
      await waitUntil("it works again", async () => (await running()).length === 1);
      await expectOneAtATime();
    });

    it("is green once it is fixed, and a schedule that is left out is gone", async () => {
      const known = (await lives()).length;
      const { code, output } = await app.up({ processes: { beat: singleton }, schedules: {} });
      expectShowing(code, output).toBe(0);
      await untilAnother(known);
      expect((await lives()).at(-1)?.version).toBe("v4");
      await expectOneAtATime();
      expect((await lastEvents("once-clock")).filter((one) => one.startsWith("once-clock:"))).toEqual([]);
      // The run under way ends; if not, this says what it waits for.
      await eventually(async () => expect(await lastEvents("once-clock")).toEqual([]), 60_000);
    });
  });

  // The clock fires about once in each release: chance needs many of them.
  for (let release = 5; release < 5 + repetitions(50, 0); release += 1) {
    it(`release ${release}: neither has ever had new code on an old schema, nor worked twice`, async () => {
      const slow = [slowMigration("0002_slow", 6), slowMigration("0003_quick", 0)];
      const more = Array.from({ length: release - 4 }, (_, index) =>
        slowMigration(`${1004 + index}_more`, 2),
      );
      const image = bed.images.build({ version: `v${release}`, migrations: [...slow, ...more] });
      const { code, output } = await app.up({ djangoImage: image, schedules: { clock } });
      expectShowing(code, output).toBe(0);
      const ofNew = [...(await ticks("beat")), ...(await ticks("clock"))].filter(
        ({ version }) => version === `v${release}`,
      );
      expect(ofNew.filter(({ migrations }) => migrations < release - 1)).toEqual([]);
      await expectOneAtATime();
    });
  }

  if (soak) {
    it("a client that is cut off stops the singleton after a minute, and has it again when Nomad is back", async () => {
      await untilItWorks();
      const known = (await lives()).length;
      const [{ ID }] = await running();
      const hasEnded = (): Promise<boolean> =>
        Promise.resolve(containersWith(`com.hashicorp.nomad.alloc_id=${ID}`).length === 0);
      const begin = Date.now();
      const thaw = bed.cluster.freezeServer();
      await waitUntil("it has stopped", hasEnded, 150_000).finally(thaw);
      expect(Date.now() - begin).toBeGreaterThan(50_000);
      await untilAnother(known, 180_000);
      await expectOneAtATime();
    });

    it("when a node is lost, another instance begins, and not before a node that is only cut off has stopped its own", async () => {
      await untilItWorks();
      const known = (await lives()).length;
      const [{ NodeID }] = await running();
      await bed.cluster.lose(NodeID);
      const givenUp = Date.now() / 1000;
      await untilAnother(known, 240_000);
      const [next] = (await lives()).slice(known);
      // The minute after which a client stops it, and the singleton's killTimeout; the node was given up a moment before.
      expect(next.from - givenUp).toBeGreaterThan(60 + 15 - 2);
      await bed.cluster.revive(NodeID);
      await expectOneAtATime();
    });
  }

  it("is parked with the application", async () => {
    const { code, output } = await app.up({ count: 0 });
    expectShowing(code, output).toBe(0);
    expect(await running()).toEqual([]);
  });
});
