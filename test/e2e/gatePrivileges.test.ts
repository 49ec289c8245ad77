/** The tables that decide what is migrated, and who may write them. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { expectShowing } from "../support/expectShowing";
import { repoRoot } from "../../commands/base/paths";
import { run } from "../../commands/base/run";
import { oldestAndNewest } from "../support/djangoVersions";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";

const gate = join(repoRoot, "components", "gate");

describe.each(oldestAndNewest)("the history of migrations, PostgreSQL $major with $django", (version) => {
  let server: PostgresServer;
  let python: string;
  const owner = 'the "owner"';
  const tables = ["django_migrations", "django_nomad_release", "orders"];

  beforeAll(async () => {
    server = await startPostgres({ major: version.major });
  }, startTimeout);
  beforeAll(async () => {
    python = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);
  afterAll(() => server?.stop());

  /** Runs protect() as a role of the database. @returns how many rights it took. */
  async function protect(user: string, engine = "postgresql"): Promise<number> {
    const { host, port } = server;
    const postgres = { NAME: "shop", HOST: host, PORT: port, USER: user, PASSWORD: "x" };
    const settings = engine === "sqlite3" ? { NAME: ":memory:" } : postgres;
    const program = [
      "import django, json, sys",
      "from django.conf import settings",
      "settings.configure(DATABASES={'default': json.loads(sys.argv[1])})",
      "django.setup()",
      "from django.db import connection",
      "from django_nomad_gate.privileges import protect",
      "print(protect(connection))",
    ].join("\n");
    const database = JSON.stringify({ ENGINE: `django.db.backends.${engine}`, ...settings });
    const { stdout } = await run(python, ["-c", program, database], { env: { PYTHONPATH: gate } });
    return Number(stdout);
  }

  const as = (user: string, sql: string): Promise<Record<string, unknown>[]> =>
    querySql(server, sql, { user, password: "x", database: "shop" });
  const write = (table: string): string[] => [
    `insert into ${table} (name) values ('x')`,
    `update ${table} set name = 'x'`,
    `delete from ${table}`,
    `truncate ${table}`,
    `create trigger planted before insert on ${table} execute function suppress_redundant_updates_trigger()`,
  ];

  beforeEach(async () => {
    await querySql(server, "drop database if exists shop");
    await querySql(server, 'drop role if exists "the ""owner""", shop, "Of another", third');
    const quoted = `"${owner.replaceAll('"', '""')}"`;
    for (const role of [quoted, "shop", '"Of another"', "third"])
      await querySql(server, `create role ${role} login password 'x'`);
    await querySql(server, `create database shop owner ${quoted}`);
    await as(
      owner,
      "alter default privileges grant select, insert, update, delete, truncate, trigger on tables to shop",
    );
    for (const table of tables) await as(owner, `create table ${table} (id serial, name text)`);
    await as(owner, `grant all on django_migrations to "Of another" with grant option`);
    await as("Of another", "grant insert on django_migrations to third");
    await as(
      owner,
      "grant update (name) on django_nomad_release to third; grant delete on django_nomad_release to public",
    );
    await as(owner, "grant usage on all sequences in schema public to public");
  });

  it("is written by its owner alone, and read by all who could read it", async () => {
    expect(await protect(owner)).toBeGreaterThan(0);
    for (const role of ["shop", "Of another", "third"]) {
      for (const statement of tables.slice(0, 2).flatMap(write)) {
        await expectShowing(as(role, statement), `${role}: ${statement}`).rejects.toThrow(
          /permission denied/,
        );
      }
    }
    for (const table of tables) {
      expect(await as("shop", `select count(*)::int as count from ${table}`)).toEqual([{ count: 0 }]);
      await as(owner, `insert into ${table} (name) values ('x'); delete from ${table}`);
    }
    await as(
      "shop",
      "insert into orders (name) values ('x'); update orders set name = 'y'; delete from orders",
    );
  });

  it("is looked at anew each time, for a role that was made since", async () => {
    await protect(owner);
    expect(await protect(owner)).toBe(0);
    await as(owner, "grant select, insert on all tables in schema public to third");
    expect(await protect(owner)).toBe(2);
    await expect(as("third", write("django_migrations")[0])).rejects.toThrow(/permission denied/);
    await as("third", write("orders")[0].replace("(name)", "(id, name)").replace("('x')", "(1, 'x')"));
  });

  it("is left alone by a role that does not own it, before it is there, and on other databases", async () => {
    expect(await protect("shop")).toBe(0);
    await as("shop", "delete from django_migrations");
    await as(owner, "drop table django_migrations, django_nomad_release");
    expect(await protect(owner)).toBe(0);
    expect(await protect("", "sqlite3")).toBe(0);
  });
});
