/** What chance decides, repeated: reduced in `npm test`, in full in `npm run test:soak`. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { endsWhenTold, type TestMigration } from "../support/djangoProject";
import { createDatabase, createDjangoSite } from "../support/djangoSite";
import { newestDjango } from "../support/djangoVersions";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { repetitions } from "../support/soak";
import { expectShowing } from "../support/expectShowing";

jest.setTimeout(repetitions(1_800_000, 240_000));

let server: PostgresServer;
let python: string;
beforeAll(async () => {
  server = await startPostgres();
  python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
}, startTimeout);
afterAll(() => server?.stop());

const number = (index: number): string => String(index).padStart(4, "0");

/** Makes a table with a foreign key, which Django adds at the migration's end, and fills it. */
const withForeignKey = (index: number): TestMigration => ({
  name: `${number(index)}_key`,
  operations: [
    `migrations.CreateModel("Key${index}", [("id", models.AutoField(primary_key=True)), ("post", models.ForeignKey("blog.Post", on_delete=models.CASCADE))])`,
    `migrations.AddField("Key${index}", "text", models.TextField(default="", db_index=True))`,
    `migrations.RunSQL("INSERT INTO blog_post DEFAULT VALUES")`,
    `migrations.RunSQL("INSERT INTO blog_key${index} (post_id, text) SELECT id, '${index}' FROM blog_post")`,
  ],
});

/** Changes every row: applied twice, it is seen. */
const addsOne = (index: number): TestMigration => ({
  name: `${number(index)}_adds_one`,
  body: [
    "def work(apps, editor):",
    "    with editor.connection.cursor() as cursor:",
    "        cursor.execute('UPDATE counter SET n = n + 1')",
    "        cursor.execute('SELECT pg_sleep(0.1)')",
  ].join("\n"),
  operations: ["migrations.RunPython(work)"],
});

const mixed: TestMigration[] = [
  { name: "0002_counter", operations: ['migrations.RunSQL("CREATE TABLE counter AS SELECT 0 AS n")'] },
  ...Array.from({ length: 12 }, (_, index) => (index % 3 === 2 ? addsOne : withForeignKey)(index + 3)),
];

const leaders = repetitions(50, 5);
const kills = repetitions(30, 4);

describe("the migration gate", () => {
  it(`applies once when two leaders start at the same time (${leaders} times)`, async () => {
    const { gate, database } = await createDjangoSite(python, server, mixed);
    for (let round = 0; round < leaders; round += 1) {
      const databases = { default: { ...database, name: await createDatabase(server) } };
      const ends = await Promise.all([gate({ databases }).end, gate({ databases }).end]);
      for (const end of ends) expectShowing(end, end.stderr).toMatchObject({ code: 0, stderr: "" });
      expect(
        ends.filter((end) => end.stdout.includes(`applied ${mixed.length + 1} migrations`)),
      ).toHaveLength(1);
      const idle = /nothing (left to apply|is pending any more|to apply)/;
      expect(ends.filter((end) => idle.test(end.lastLine))).toHaveLength(1);
      await expectConsistent(databases.default.name);
    }
  });

  it(`completes after its leader was killed at any moment of the migrations (${kills} times)`, async () => {
    const { gate, database } = await createDjangoSite(python, server, mixed);
    const settings = { migrationLeader: "first-to-lock", migrationTimeout: "120s" } as const;
    let duration = 1_000;
    for (let round = 0; round <= kills; round += 1) {
      const databases = { default: { ...database, name: await createDatabase(server) } };
      const leader = gate({ databases, settings });
      await leader.says("to apply on default");
      const begin = Date.now();
      if (round === 0) {
        duration = (await leader.end).at - begin; // an undisturbed one shows how long they take
      } else {
        const waiting = gate({ index: 1, databases, settings }); // a successor that may wait already
        await delay(Math.random() * duration);
        leader.child.kill("SIGKILL");
        await leader.end;
        const late = gate({ index: 2, databases, settings });
        for (const end of await Promise.all([waiting.end, late.end])) {
          expectShowing(end, end.stderr).toMatchObject({ code: 0, stderr: "" });
        }
      }
      await expectConsistent(databases.default.name);
    }
  });

  it.each([
    { migrationLeader: "index-zero", promised: 6, says: "waiting for index 0" } as const,
    { migrationLeader: "first-to-lock", promised: 1, says: "is migrating" } as const,
  ])(
    "lets the others pass soon after the leader's commit ($migrationLeader: within $promised s)",
    async ({ migrationLeader, promised, says }) => {
      const { gate, query } = await createDjangoSite(python, server, [endsWhenTold("0002_ends_when_told")]);
      const settings = { migrationLeader, migrationPollIters: 60 };
      const leader = gate({ settings });
      await leader.says("applying blog.0002");
      const others = Array.from({ length: 5 }, (_, index) => gate({ index: index + 1, settings }));
      await Promise.all(others.map((other) => other.says(says)));
      await query("CREATE TABLE go ()");
      await leader.says("applied blog.0002");
      const committed = Date.now();
      const ends = await Promise.all(others.map((other) => other.end));
      expect(ends.map((end) => end.code)).toEqual(ends.map(() => 0));
      const seconds = (Math.max(...ends.map((end) => end.at)) - committed) / 1_000;
      console.info(`${migrationLeader}: the last of ${ends.length} passed ${seconds} s after the commit`);
      expect(seconds).toBeLessThan(promised + repetitions(1, 15)); // a loaded machine starts and ends slowly
    },
  );
});

/** Every migration is applied once, as a whole and with its record. */
async function expectConsistent(name: string): Promise<void> {
  const query = (sql: string) => querySql(server, sql, { database: name });
  const names = await query("SELECT name FROM django_migrations ORDER BY id");
  expect(names.map((row) => row.name)).toEqual(["0001_initial", ...mixed.map((migration) => migration.name)]);
  const keys = mixed.filter((migration) => migration.name.endsWith("_key"));
  const constraints =
    "SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'blog_key%'";
  expect(await query(constraints)).toHaveLength(keys.length);
  expect(await query("SELECT count(*)::int AS posts FROM blog_post")).toEqual([{ posts: keys.length }]);
  expect(await query("SELECT n FROM counter")).toEqual([{ n: mixed.length - 1 - keys.length }]);
}
