/** Commands of afterRollout: once in each release, when its last old instance is gone, and again where they failed. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { expectShowing } from "../support/expectShowing";
import { gateBed } from "../support/gateBed";
import { type App, TestBed } from "../support/testBed";

/** A command that notes a word in the table `notes`. */
const note = (word: string, more = ""): string[] => [
  "shell",
  "-c",
  `from django.db import connection; connection.cursor().execute("INSERT INTO notes (word) VALUES ('${word}')")${more}`,
];
const notes = "CREATE TABLE notes (id serial, word text, at timestamptz DEFAULT clock_timestamp())";

describe("the program of afterRollout", () => {
  const bed = gateBed(oldestAndNewest[1]);

  async function site() {
    const made = await createDjangoSite(bed.python, bed.server, []);
    await made.query(notes);
    const settings = (release: number) => ({ application: "shop", release, migrationTimeout: "20s" });
    return {
      ...made,
      gated: (release: number) => made.gate({ settings: settings(release) }).end,
      run: (release: number, ...after: string[][]) => made.gate({ after, settings: settings(release) }),
      noted: async () => (await made.query("SELECT word FROM notes ORDER BY id")).map(({ word }) => word),
    };
  }

  it("runs once in each release, and leaves the gate's record as it is", async () => {
    const { gated, run, noted, query } = await site();
    await gated(100);
    const first = await run(100, note("one"), note("two")).end;
    expect(first).toMatchObject({ code: 0, lastLine: "afterRollout: done for release 100" });
    expect(await run(100, note("one")).end).toMatchObject({
      ...{ code: 0, stdout: "afterRollout: already done for release 100\n" },
    });
    expect(await noted()).toEqual(["one", "two"]);
    await gated(200);
    expect(await run(200, note("three")).end).toMatchObject({ code: 0 });
    expect(await noted()).toEqual(["one", "two", "three"]);
    expect(
      await query("SELECT application, release_number, state FROM django_nomad_release ORDER BY 1"),
    ).toEqual([
      { application: "shop", release_number: "200", state: "done" },
      { application: "shop afterRollout", release_number: "200", state: "done" },
    ]);
  });

  it("names the command that failed, and runs again from the first one on", async () => {
    const { gated, run, noted } = await site();
    await gated(100);
    const failed = await run(100, note("one"), note("two", "; raise OSError('no disk')"), note("three")).end;
    expect(failed).toMatchObject({ code: 18 });
    expect(failed.lastLine).toMatch(
      /^afterRollout: the command shell -c .* failed: no disk\. The next pulumi up/,
    );
    expect(await run(100, note("one")).end).toMatchObject({ code: 0 });
    expect(await noted()).toEqual(["one", "two", "one"]);
  });

  it("runs nothing of a release that a newer one has followed", async () => {
    const { gated, run, noted } = await site();
    await gated(200);
    expect(await run(100, note("one")).end).toMatchObject({
      ...{ code: 0, stdout: "afterRollout: nothing to do: release 200 is newer than this one (100)\n" },
    });
    expect(await noted()).toEqual([]);
  });

  it("waits for another run of the release, and runs again where that was killed", async () => {
    const { gated, run, noted } = await site();
    await gated(100);
    const slow = run(100, note("slow", "; import time; time.sleep(600)"));
    await slow.says("running shell");
    const second = run(100, note("second"));
    await second.says("afterRollout: waiting: pid ");
    slow.child.kill("SIGKILL");
    expect(await second.end).toMatchObject({ code: 0 });
    expect((await noted()).at(-1)).toBe("second");
  });

  it("ends a command that takes longer than migrationTimeout", async () => {
    const { gated, gate } = await site();
    await gated(100);
    const settings = { application: "shop", release: 100, migrationTimeout: "1s" };
    const late = await gate({ after: [["shell", "-c", "import time; time.sleep(99)"]], settings }).end;
    expect(late).toMatchObject({ code: 14 });
    expect(late.lastLine).toMatch(
      /^afterRollout: the commands did not finish within migrationTimeout \(1 s\)/,
    );
  });
});

describe("an application with afterRollout", () => {
  let bed: TestBed;
  let app: App;

  const noted = async (): Promise<unknown[]> =>
    (await bed.sql("SELECT word FROM notes ORDER BY id")).map(({ word }) => word);

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    await bed.sql(notes);
    app = bed.app("after", { count: 1, afterRollout: [note("first")] });
  });
  afterAll(() => bed?.stop());

  it("runs it once the new version serves, and not again while nothing changes", async () => {
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
    expect(output).toMatch(
      /healthy 1\/1[^]*afterRollout: running shell[^]*afterRollout: done for release \d+/,
    );
    expect(await noted()).toEqual(["first"]);
    const again = await app.up({}, "--expect-no-changes");
    expectShowing(again.code, again.output).toBe(0);
    expect(again.output).not.toContain("afterRollout: running");
    expect(await noted()).toEqual(["first"]);
  });

  it("is red when a command fails, while the new version serves; the old one was gone before it ran", async () => {
    const [old] = await app.running();
    const image = bed.images.build({ version: "v2", migrations: [] });
    const afterRollout = [note("second"), ["shell", "-c", "raise OSError('no disk')"]];
    const { code, output } = await app.up({ djangoImage: image, afterRollout });
    expect(code).not.toBe(0);
    expect(output).toContain(
      "afterRollout of after failed: the command shell -c raise OSError('no disk') failed: no disk.",
    );
    expect(output).toMatch(/task after-rollout ended with exit code 18[^]*OSError: no disk/);
    expect(output).toContain("The new version still serves; nothing was reverted.");
    expect(await app.served()).toEqual(["v2"]);
    const [{ at }] = await bed.sql("SELECT extract(epoch FROM at)::float8 AS at FROM notes ORDER BY id DESC");
    const all = await bed.cluster.allocations("after");
    const ended = all.find(({ ID }) => ID === old.ID)?.TaskStates?.server.FinishedAt ?? "";
    expect(Number(at)).toBeGreaterThan(Date.parse(ended) / 1000);
  });

  it("runs it again in the next up, with what was fixed, and rolls nothing out for that", async () => {
    const before = await app.running();
    const { code, output } = await app.up({ afterRollout: [note("third")] });
    expectShowing(code, output).toBe(0);
    expect(await noted()).toEqual(["first", "second", "third"]);
    const preview = await app.preview({}, "--expect-no-changes");
    expectShowing(preview.code, preview.output).toBe(0);
    const up = await app.up();
    expectShowing(up.code, up.output).toBe(0);
    expect(await noted()).toEqual(["first", "second", "third"]);
    expect((await app.running()).map(({ ID }) => ID)).toEqual(before.map(({ ID }) => ID));
  });
});
