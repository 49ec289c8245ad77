/** Migrations that end their transaction themselves, and what the gate says became of them. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import type { TestMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { expectShowing } from "../support/expectShowing";
import { type PostgresServer, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, startTimeout);
afterAll(() => server?.stop());

const sql = (...statements: string[]): string[] =>
  statements.map((statement) => `migrations.RunSQL(${JSON.stringify(statement)})`);
const row = "INSERT INTO blog_post DEFAULT VALUES";
const failing = "INSERT INTO blog_post (id) VALUES (NULL)";

describe.each([oldestDjango, newestDjango])("a migration's own transaction, on $django", (version) => {
  let python: string;
  beforeAll(async () => {
    python = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);

  /** A site at its first migration, the second one laid beside it. */
  const site = async (migration: Omit<TestMigration, "name">) => {
    const made = await createDjangoSite(python, server, []);
    await made.gate().end;
    made.project.addMigrations("blog", { name: "0002_own", ...migration });
    const rows = async (): Promise<number> => (await made.query("SELECT 1 FROM blog_post")).length;
    return { ...made, rows };
  };

  const works: [what: string, migration: Omit<TestMigration, "name">][] = [
    ["of a script with BEGIN and COMMIT", { operations: sql(`BEGIN; ${row}; COMMIT;`) }],
    [
      "that begins with SET TRANSACTION",
      { operations: sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", row) },
    ],
    [
      "with savepoints",
      { operations: sql("SAVEPOINT a", failing.replace("NULL", "7"), "RELEASE SAVEPOINT a") },
    ],
    ["rolled back halfway", { operations: sql("CREATE TABLE gone ()", "ROLLBACK", row) }],
    [
      "with a foreign key, whose constraint comes last",
      {
        operations: [
          ...sql(row),
          'migrations.CreateModel("Note", [("id", models.AutoField(primary_key=True)), ' +
            '("post", models.ForeignKey("blog.Post", models.CASCADE))])',
        ],
      },
    ],
    [
      "of none, to build an index while the site runs",
      { atomic: false, operations: sql(row, "CREATE INDEX CONCURRENTLY i ON blog_post (id)") },
    ],
  ];
  it.each(soak || version === newestDjango ? works : works.slice(0, 1))(
    "%s applies as under plain migrate, and is recorded once",
    async (_, migration) => {
      const { gate, applied, rows } = await site(migration);
      const end = await gate().end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(await applied()).toEqual(["0001_initial", "0002_own"]);
      expect(await rows()).toBe(1);
      expect((await gate().end).lastLine).toContain("nothing to apply");
    },
  );

  const raw = (...lines: string[]): Omit<TestMigration, "name"> => ({
    body: ["def work(apps, editor):", ...lines.map((line) => `    ${line}`)].join("\n"),
    operations: ["migrations.RunPython(work)"],
  });
  const half: [what: string, migration: Omit<TestMigration, "name">][] = [
    ["commits a row and then fails", { operations: sql("BEGIN", row, "COMMIT", failing) }],
    ["commits in the script that fails", { operations: sql(`${row}; COMMIT; ${failing}`) }],
    [
      "commits through the driver",
      raw(
        `editor.execute("${row}")`,
        "editor.connection.connection.commit()",
        "editor.execute('SELECT 1')",
        "1 / 0",
      ),
    ],
  ];
  it.each(soak || version === newestDjango ? half : half.slice(0, 1))(
    "%s: it may be half applied, and no word of a rollback",
    async (_, migration) => {
      const { gate, rows } = await site(migration);
      const end = await gate().end;
      expect(end.code).toBe(11);
      expect(end.lastLine).toContain(
        "blog.0002_own has ended its transaction itself and may be half applied: check the database",
      );
      expect(end.lastLine).not.toContain("rolled back");
      expect(await rows()).toBe(1);
    },
  );

  const whole: [what: string, migration: Omit<TestMigration, "name">][] = [
    ["uses savepoints of its own", { operations: sql("SAVEPOINT a", row, "RELEASE SAVEPOINT a", failing) }],
    [
      "makes a procedure that commits",
      {
        operations: sql(
          row,
          "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN NULL; COMMIT; END; $$",
          failing,
        ),
      },
    ],
    [
      "opens a schema editor within its own",
      raw(
        "with editor.connection.schema_editor() as inner:",
        `    inner.execute("${row}")`,
        `editor.execute("${failing}")`,
      ),
    ],
  ];
  it.each(soak || version === newestDjango ? whole : whole.slice(0, 1))(
    "%s and fails: it was rolled back, and is said to be",
    async (_, migration) => {
      const { gate, rows } = await site(migration);
      const end = await gate().end;
      expect(end.code).toBe(11);
      expect(end.lastLine).toContain("blog.0002_own was rolled back");
      expect(await rows()).toBe(0);
    },
  );
});
