/** A release's identity: who leads, who waits, what stays failed, and the proof without which no server starts. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import {
  type DjangoProject,
  endsWhenTold,
  failingMigration,
  type TestMigration,
} from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

let server: PostgresServer;

/** post_migrate counts its runs in a table, and raises while there is a table "broken". */
function addHandler(project: DjangoProject): void {
  project.addFile("blog/apps.py", handler);
  project.addFile("blog/__init__.py", "");
}
const handler = `
from django.apps import AppConfig
from django.db.models.signals import post_migrate


def count(sender, using, **kwargs):
    from django.db import connections
    connection = connections[using]
    print("handler: runs")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS handled (at text)")
        cursor.execute("INSERT INTO handled VALUES ('now')")
        if "broken" in connection.introspection.table_names():
            raise RuntimeError("no view for a broken table")


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self):
        post_migrate.connect(count, sender=self)
`;
const withHandler = 'INSTALLED_APPS = ["blog.apps.BlogConfig"]\n';

/** Leaves the process with a code of 0, as a migration that starts another program does. */
const leaves: TestMigration = {
  name: "0002_leaves",
  body: "def work(apps, editor):\n    import os\n    os._exit(0)\n",
  operations: ["migrations.RunPython(work)"],
};

// gateHostile runs on the newest; both take more than a minute.
describe.each(soak ? oldestAndNewest : oldestAndNewest.slice(0, 1))(
  "a release on $django and PostgreSQL $major",
  (version) => {
    let python: string;
    beforeAll(async () => {
      server = await startPostgres({ major: version.major });
      python = await pythonEnvironment(version.requirements, version.python);
    }, startTimeout);
    afterAll(() => server?.stop());

    async function site(...migrations: TestMigration[]) {
      const made = await createDjangoSite(python, server, migrations, withHandler);
      addHandler(made.project);
      const records = async (): Promise<unknown[]> =>
        (await made.query("SELECT release_number, state FROM django_nomad_release")).map(
          (row) => `${String(row.release_number)} ${String(row.state)}`,
        );
      const run = (release: number, index = 0, more: object = {}) =>
        made.gate({ index, settings: { release, application: "shop", ...quick, ...more } }).end;
      const handled = async () => (await made.query("SELECT at FROM handled")).length;
      return { ...made, records, run, handled };
    }
    const quick = { migrationPollSeconds: 0.3, migrationPollIters: 200 };

    it("runs migrate once, also when nothing is pending, and leaves its proof in every allocation", async () => {
      const { run, records, handled } = await site();
      expect((await run(100)).lastLine).toMatch(/^migrate: applied 1 migration in /);
      const next = await run(200);
      expect(next.lastLine).toMatch(/^migrate: nothing to apply; ran migrate for this release in [\d.]+ s$/);
      expect(next.stdout).toContain("handler: runs");
      for (const index of [0, 1]) {
        const again = await run(200, index);
        expect(again).toMatchObject({ code: 0, proof: true });
        expect(again.stdout).toMatch(/^migrate: nothing to apply \(checked in [\d.]+ s\)\n$/);
      }
      expect(await handled()).toBe(2);
      expect(await records()).toEqual(["200 done"]);
    });

    it("stays failed after its last migration until what failed is fixed, and then passes at the first try", async () => {
      const { run, records, query } = await site();
      await query("CREATE TABLE broken ()");
      const first = await run(100);
      expect(first).toMatchObject({ code: 11, proof: false });
      expect(first.lastLine).toMatch(
        /failed after its last migration: RuntimeError: no view for a broken table\./,
      );
      expect(first.lastLine).not.toMatch(/all migrations are applied/i);
      expect(await records()).toEqual(["100 failed"]);
      for (const index of [0, 1]) {
        const other = await run(100, index);
        expect(other).toMatchObject({ code: 22, proof: false });
        expect(other.lastLine).toMatch(/this release has already failed: .*no view for a broken table/);
      }
      expect((await run(200)).code).toBe(11);
      await query("DROP TABLE broken");
      expect(await run(300)).toMatchObject({ code: 0, proof: true });
      expect(await records()).toEqual(["300 done"]);
    });

    it("is failed with its migration for every allocation that comes later", async () => {
      const { run } = await site(failingMigration("0002_breaks"));
      expect((await run(100)).code).toBe(11);
      const rescheduled = await run(100);
      expect(rescheduled.code).toBe(22);
      expect(rescheduled.lastLine).toContain(
        "blog.0002_breaks failed: ValueError: two posts have the same slug",
      );
    });

    it("never leads when it is older: it passes if nothing of its own is pending, and changes nothing", async () => {
      const { run, records, handled, project } = await site();
      await run(200);
      expect(await run(100)).toMatchObject({ code: 0, proof: true });
      project.addMigrations("blog", { name: "0002_late", operations: [] });
      const late = await run(100);
      expect(late).toMatchObject({ code: 23, proof: false });
      expect(late.lastLine).toContain("release 100 is older than release 200");
      expect(await handled()).toBe(1);
      expect(await records()).toEqual(["200 done"]);
    });

    it("lets its followers wait for its leader although nothing is pending", async () => {
      const { gate, run, records } = await site();
      await run(100);
      const follower = gate({ index: 1, settings: { release: 200, application: "shop", ...quick } });
      await follower.says(
        "waiting for index 0, checking every 0.3 s up to 200 times; pending: migrate of this release",
      );
      expect((await run(200)).code).toBe(0);
      expect(await follower.end).toMatchObject({ code: 0, proof: true });
      expect(await records()).toEqual(["200 done"]);
    });

    it("is led by another allocation when the leader was killed, and by no second one at a time", async () => {
      const { gate, run, query, applied, records } = await site(endsWhenTold("0002_slow"));
      const settings = { release: 100, application: "shop", ...quick };
      const killed = gate({ settings });
      await killed.says("applying blog.0002_slow");
      const others = [1, 2].map((index) => gate({ index, settings }));
      await Promise.all(others.map((other) => other.says("waiting for index 0")));
      killed.child.kill("SIGKILL");
      await killed.end;
      expect(await records()).toEqual(["100 running"]);
      await Promise.race(others.map((other) => other.says("applying blog.0002_slow")));
      await query("CREATE TABLE go ()");
      const ends = await Promise.all(others.map((other) => other.end));
      expect(ends).toEqual([expect.objectContaining({ code: 0 }), expect.objectContaining({ code: 0 })]);
      const leaders = ends.filter(({ stdout }) => stdout.includes("applied blog.0002_slow"));
      expect(leaders).toHaveLength(1);
      expect(leaders[0].stdout).toMatch(/index 0 has not begun after 1\d s and nobody holds the lock/);
      expect(await applied()).toEqual(["0001_initial", "0002_slow"]);
      expect(await run(100)).toMatchObject({ code: 0 });
    });

    it("waits for index 0 alone where the pack's rule is asked for to the letter", async () => {
      const { run } = await site();
      const end = await run(100, 1, {
        migrationLeader: "index-zero",
        migrationPollSeconds: 1,
        migrationPollIters: 14,
      });
      expect(end.code).toBe(12);
    });

    it("is tried again by the next leader when the one before was told to stop", async () => {
      const { gate, run, query, records } = await site(endsWhenTold("0002_slow"));
      const stopped = gate({ settings: { release: 100, application: "shop" } });
      await stopped.says("applying blog.0002_slow");
      stopped.child.kill("SIGTERM");
      expect(await stopped.end).toMatchObject({ code: 15, proof: false });
      await query("CREATE TABLE go ()");
      expect(await run(100)).toMatchObject({ code: 0 });
      expect(await records()).toEqual(["100 done"]);
    });

    it("that took too long is failed, and says for how long", async () => {
      const { run, records } = await site(endsWhenTold("0002_slow"));
      expect((await run(100, 0, { migrationTimeout: "2s" })).code).toBe(14);
      expect(await records()).toEqual(["100 failed"]);
      expect((await run(100)).lastLine).toContain("the migrations did not finish within 2 s");
    });

    it("runs the commands around its migrations again when the release before failed in one", async () => {
      const { run, query } = await site();
      const more = {
        afterMigrate: [
          [
            "shell",
            "-c",
            "from django.db import connection; connection.cursor().execute('INSERT INTO ready VALUES (1)')",
          ],
        ],
      };
      const failed = await run(100, 0, more);
      expect(failed.code).toBe(18);
      expect(failed.lastLine).toContain("The next pulumi up runs this command again");
      await query("CREATE TABLE ready (n int)");
      expect((await run(200, 0, more)).code).toBe(0);
      expect(await query("SELECT n FROM ready")).toEqual([{ n: 1 }]);
      expect((await run(300, 0, more)).code).toBe(0);
      expect(await query("SELECT n FROM ready")).toEqual([{ n: 1 }]);
    });

    it("of one application says nothing of another's on the same database", async () => {
      const { run, gate } = await site();
      await run(200);
      const other = await gate({ settings: { release: 100, application: "blog" } }).end;
      expect(other.lastLine).toMatch(/ran migrate for this release/);
      expect(await run(200)).toMatchObject({ code: 0 });
    });

    it("passes by its record on a database that can only be read, as in a failover", async () => {
      const { run, query, database } = await site();
      await run(100);
      await query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
      expect(await run(100, 3)).toMatchObject({ code: 0, proof: true });
      const next = await run(200);
      expect(next.code).toBe(19);
      expect(next.lastLine).toMatch(/refuses to record this release .*read-only transaction/);
    });

    it("goes by the pack's rule, and says so, where its table can't be made or is not wanted", async () => {
      const { gate, run, query, database, handled } = await site();
      await run(100, 0, { recordReleases: false });
      expect(await handled()).toBe(1);
      await run(200, 0, { recordReleases: false });
      expect(await handled()).toBe(1);
      await query(`CREATE ROLE reader_${database.name} LOGIN PASSWORD 'reads'`);
      await query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_${database.name}`);
      await query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
      const databases = { default: { ...database, user: `reader_${database.name}`, password: "reads" } };
      for (const index of [0, 1]) {
        const end = await gate({ databases, index, settings: { release: 300, application: "shop" } }).end;
        expect(end).toMatchObject({ code: 0, proof: true });
        expect(end.stdout).toMatch(/can't be recorded in the table django_nomad_release: permission denied/);
      }
      await querySql(server, `DROP OWNED BY reader_${database.name}`, { database: database.name });
      await query(`DROP ROLE reader_${database.name}`);
    });

    it("leaves no proof when a migration leaves the process, whatever its exit code", async () => {
      const { run, records } = await site(leaves);
      expect(await run(100)).toMatchObject({ code: 0, proof: false });
      expect(await records()).toEqual(["100 running"]);
    });
  },
);
