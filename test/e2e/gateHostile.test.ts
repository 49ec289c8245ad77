/** Code and databases that could make the gate say "done" too early, or a release's record end wrong. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import {
  type DjangoProject,
  createDjangoProject,
  endsWhenTold,
  firstMigration,
  type TestMigration,
} from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { newestDjango } from "../support/djangoVersions";
import { type GateOptions, GateProcess } from "../support/gateProcess";
import { onTestFinished } from "../support/onTestFinished";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";

jest.setTimeout(120_000);

let server: PostgresServer;
let python: string;
beforeAll(async () => {
  server = await startPostgres();
  python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
}, startTimeout);
afterAll(() => server?.stop());

const quick = { migrationPollSeconds: 0.3, migrationPollIters: 200 };

async function site(migrations: TestMigration[] = [], settings = "") {
  const made = await createDjangoSite(python, server, migrations, settings);
  const records = async (): Promise<unknown[]> =>
    (await made.query("SELECT release_number, state, cause FROM django_nomad_release")).map(
      ({ release_number: number, state }) => `${String(number)} ${String(state)}`,
    );
  const settingsOf = (release: number, more: object = {}): Partial<GateOptions> => ({
    settings: { release, application: "shop", ...quick, ...more },
  });
  const run = (release: number, index = 0, more: object = {}) =>
    made.gate({ index, ...settingsOf(release, more) }).end;
  return { ...made, records, run, settingsOf };
}

/** The project's own migrate command, whose `handle` has this body. */
const command = (...body: string[]): string =>
  [
    "import os, sys",
    "from django.core.management.commands.migrate import Command as Migrate",
    "from django.db import connection, transaction",
    "",
    "class Command(Migrate):",
    "    def handle(self, *args, **options):",
    ...body.map((line) => `        ${line}`),
    "",
  ].join("\n");

function addCommand(project: DjangoProject, name: string, source: string): void {
  project.addFile("blog/management/__init__.py", "");
  project.addFile("blog/management/commands/__init__.py", "");
  project.addFile(`blog/management/commands/${name}.py`, source);
}

describe("a project's own migrate", () => {
  async function own(...body: string[]) {
    const made = await site();
    addCommand(made.project, "migrate", command(...body));
    return made;
  }

  it("that leaves everything in a transaction of its own does not pass for migrated", async () => {
    const { run, tables } = await own(
      "transaction.set_autocommit(False)",
      "super().handle(*args, **options)",
    );
    const end = await run(100);
    expect(await tables()).not.toContain("blog_post");
    expect(end).toMatchObject({ code: 11, proof: false });
    expect(end.lastLine).toContain("still pending on default: blog.0001_initial");
  });

  it("that never leaves its transaction does not pass for migrated", async () => {
    const { run } = await own("transaction.atomic().__enter__()", "super().handle(*args, **options)");
    expect(await run(100)).toMatchObject({ code: 11, proof: false });
  });

  it("that switches autocommit off and commits by itself is recorded as done", async () => {
    const { run, records } = await own(
      "super().handle(*args, **options)",
      "transaction.set_autocommit(False)",
    );
    expect(await run(100)).toMatchObject({ code: 0, proof: true });
    expect(await records()).toEqual(["100 done"]);
  });

  it("that changes search_path and the working directory is recorded as done", async () => {
    const { run, records } = await own(
      "super().handle(*args, **options)",
      "connection.cursor().execute(\"SELECT set_config('search_path', '', false)\")",
      "os.chdir('/')",
    );
    expect(await run(100)).toMatchObject({ code: 0, proof: true });
    expect(await records()).toEqual(["100 done"]);
  });

  it.each([
    ["leaves", "sys.exit(0)"],
    ["returns", "return"],
    ["fails", "raise ValueError('the child failed')"],
  ])("whose forked child %s has no say in what the gate does", async (_, end) => {
    const { run, records, applied } = await own(
      "pid = os.fork()",
      "if pid == 0:",
      `    ${end}`,
      "os.waitpid(pid, 0)",
      "super().handle(*args, **options)",
    );
    const gate = await run(100);
    expect(gate).toMatchObject({ code: 0, proof: true });
    expect(gate.stdout.match(/applied 1 migration in/g)).toHaveLength(1);
    expect(gate.stderr).not.toContain("migrate: ");
    expect(await applied()).toEqual(["0001_initial"]);
    expect(await records()).toEqual(["100 done"]);
  });

  it("whose forked child outlives a failure leaves no proof", async () => {
    const { run, records } = await own("if os.fork() > 0:", "    raise ValueError('the parent failed')");
    expect(await run(100)).toMatchObject({ code: 11, proof: false });
    expect(await records()).toEqual(["100 failed"]);
  });
});

