import { createHash } from "node:crypto";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { run } from "../../commands/base/run";
import {
  type TestMigration,
  createDjangoProject,
  endsWhenTold,
  failingMigration,
  firstMigration,
  slowMigration,
} from "../support/djangoProject";
import { createDatabase, createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestAndNewest } from "../support/djangoVersions";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { waitUntil } from "../support/waiting";
import { onTestFinished } from "../support/onTestFinished";

jest.setTimeout(120_000);

let server: PostgresServer;

describe.each(oldestAndNewest)("the migration gate on $django and PostgreSQL $major", (version) => {
  let python: string;
  beforeAll(async () => {
    server = await startPostgres({ major: version.major });
  }, startTimeout);
  afterAll(() => server?.stop());
  beforeAll(async () => {
    python = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);

  const site = (...migrations: TestMigration[]) => createDjangoSite(python, server, migrations);

  it("lets index 0 apply what is pending and says how long each migration took", async () => {
    const { gate, applied } = await site(slowMigration("0002_slow", 1));
    const end = await gate().end;
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(end.stdout).toContain("migrate: applying blog.0002_slow\n");
    expect(end.stdout).toMatch(/migrate: applied blog\.0002_slow in 1\.\d s\n/);
    expect(end.lastLine).toMatch(/^migrate: applied 2 migrations in /);
    expect(await applied()).toEqual(["0001_initial", "0002_slow"]);
  });

  it("passes at once without asking for the lock when nothing is pending", async () => {
    const { gate, query, database } = await site();
    await gate().end;
    await query(`ALTER DATABASE ${database.name} SET log_statement = 'all'`);
    const holder = await lockHolder(database.name);
    const ends = await Promise.all([gate({ index: 0 }).end, gate({ index: 3 }).end]);
    await holder.release();
    expect(ends.map((end) => [end.code, end.lastLine.replace(/[\d.]+ s/, "N s")])).toEqual([
      [0, "migrate: nothing to apply (checked in N s)"],
      [0, "migrate: nothing to apply (checked in N s)"],
    ]);
    const { stderr: log } = await run("docker", ["logs", server.container]);
    const said = log.slice(log.indexOf("pg_backend_pid() pid, pg_advisory_lock"));
    expect(said).toMatch(/statement: SELECT COUNT\(\*\), MAX\(id\) FROM django_migrations/);
    expect(said).not.toMatch(/pg_try_advisory/);
  });

  it("lets a rolled back release with fewer migrations than the database pass", async () => {
    const newer = await site(slowMigration("0002_newer", 0));
    await newer.gate().end;
    const older = createDjangoProject({ blog: [firstMigration] });
    onTestFinished(older.remove);
    expect(await newer.gate({ project: older }).end).toMatchObject({ code: 0 });
  });

  it("keeps followers waiting until index 0 is done, and holds no connection meanwhile", async () => {
    const { gate, connections, query } = await site(endsWhenTold("0002_slow"));
    const settings = { migrationPollSeconds: 1, migrationPollIters: 60 };
    const followers = [1, 2].map((index) => gate({ index, settings }));
    await Promise.all(followers.map((follower) => follower.says("waiting for index 0")));
    const leader = gate({ settings });
    await leader.says("applying blog.0002_slow");
    await waitUntil(
      "only the leader and its lock are connected",
      async () => (await connections()) === 2,
      20_000,
    );
    await Promise.all(followers.map((follower) => follower.says("still pending: blog.0002_slow")));
    await query("CREATE TABLE go ()");
    expect((await leader.end).code).toBe(0);
    for (const follower of await Promise.all(followers.map((one) => one.end))) {
      expect(follower).toMatchObject({ code: 0, stderr: "" });
      expect(follower.stdout.match(/0002_slow/g)).toHaveLength(2); // one line for each change, not for each poll
    }
  });

  it("fails a follower after its checks, with what is still pending", async () => {
    const { gate } = await site();
    const started = Date.now();
    const checks = { migrationPollSeconds: 0.5, migrationPollIters: 3 };
    const end = await gate({ index: 1, settings: { migrationLeader: "index-zero", ...checks } }).end;
    expect(end.code).toBe(12);
    expect(end.lastLine).toContain("migrate: still pending after 3 checks in 1.5 s: blog.0001_initial.");
    expect(end.at - started).toBeGreaterThan(1_500);
  });

  it("rolls back and says so when it is stopped during a migration", async () => {
    const { gate, applied, tables, query } = await site(slowMigration("0002_slow", 60));
    const stopped = gate();
    await stopped.says("applying blog.0002_slow");
    const before = Date.now();
    stopped.child.kill("SIGTERM");
    const end = await stopped.end;
    expect(end.code).toBe(15);
    expect(end.at - before).toBeLessThan(4_000);
    expect(end.lastLine).toMatch(
      /^migrate: stopped by SIGTERM\b.*blog\.0002_slow was rolled back; the one applied before stays/,
    );
    expect(await applied()).toEqual(["0001_initial"]);
    expect(await tables()).not.toContain("made_by_0002_slow");
    expect(await query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
    expect(
      await query(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
      ),
    ).toEqual([]);
  });

  it("stops a migration that swallows the signal's exception", async () => {
    const stubborn = {
      name: "0002_stubborn",
      body: [
        "def work(apps, editor):",
        "    import time",
        "    while True:",
        "        try:",
        "            time.sleep(60)",
        "        except BaseException:",
        "            pass",
        "",
      ].join("\n"),
      operations: ["migrations.RunPython(work)"],
    };
    const { gate } = await site(stubborn);
    const stopped = gate();
    await stopped.says("applying blog.0002_stubborn");
    stopped.child.kill("SIGTERM");
    const end = await stopped.end;
    expect(end.code).toBe(15);
    expect(end.lastLine).toContain("did not stop in time");
  });

  it("stops a follower at once", async () => {
    const { gate } = await site();
    const follower = gate({ index: 1 });
    await follower.says("waiting for index 0");
    follower.child.kill("SIGTERM");
    expect(await follower.end).toMatchObject({ code: 15 });
  });

  it("gives up a migration that takes longer than its timeout, also inside one statement", async () => {
    const { gate, applied } = await site(slowMigration("0002_slow", 60));
    const end = await gate({ settings: { migrationTimeout: "2s" } }).end;
    expect(end.code).toBe(14);
    expect(end.lastLine).toMatch(/^migrate: the migrations did not finish within 2 s\. .*rolled back/);
    expect(await applied()).toEqual(["0001_initial"]);
  });

  it("shows the traceback of a failing migration and leaves what was before", async () => {
    const { gate, applied, tables } = await site(failingMigration("0002_bad"));
    const end = await gate().end;
    expect(end.code).toBe(11);
    expect(end.stderr).toContain('raise ValueError("two posts have the same slug")');
    expect(end.stderr).not.toContain("django_nomad_gate");
    expect(end.lastLine).toBe(
      "migrate: blog.0002_bad failed: ValueError: two posts have the same slug. blog.0002_bad was rolled back; " +
        "the one applied before stays. Fix it and deploy again.",
    );
    expect(await applied()).toEqual(["0001_initial"]);
    expect(await tables()).not.toContain("made_by_0002_bad");
  });

  it("says when a failed migration could not be rolled back", async () => {
    const { gate } = await site({ ...failingMigration("0002_bad"), atomic: false });
    const end = await gate().end;
    expect(end.code).toBe(11);
    expect(end.lastLine).toContain("blog.0002_bad could not be rolled back and may be half applied");
  });

  it("lets an index be created concurrently under the lock while another leader waits", async () => {
    const { gate, applied, query } = await site(endsWhenTold("0002_slow"), {
      name: "0003_index",
      atomic: false,
      operations: ['migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON blog_post (id)")'],
    });
    const first = gate();
    await first.says("applying blog.0002_slow");
    const second = gate();
    await second.says("is migrating; pending: blog.0002_slow, blog.0003_index");
    await query("CREATE TABLE go ()");
    expect((await Promise.all([first.end, second.end])).map((end) => end.code)).toEqual([0, 0]);
    expect(await applied()).toContain("0003_index");
  });

  it("runs the commands before and after under the lock, and only when something is pending", async () => {
    const { gate } = await site();
    const settings = { beforeMigrate: [["check"]], afterMigrate: [["diffsettings", "--all"]] };
    const end = await gate({ settings }).end;
    expect(end.code).toBe(0);
    expect(end.stdout.indexOf("running check")).toBeLessThan(end.stdout.indexOf("applied blog.0001_initial"));
    expect(end.stdout.indexOf("applied blog.0001_initial")).toBeLessThan(
      end.stdout.indexOf("running diffsettings --all"),
    );
    expect((await gate({ settings }).end).stdout).not.toContain("running");
  });

  it("says whether the migrations stay when a command fails", async () => {
    const before = await site();
    const early = await before.gate({ settings: { beforeMigrate: [["no_such_command"]] } }).end;
    expect(early.code).toBe(18);
    expect(early.lastLine).toContain("Nothing was migrated");
    const late = await before.gate({ settings: { afterMigrate: [["no_such_command"]] } }).end;
    expect(late.code).toBe(18);
    expect(late.lastLine).toContain("The migrations are applied");
    expect(await before.applied()).toEqual(["0001_initial"]);
  });

  it("sets lock_timeout and statement_timeout for the migrations alone", async () => {
    const { gate } = await site({
      name: "0002_shown",
      operations: [
        `migrations.RunSQL("DO $$ BEGIN RAISE EXCEPTION 'lock % statement %', current_setting('lock_timeout'), current_setting('statement_timeout'); END $$")`,
      ],
    });
    const settings = { migrationLockTimeout: "3s", migrationStatementTimeout: "90s" };
    const end = await gate({ settings }).end;
    expect(end.lastLine).toContain("lock 3s statement 90s");
  });

  it("migrates several databases, each under its own lock", async () => {
    const { gate, database } = await site();
    const archive = { ...database, name: await createDatabase(server) };
    const settings = { migrationDatabases: ["default", "archive"] };
    const end = await gate({ databases: { default: database, archive }, settings }).end;
    expect(end.code).toBe(0);
    const rows = await querySql(server, "SELECT name FROM django_migrations", { database: archive.name });
    expect(rows).toEqual([{ name: "0001_initial" }]);
    expect(await gate({ databases: { default: database, archive }, index: 1, settings }).end).toMatchObject({
      code: 0,
    });
  });

  it("names every bad setting at once", async () => {
    const { gate } = await site();
    const env = {
      DJANGO_NOMAD_GATE_POLL_SECONDS: "soon",
      DJANGO_NOMAD_GATE_LEADER: "index-one",
      DJANGO_NOMAD_GATE_POL_ITERS: "5",
      NOMAD_ALLOC_INDEX: "",
    };
    const end = await gate({ env }).end;
    expect(end.code).toBe(13);
    for (const part of ['POLL_SECONDS is "soon"', 'LEADER is "index-one"', "POL_ITERS is not a setting"]) {
      expect(end.lastLine).toContain(part);
    }
  });

  it("says that the image's migrations can't be loaded", async () => {
    const { gate, project } = await site();
    project.addMigrations("blog", { name: "0002_broken", body: "import no_such_module", operations: [] });
    const end = await gate().end;
    expect(end.code).toBe(16);
    expect(end.lastLine).toContain("No module named 'no_such_module'");
  });

  it("lets the first to lock migrate, whatever its index, and the others pass after it", async () => {
    const { gate, connections, applied, query } = await site(endsWhenTold("0002_slow"));
    const settings = { migrationLeader: "first-to-lock" as const, migrationTimeout: "60s" };
    const waiters = Array.from({ length: 4 }, (_, index) => gate({ index: index + 1, settings }));
    await Promise.race(waiters.map((waiter) => waiter.says("applying blog.0002_slow")));
    await waitUntil(
      "only the leader and its lock are connected",
      async () => (await connections()) === 2,
      20_000,
    );
    await query("CREATE TABLE go ()");
    const ends = await Promise.all(waiters.map((waiter) => waiter.end));
    expect(ends.map((end) => [end.code, end.stderr])).toEqual(ends.map(() => [0, ""]));
    expect(ends.filter((end) => end.stdout.includes("applied 2 migrations"))).toHaveLength(1);
    expect(await applied()).toEqual(["0001_initial", "0002_slow"]);
  });

  it("says who holds the lock when the wait for it was in vain", async () => {
    const { gate, database } = await site();
    const holder = await lockHolder(database.name);
    const end = await gate({ settings: { migrationTimeout: "2s" } }).end;
    await holder.release();
    expect(end.code).toBe(12);
    expect(end.lastLine).toContain(`The lock is held by pid ${holder.pid} from `);
  });

  it("lets index 0 alone migrate a database without locks, and says so", async () => {
    const { gate, project } = await site();
    const databases = {
      default: { engine: "django.db.backends.sqlite3", name: join(project.directory, "db") },
    };
    const settings = {
      migrationLeader: "first-to-lock",
      migrationPollSeconds: 0.5,
      migrationPollIters: 40,
    } as const;
    const follower = gate({ index: 1, databases, settings });
    await follower.says("waiting for index 0");
    const leader = await gate({ index: 0, databases, settings }).end;
    expect(leader.stdout).toContain(
      "default: no migration lock for this kind of database, index 0 alone migrates",
    );
    expect([leader.code, (await follower.end).code]).toEqual([0, 0]);
  });

  it("says that Django's settings are wrong when they name no usable database", async () => {
    const { gate } = await site();
    const end = await gate({ databases: { default: { engine: "django.db.backends.dummy", name: "" } } }).end;
    expect(end.code).toBe(13);
    expect(end.lastLine).toContain(
      'migrate: settings.DATABASES has no database "default": there is no ENGINE. Correct DATABASES',
    );
  });

  it("leaves Django's own traceback and code 1 when the settings can't be imported", async () => {
    const { gate } = await site();
    const end = await gate({ env: { TEST_DATABASES: "not json" } }).end;
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("JSONDecodeError");
  });

  it("never shows the password", async () => {
    const { gate, database } = await site();
    const password = "hunter2-is-secret";
    const refused = await gate({
      databases: { default: { ...database, password } },
      settings: { databaseWaitSeconds: 1 },
    }).end;
    expect(refused.code).toBe(19);
    expect(refused.lastLine).toContain("password authentication failed");
    expect(refused.stdout + refused.stderr).not.toContain(password);
  });

  // Older Djangos don't ask.
  if (version.django === newestDjango.django) {
    it("says at once that the server is too old for the image's Django", async () => {
      const { gate } = await site();
      const settings =
        "from django.db.backends.postgresql.features import DatabaseFeatures\n" +
        "DatabaseFeatures.minimum_database_version = (99,)\n";
      const project = createDjangoProject({ blog: [firstMigration] }, settings);
      onTestFinished(project.remove);
      const end = await gate({ project }).end;
      expect(end.code).toBe(19);
      expect(end.lastLine).toMatch(/PostgreSQL 99 or later is required \(found 1[57]/);
      expect(end.lastLine).toContain("Upgrade the server, or build the image with an older Django.");
    });
  }

  it("says that a database or a role does not exist instead of waiting for it", async () => {
    const { gate, database } = await site();
    const end = await gate({
      databases: { default: { ...database, name: "no_such" } },
      settings: { databaseWaitSeconds: 2 },
    }).end;
    expect(end.code).toBe(19);
    expect(end.lastLine).toContain('database "no_such" does not exist');
  });

  async function lockHolder(database: string): Promise<{ pid: number; release(): Promise<void> }> {
    const { host, port, user, password } = server;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    const key = createHash("sha256").update(`django-nomad:${database}`).digest().readBigInt64BE(0);
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pg_backend_pid() pid, pg_advisory_lock($1)",
      [key],
    );
    return { pid: rows[0].pid, release: () => client.end() };
  }
});
