/** Projects as people write them: odd settings, commands, drivers and migrations. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { repoRoot } from "../../commands/base/paths";
import { run } from "../../commands/base/run";
import { type TestMigration, slowMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { type PostgresServer, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { eventually } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

jest.setTimeout(120_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, startTimeout);
afterAll(() => server?.stop());

it("the gate's program is written in what Python 3.8 understands", async () => {
  const folder = join(repoRoot, "components", "gate", "django_nomad_gate");
  const parse =
    "import ast, sys; [ast.parse(open(name).read(), feature_version=(3, 8)) for name in sys.argv[1:]]";
  const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
  expect(files.length).toBeGreaterThan(5);
  await run("python3", ["-c", parse, ...files], { cwd: folder });
});

/** A migration that runs these Python lines, with `connection` at hand. */
const python = (name: string, ...lines: string[]): TestMigration => ({
  name,
  body: [
    "def work(apps, editor):",
    "    connection = editor.connection",
    ...lines.map((line) => `    ${line}`),
  ].join("\n"),
  operations: ["migrations.RunPython(work)"],
});

describe.each([oldestDjango, newestDjango])("a project on $django", (version) => {
  let interpreter: string;
  beforeAll(async () => {
    interpreter = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);
  const site = (migrations: TestMigration[] = [], settings = "") =>
    createDjangoSite(interpreter, server, migrations, settings);

  describe("whose settings", () => {
    it("import what the image lacks: says what, with the traceback and code 1", async () => {
      const { gate } = await site([], "import no_such_module\n");
      const end = await gate().end;
      expect(end.code).toBe(1);
      expect(end.stderr).toContain("import no_such_module");
      expect(end.stderr).not.toContain("During handling of the above exception");
      expect(end.lastLine).toBe(
        "migrate: Django can't start: ModuleNotFoundError: No module named 'no_such_module'. " +
          "Read the traceback above; often a package or an environment variable is missing.",
      );
    });

    it("are named nowhere: says that DJANGO_SETTINGS_MODULE is missing", async () => {
      const { gate } = await site();
      const end = await gate({ settings: { manageCommand: [interpreter, "-m", "django"] } }).end;
      expect(end.code).toBe(1);
      expect(end.lastLine).toMatch(/^migrate: Django can't start: .*DJANGO_SETTINGS_MODULE/);
    });

    it("name no usable database: leaves Django's own traceback and code 1", async () => {
      const { gate } = await site([], "DATABASES = {'other': DATABASES['default']}\n");
      const end = await gate().end;
      expect(end.code).toBe(1);
      expect(end.lastLine).toContain("You must define a 'default' database");
    });

    it("print, replace sys.stdout and capture warnings: the gate's lines come through", async () => {
      const { gate } = await site(
        [python("0002_hides", "import io, sys, time", "sys.stdout = io.StringIO()", "time.sleep(0.7)")],
        [
          "import io, logging, sys",
          "print('settings loaded')",
          "class Wrapper:",
          "    def __init__(self, stream): self.stream = stream",
          "    def write(self, text): return self.stream.write(text)",
          "    def flush(self): self.stream.flush()",
          "sys.stdout = Wrapper(sys.stdout)",
          "logging.captureWarnings(True)",
          "LOGGING = {'version': 1, 'disable_existing_loggers': True}",
        ].join("\n"),
      );
      const end = await gate().end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0, stderr: "" });
      expect(end.stdout).toContain("settings loaded\n");
      expect(end.stdout).toContain("migrate: applying blog.0002_hides\n");
      expect(end.lastLine).toMatch(/^migrate: applied 2 migrations/);
    });

    it("switch autocommit off: what the gate calls applied is committed", async () => {
      const { gate, applied } = await site([], "DATABASES['default']['AUTOCOMMIT'] = False\n");
      const end = await gate().end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(await applied()).toEqual(["0001_initial"]);
    });

    it("reach one database by two aliases: its lock is taken once for both", async () => {
      const { gate, database, query } = await site();
      await query("CREATE SCHEMA archive");
      const archive = { ...database, more: { OPTIONS: { options: "-c search_path=archive" } } };
      const settings = { migrationDatabases: ["default", "archive"], migrationTimeout: "5s" };
      const end = await gate({ databases: { default: database, archive }, settings }).end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(await query("SELECT name FROM archive.django_migrations")).toEqual([{ name: "0001_initial" }]);
      expect(await query("SELECT name FROM public.django_migrations")).toEqual([{ name: "0001_initial" }]);
    });
  });

  it("that talks in another encoding fails with its own words, not the gate's", async () => {
    const text = 'raise ValueError("zwei Beitr\\u00e4ge \\ud800 \\0 " + "x" * 100_000)';
    const { gate } = await site([python("0002_bad", text)]);
    const end = await gate({ env: { PYTHONIOENCODING: "ascii", LC_ALL: "POSIX" } }).end;
    expect(end.code).toBe(11);
    expect(end.lastLine).toMatch(/^migrate: blog\.0002_bad failed: ValueError: zwei Beiträge \\ud800 /);
    expect(end.lastLine.length).toBeLessThan(1_000);
  });

  it("whose log can't be written migrates all the same", async () => {
    const { gate, applied } = await site();
    const manageCommand = ["sh", "-c", 'exec "$@" >/dev/full 2>&1', "sh", interpreter, "manage.py"];
    expect(await gate({ settings: { manageCommand } }).end).toMatchObject({ code: 0 });
    expect(await applied()).toEqual(["0001_initial"]);
  });

  it("that leaves a thread running and a pool open costs no second and no connection", async () => {
    const { gate, project, database, connections } = await site([slowMigration("0002_slow", 0)]);
    project.addFile(
      "blog/apps.py",
      [
        "import threading",
        "from django.apps import AppConfig",
        "from django.db import connection",
        "class Blog(AppConfig):",
        "    name = 'blog'",
        "    def ready(self):",
        "        threading.Thread(target=threading.Event().wait).start()",
        "        connection.ensure_connection()",
      ].join("\n"),
    );
    const more = version === newestDjango ? { OPTIONS: { pool: { min_size: 2 } } } : { CONN_MAX_AGE: null };
    const databases = { default: { ...database, more } };
    const settings = {
      migrationLeader: "index-zero" as const,
      migrationPollSeconds: 2,
      migrationPollIters: 1,
    };
    const follower = gate({ index: 1, databases, settings });
    await follower.says("waiting for index 0");
    const says = Date.now();
    await eventually(async () => expect(await connections()).toBe(0));
    expect(follower.child.exitCode).toBeNull();
    expect((await follower.end).code).toBe(12);
    expect(Date.now() - says).toBeLessThan(3_500);
    expect(await gate({ databases }).end).toMatchObject({ code: 0 });
  });

  describe("with its own commands", () => {
    const command = (...lines: string[]): string =>
      ["from django.core.management.commands.migrate import Command as Base", "class Command(Base):"]
        .concat("    def handle(self, *args, **options):", ...lines.map((line) => `        ${line}`))
        .join("\n");

    it("called shell and migrate: both are the project's", async () => {
      const { gate, project, applied } = await site();
      project.addFile("blog/management/__init__.py", "");
      project.addFile("blog/management/commands/__init__.py", "");
      project.addFile(
        "blog/management/commands/shell.py",
        "from django.core.management.commands.shell import Command as Base\nclass Command(Base):\n    pass\n",
      );
      project.addFile(
        "blog/management/commands/migrate.py",
        command("print('partitions first')", "super().handle(*args, **options)", "raise SystemExit(0)"),
      );
      const end = await gate().end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(end.stdout).toContain("partitions first\n");
      expect(await applied()).toEqual(["0001_initial"]);
    });

    it("called migrate that applies nothing: fails and says so", async () => {
      const { gate, project } = await site();
      project.addFile("blog/management/commands/migrate.py", command("pass"));
      const end = await gate().end;
      expect(end.code).toBe(11);
      expect(end.lastLine).toContain("migrate ended without an error, yet these are still pending");
    });
  });

  describe("with migrations", () => {
    it("that fork, print bytes and close their connection: they are applied", async () => {
      const { gate, applied } = await site([
        python(
          "0002_forks",
          "import multiprocessing, sys, time",
          "child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))",
          "child.start()",
          "child.terminate()", // SIGTERM, as at the end of a pool of workers
          "child.join()",
          "sys.stdout.buffer.write(b'\\x00\\xff\\n')",
          "time.sleep(5)", // longer than the gate takes to leave when it is told to stop
        ),
        { ...python("0003_closes", "connection.close()"), atomic: false },
      ]);
      const end = await gate().end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(await applied()).toEqual(["0001_initial", "0002_forks", "0003_closes"]);
    });

    it("that squash others: applied once, and nothing pending where the others were applied", async () => {
      const { gate, project, applied, query } = await site([slowMigration("0002_slow", 0)]);
      await gate().end;
      project.addMigrations("blog", {
        name: "0001_squashed",
        attributes: ['replaces = [("blog", "0001_initial"), ("blog", "0002_slow")]', "dependencies = []"],
        operations: ['migrations.CreateModel("Post", [("id", models.AutoField(primary_key=True))])'],
      });
      expect((await gate().end).code).toBe(0);
      expect(await applied()).toContain("0002_slow");
      await query("DROP TABLE blog_post, made_by_0002_slow, django_migrations");
      const fresh = await gate().end;
      expectShowing(fresh, fresh.stderr).toMatchObject({ code: 0 });
      expect(fresh.lastLine).toMatch(/^migrate: applied 1 migration /);
      expect((await gate().end).lastLine).toMatch(/^migrate: nothing to apply/);
    });

    it("that conflict: leader and follower fail at once, and nothing is migrated", async () => {
      const { gate, applied, project } = await site();
      await gate().end;
      project.addMigrations("blog", slowMigration("0002_mine", 0));
      project.addMigrations("blog", {
        ...slowMigration("0002_yours", 0),
        attributes: ['dependencies = [("blog", "0001_initial")]'],
      });
      const ends = await Promise.all([gate().end, gate({ index: 1 }).end]);
      for (const end of ends) {
        expect(end.code).toBe(16);
        expect(end.lastLine).toBe(
          "migrate: the image's migrations conflict: blog has the leaf nodes 0002_mine, 0002_yours. " +
            "Run makemigrations --merge and build it again.",
        );
      }
      expect(await applied()).toEqual(["0001_initial"]);
    });

    it("that the database's history contradicts: says which, and migrates nothing", async () => {
      const { gate, applied, query } = await site([
        slowMigration("0002_slow", 0),
        slowMigration("0003_slow", 0),
      ]);
      await gate().end;
      await query("DELETE FROM django_migrations WHERE name = '0002_slow'");
      const end = await gate().end;
      expect(end.code).toBe(16);
      expect(end.lastLine).toContain(
        "blog.0003_slow is applied before its dependency blog.0002_slow on database 'default'",
      );
      expect(await applied()).toEqual(["0001_initial", "0003_slow"]);
    });

    it("whose post_migrate handler fails: says that they are applied and what to run by hand", async () => {
      const { gate, project, applied } = await site();
      project.addFile(
        "blog/apps.py",
        [
          "from django.apps import AppConfig",
          "from django.db.models.signals import post_migrate",
          "def fail(**kwargs): raise RuntimeError('no permissions today')",
          "class Blog(AppConfig):",
          "    name = 'blog'",
          "    def ready(self): post_migrate.connect(fail, sender=self)",
        ].join("\n"),
      );
      const end = await gate().end;
      expect(end.code).toBe(11);
      expect(end.lastLine).toContain("no permissions today");
      expect(end.lastLine).toContain(
        "The one applied before stays. Later steps, such as creating permissions, will not run again: run migrate by hand",
      );
      expect(await applied()).toEqual(["0001_initial"]);
    });

    it("that must not run in a transaction, as their backend says: they don't", async () => {
      const { gate, project, database, applied } = await site([
        {
          name: "0002_index",
          operations: ['migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON blog_post (id)")'],
        },
      ]);
      project.addFile("online/__init__.py", "");
      project.addFile(
        "online/base.py",
        [
          "from django.db.backends.postgresql import base, schema",
          "class Editor(schema.DatabaseSchemaEditor):",
          "    def __init__(self, connection, collect_sql=False, atomic=True):",
          "        super().__init__(connection, collect_sql, atomic=False)",
          "class DatabaseWrapper(base.DatabaseWrapper):",
          "    SchemaEditorClass = Editor",
        ].join("\n"),
      );
      const end = await gate({ databases: { default: { ...database, engine: "online" } } }).end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(await applied()).toEqual(["0001_initial", "0002_index"]);
    });

    it("that take a table which the running version holds: fail with lock_timeout and say what to look for", async () => {
      const { gate, project, database, applied } = await site();
      await gate().end;
      project.addMigrations("blog", {
        name: "0002_alter",
        operations: ['migrations.RunSQL("ALTER TABLE blog_post ADD b int")'],
      });
      const client = new Client({ ...server, database: database.name });
      await client.connect();
      await client.query("BEGIN; LOCK TABLE blog_post IN ACCESS SHARE MODE");
      const end = await gate({ settings: { migrationLockTimeout: "0.5s" } }).end;
      await client.end();
      expect(end.code).toBe(11);
      expect(end.lastLine).toMatch(/canceling statement due to lock timeout.*find it in pg_stat_activity/);
      expect(await applied()).toEqual(["0001_initial"]);
    });
  });
});