describe("a release's record", () => {
  it("is not failed by a database that was away for a moment between two connections", async () => {
    const { run, project, database, records } = await site();
    addCommand(
      project,
      "migrate",
      command(
        "import psycopg",
        "given = connection.get_connection_params()",
        "keys = {key: given[key] for key in ('host', 'port', 'user', 'password')}",
        "server = psycopg.connect(dbname='postgres', autocommit=True, **keys)",
        `server.execute('ALTER DATABASE ${database.name} ALLOW_CONNECTIONS false')`,
        "connection.close()",
        "try:",
        "    super().handle(*args, **options)",
        "finally:",
        `    server.execute('ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true')`,
      ),
    );
    const end = await run(100);
    expect(end).toMatchObject({ code: 17, proof: false });
    expect(await records()).toEqual(["100 running"]);
  });

  it("is failed also when a migration that swallows the end of its time was cut off", async () => {
    const swallows: TestMigration = {
      name: "0002_swallows",
      body: [
        "def work(apps, editor):",
        "    import time",
        "    while True:",
        "        try:",
        "            time.sleep(60)",
        "        except BaseException:",
        "            pass",
      ].join("\n"),
      operations: ["migrations.RunPython(work)"],
    };
    const { run, records } = await site([swallows]);
    expect(await run(100, 0, { migrationTimeout: "2s" })).toMatchObject({ code: 14, proof: false });
    expect(await records()).toEqual(["100 failed"]);
    expect((await run(100)).code).toBe(22);
  });

  it("runs on, and its log tells that the gate ran, when a handler leaves the process", async () => {
    const { run, project, records } = await site();
    expect((await run(100)).code).toBe(0);
    addCommand(project, "migrate", command("os._exit(0)"));
    const end = await run(200);
    expect(end).toMatchObject({ code: 0, proof: false });
    expect(end.stdout).toContain("migrate: nothing to apply; running migrate for this release\n");
    expect(await records()).toEqual(["200 running"]);
  });

  /** Ends when told; the first leader fails then, every later one does not. */
  const failsForTheFirst: TestMigration = {
    name: "0002_once",
    body: [
      "def work(apps, editor):",
      "    import os, time",
      "    while 'go' not in editor.connection.introspection.table_names():",
      "        time.sleep(0.1)",
      "    if os.environ.get('FAILS'):",
      "        while 'late' not in editor.connection.introspection.table_names():",
      "            time.sleep(0.1)",
      "        raise ValueError('column exists already')",
    ].join("\n"),
    atomic: false,
    operations: ["migrations.RunPython(work)"],
  };

  it("stays done when a leader that lost its lock fails after its successor has finished", async () => {
    const { gate, query, records, settingsOf, run } = await site([failsForTheFirst]);
    const first = gate({ ...settingsOf(100), env: { FAILS: "yes" } });
    await first.says("applying blog.0002_once");
    await query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1",
    );
    await query("CREATE TABLE go ()");
    expect(await run(100)).toMatchObject({ code: 0 });
    expect(await records()).toEqual(["100 done"]);
    await query("CREATE TABLE late ()");
    expect((await first.end).proof).toBe(false);
    expect(await records()).toEqual(["100 done"]);
  });

  it("is not done for a leader that lost its lock after the last migration", async () => {
    const { gate, query, records, settingsOf, project } = await site();
    addCommand(
      project,
      "waits",
      [
        "import time",
        "from django.core.management.base import BaseCommand",
        "from django.db import connection",
        "class Command(BaseCommand):",
        "    def handle(self, **options):",
        "        while 'go' not in connection.introspection.table_names():",
        "            time.sleep(0.1)",
        "",
      ].join("\n"),
    );
    const first = gate(settingsOf(100, { afterMigrate: [["waits"]] }));
    await first.says("running waits");
    await query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1",
    );
    await query("CREATE TABLE go ()");
    expect(await first.end).toMatchObject({ code: 17, proof: false });
    expect(await records()).toEqual(["100 running"]);
  });

  it.each([
    ["a NUL", "'a\\0b'", /a.*b/],
    ["half a character", "'name \\udcff'", /name/],
    ["characters that the database's encoding lacks", "'\u540d\u524d \u2603'", /ValueError/],
  ])("keeps a cause with %s", async (_, text, shown) => {
    const encoded = `gate_latin_${Math.random().toString(36).slice(2, 8)}`;
    await querySql(server, `CREATE DATABASE ${encoded} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const fails = {
      name: "0002_fails",
      body: `def work(apps, editor):\n    raise ValueError(${text})\n`,
      operations: ["migrations.RunPython(work)"],
    };
    const { gate, database, settingsOf } = await site([fails]);
    const databases = { default: { ...database, name: encoded } };
    expect((await gate({ databases, ...settingsOf(100) }).end).code).toBe(11);
    const again = await gate({ databases, ...settingsOf(100) }).end;
    expect(again.code).toBe(22);
    expect(again.lastLine).toMatch(shown);
  });
});

describe("who leads", () => {
  it("is another allocation also when a follower's checks are few", async () => {
    const { run } = await site();
    const end = await run(100, 1, { migrationPollSeconds: 0.5, migrationPollIters: 2 });
    expect(end).toMatchObject({ code: 0, proof: true });
  });

  it("is not stopped by its own lock where two aliases reach one database by two hosts", async () => {
    const { gate, database, settingsOf } = await site();
    const databases = { default: database, direct: { ...database, host: "localhost" } };
    const end = await gate({
      databases,
      ...settingsOf(100, { migrationDatabases: ["default", "direct"], migrationTimeout: "10s" }),
    }).end;
    expect(end).toMatchObject({ code: 0, proof: true });
  });
});

describe("SQLite", () => {
  function sqlite(migrations: TestMigration[]) {
    const project = createDjangoProject({ blog: [firstMigration, ...migrations] });
    onTestFinished(() => project.remove());
    const databases = {
      default: { engine: "django.db.backends.sqlite3", name: `${project.directory}/db.sqlite3` },
    };
    return (settings: object) =>
      new GateProcess({
        python,
        project,
        databases,
        settings: { application: "shop", ...quick, ...settings },
      });
  }

  it("is given up after migrationTimeout, too", async () => {
    const gate = sqlite([endsWhenTold("0002_slow")]);
    const process = gate({ release: 100, migrationTimeout: "2s" });
    onTestFinished(() => void process.child.kill("SIGKILL"));
    await process.says("applying blog.0002_slow");
    expect(await process.end).toMatchObject({ code: 14, proof: false });
    expect((await gate({ release: 100 }).end).code).toBe(22);
  });

  it("with a table of the project's named like ours goes by pending migrations, and says so", async () => {
    const theirs = {
      name: "0002_theirs",
      operations: ['migrations.RunSQL("CREATE TABLE django_nomad_release (id int)")'],
    };
    const gate = sqlite([theirs]);
    expect((await gate({ recordReleases: false }).end).code).toBe(0);
    const end = await gate({ release: 100, databaseWaitSeconds: 3 }).end;
    expect(end).toMatchObject({ code: 0, proof: true });
    expect(end.stdout).toContain("can't be recorded in the table django_nomad_release");
  });
});

describe("the proof", () => {
  it("is asked for before anything is migrated: where it can't be left nothing is", async () => {
    const { gate, settingsOf, tables } = await site();
    const end = await gate({ ...settingsOf(100), env: { NOMAD_ALLOC_DIR: "/proc" } }).end;
    expect(end.code).toBe(24);
    expect(end.lastLine).toContain("could not be written");
    expect(await tables()).toEqual([]);
  });

  it("is not half there when it could not be written", async () => {
    const noRoom = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n";
    const { gate, settingsOf } = await site([], noRoom);
    const end = await gate(settingsOf(100)).end;
    expect(end).toMatchObject({ code: 24, proof: false });
  });
});
