/** Commands of a release and of every start: when they run, what waits for them, and what a failed one leaves. */
import { describe, expect, it, jest } from "@jest/globals";

import type { TestMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { gateBed } from "../support/gateBed";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

/** A command that notes its word in a table, and raises while there is a table "broken". */
const note = `
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("word")

    def handle(self, word, **options):
        with connection.cursor() as cursor:
            if "broken" in connection.introspection.table_names():
                raise OSError("Read-only file system")
            cursor.execute("CREATE TABLE IF NOT EXISTS noted (id serial, word text, tables int)")
            cursor.execute("INSERT INTO noted (word, tables) SELECT %s, count(*) FROM django_migrations", [word])
`;
const settings = {
  application: "shop",
  releaseCommands: [["note", "release"]],
  startCommands: [["note", "start"]],
  migrationPollSeconds: 0.3,
  migrationPollIters: 100,
};

describe.each(soak ? oldestAndNewest : oldestAndNewest.slice(1))(
  "commands on $django and PostgreSQL $major",
  (version) => {
    const bed = gateBed(version);

    async function site(...migrations: TestMigration[]) {
      const made = await createDjangoSite(bed.python, bed.server, migrations);
      made.project.addFile("blog/management/commands/note.py", note);
      const run = (release: number, index = 0, more: object = {}) =>
        made.gate({ index, settings: { release, ...settings, ...more } });
      const noted = async (): Promise<unknown[]> =>
        (await made.query("SELECT word FROM noted ORDER BY id")).map(({ word }) => word);
      return { ...made, run, noted };
    }

    it("runs releaseCommands once in each release and startCommands in every allocation, pending or not", async () => {
      const { run, noted } = await site();
      const first = await run(100).end;
      expect(first).toMatchObject({ code: 0, proof: true });
      expect(first.stdout).toMatch(/applied 1 migration[^]*running note start/);
      expect(await run(100, 1).end).toMatchObject({ code: 0 });
      expect(await noted()).toEqual(["release", "start", "start"]);
      expect(await run(200).end).toMatchObject({ code: 0 });
      expect(await run(200, 1).end).toMatchObject({ code: 0 });
      expect((await noted()).slice(3)).toEqual(["release", "start", "start"]);
    });

    it("lets no other allocation pass before the release's commands are done", async () => {
      const { run, query, noted, project } = await site();
      project.addFile(
        "blog/management/commands/slow.py",
        note.replace("        with connection", "        wait()\n        with connection") + waitForGo,
      );
      const more = { releaseCommands: [["slow", "release"]] };
      const leader = run(100, 0, more);
      await leader.says("running slow release");
      const follower = run(100, 1, more);
      await follower.says("waiting for index 0");
      expect(await query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).toHaveLength(1);
      await query("CREATE TABLE go ()");
      const ends = await Promise.all([leader.end, follower.end]);
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      expect(await noted()).toEqual(expect.arrayContaining(["release", "start", "start"]));
      expect((await noted())[0]).toBe("release");
    });

    it("stays red while a release's command fails, says what stays, and runs it again in the next release", async () => {
      const { run, query, applied, noted } = await site();
      await query("CREATE TABLE broken ()");
      const failed = await run(100).end;
      expect(failed).toMatchObject({ code: 18, proof: false });
      expect(failed.lastLine).toBe(
        "migrate: the release command note release failed: Read-only file system. The migrations are applied and stay. " +
          "The next pulumi up runs this command again.",
      );
      expect(await run(100, 1).end).toMatchObject({ code: 22, proof: false });
      const again = await run(200).end;
      expect(again).toMatchObject({ code: 18, proof: false });
      expect(again.lastLine).toMatch(
        /No migration was pending\. The next pulumi up runs this command again\.$/,
      );
      await query("DROP TABLE broken");
      expect(await run(300).end).toMatchObject({ code: 0, proof: true });
      expect(await noted()).toEqual(["release", "start"]);
      expect(await applied()).toEqual(["0001_initial"]);
    });

    it("starts no server where a start command fails, and stops one that takes longer than migrationTimeout", async () => {
      const { run, query } = await site();
      const release = { releaseCommands: [] };
      expect(await run(100, 0, { ...release, startCommands: [] }).end).toMatchObject({ code: 0 });
      await query("CREATE TABLE broken ()");
      const failed = await run(100, 1, release).end;
      expect(failed).toMatchObject({ code: 18, proof: false });
      expect(failed.lastLine).toMatch(
        /^migrate: the start command note start failed: Read-only file system\. The server of this allocation does not start/,
      );
      const endless = { ...release, startCommands: [["shell", "-c", "import time; time.sleep(99)"]] };
      const late = await run(100, 1, { ...endless, migrationTimeout: "1s" }).end;
      expect(late).toMatchObject({ code: 14, proof: false });
      expect(late.lastLine).toMatch(
        /^migrate: the start commands did not finish within migrationTimeout \(1 s\)/,
      );
    });

    it("runs releaseCommands at each start of the allocation that migrates where releases are not recorded", async () => {
      const { run, noted } = await site();
      const more = { recordReleases: false, startCommands: [] };
      for (const index of [0, 0, 1]) expect(await run(100, index, more).end).toMatchObject({ code: 0 });
      expect(await noted()).toEqual(["release", "release"]);
    });
  },
);

const waitForGo = `

def wait():
    import time
    while "go" not in connection.introspection.table_names():
        time.sleep(0.1)
`;
