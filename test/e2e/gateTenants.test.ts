/** Projects with a schema for each tenant. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { createDatabase, createDjangoSite } from "../support/djangoSite";
import { newestDjango } from "../support/djangoVersions";
import { expectShowing } from "../support/expectShowing";
import { type GateOptions, GateProcess } from "../support/gateProcess";
import { onTestFinished } from "../support/onTestFinished";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { repetitions } from "../support/soak";
import { addTenants, createTenantsProject, tenantsDatabase, uniqueNumber } from "../support/tenantsProject";

jest.setTimeout(240_000);

let server: PostgresServer;
let python: string;
beforeAll(async () => {
  server = await startPostgres();
  python = await pythonEnvironment([...newestDjango.requirements, "django-tenants"], newestDjango.python);
}, startTimeout);
afterAll(() => server?.stop());

/** Migrated, with tenants that have their schemas. */
async function site(tenants: readonly string[], options: { settings?: string; prepare?: string } = {}) {
  const project = createTenantsProject(options.settings);
  onTestFinished(() => project.remove());
  const { host, port, user, password } = server;
  const database = tenantsDatabase({ host, port, user, password, name: await createDatabase(server) });
  const query = (sql: string) => querySql(server, sql, { database: database.name });
  if (options.prepare) await query(options.prepare);
  let release = 0;
  const run = async ({ settings, ...more }: Partial<GateOptions> = {}) => {
    release += settings?.release === undefined ? 1 : 0;
    const all = { application: "ledger", release, ...settings };
    return new GateProcess({ python, project, databases: { default: database }, ...more, settings: all }).end;
  };
  const first = await run();
  expectShowing(first, first.stderr).toMatchObject({ code: 0 });
  await addTenants(python, project, database, tenants);
  /** In how many schemas of these the migration is recorded and its constraint there. */
  const unique = async (names: readonly string[]): Promise<string[]> => {
    const sql =
      `SELECT nspname AS name FROM pg_namespace n WHERE nspname IN ('${names.join("', '")}') AND EXISTS (SELECT 1 FROM ` +
      "pg_constraint WHERE connamespace = n.oid AND contype = 'u' AND conrelid::regclass::text LIKE '%ledger_invoice') ORDER BY 1";
    return (await query(sql)).map(({ name }) => String(name));
  };
  return { project, database, query, run, unique };
}

const offices = ["alder", "birch", "cedar"];

describe("django-tenants", () => {
  it("a tenant's failure is red each time, names the tenant and those not yet done, until it is fixed", async () => {
    const { project, query, run, unique } = await site(offices);
    await query("INSERT INTO birch.ledger_invoice (number) VALUES ('2026-7'), ('2026-7')");
    project.addMigrations("ledger", uniqueNumber);
    for (const done of ["the 2 applied before stay. ", ""]) {
      const end = await run();
      expectShowing(end, end.stdout).toMatchObject({ code: 11, proof: false });
      expect(end.lastLine).toMatch(
        /^migrate: ledger\.0002_unique_number in the schema birch failed: IntegrityError: /,
      );
      expect(end.lastLine).toContain("ledger.0002_unique_number in the schema birch was rolled back");
      expect(end.lastLine).toContain(`${done}Still pending: ledger.0002_unique_number in birch, cedar.`);
    }
    expect(await unique(offices)).toEqual(["alder"]);
    const polls = {
      migrationLeader: "index-zero",
      migrationPollSeconds: 0.1,
      migrationPollIters: 1,
    } as const;
    const follower = await run({ index: 1, settings: { release: 9, ...polls } });
    expect(follower.code).toBe(12);
    expect(follower.lastLine).toContain("ledger.0002_unique_number in birch, cedar");

    await query("DELETE FROM birch.ledger_invoice");
    const mended = await run();
    expectShowing(mended, mended.stderr).toMatchObject({ code: 0, proof: true });
    expect(await unique(offices)).toEqual(offices);
    for (const office of offices) {
      const rows = await query(
        `SELECT name FROM ${office}.django_migrations WHERE app = 'ledger' ORDER BY id`,
      );
      expect(rows).toEqual([{ name: "0001_initial" }, { name: "0002_unique_number" }]);
    }
  });

  it("a tenant without a schema is named, the others are migrated, and public gets none of its tables", async () => {
    const { project, database, query, run, unique } = await site(offices);
    await addTenants(python, project, database, ["dogwood"], false);
    project.addMigrations("ledger", uniqueNumber);
    for (const attempt of ["first", "second"]) {
      const end = await run();
      expectShowing(end, `${attempt}: ${end.stdout}`).toMatchObject({ code: 11, proof: false });
      expect(end.lastLine).toContain(
        "Still pending: every migration of dogwood, whose schema does not exist.",
      );
      expect(end.lastLine).toContain("Create the schema of dogwood, or delete the tenant, and deploy again.");
    }
    expect(await unique(offices)).toEqual(offices);
    expect(
      await query("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'ledger%'"),
    ).toEqual([]);
  });

  it("the schema that all share may have another name", async () => {
    const { project, run, unique } = await site(["alder"], {
      settings: 'PUBLIC_SCHEMA_NAME = "shared"\n',
      prepare: "CREATE SCHEMA shared; DROP SCHEMA public",
    });
    project.addMigrations("ledger", uniqueNumber);
    const end = await run();
    expectShowing(end, end.stderr).toMatchObject({ code: 0 });
    expect(end.stdout).toContain("1 to apply on default: ledger.0002_unique_number in shared, alder");
    expect(await unique(["alder"])).toEqual(["alder"]);
  });

  it("hundreds of tenants with nothing pending are looked at in seconds, over one connection", async () => {
    const count = repetitions(300, 30);
    const { database, query, run } = await site(["t000"]);
    // As fast as the server copies them; django-tenants would take a minute.
    await query(`DO $$ BEGIN FOR i IN 1..${count} LOOP
      EXECUTE format('CREATE SCHEMA %I', 'more' || i);
      EXECUTE format('CREATE TABLE %I.django_migrations (LIKE t000.django_migrations INCLUDING ALL)', 'more' || i);
      EXECUTE format('INSERT INTO %I.django_migrations SELECT * FROM t000.django_migrations', 'more' || i);
      INSERT INTO offices_office (schema_name) VALUES ('more' || i);
    END LOOP; END $$`);
    const role = { user: `one_${database.name}`, password: "for-tests" };
    await query(`CREATE ROLE ${role.user} LOGIN PASSWORD '${role.password}' CONNECTION LIMIT 1`);
    await query(`GRANT pg_read_all_data TO ${role.user}`);
    const databases = { default: { ...database, ...role } };
    const end = await run({ index: 1, databases, settings: { release: 1 } });
    expectShowing(end, end.stdout + end.stderr).toMatchObject({ code: 0, stderr: "" });
    const [, seconds] = /nothing to apply \(checked in ([\d.]+) s\)/.exec(end.lastLine) ?? [];
    expectShowing(Number(seconds), end.lastLine).toBeLessThan(10);
  });
});

describe("a migrate of the project's own that goes through schemas", () => {
  it("names the one that failed, and runs again in each release until it is fixed", async () => {
    const { gate, project, query } = await createDjangoSite(python, server, []);
    for (const folder of ["blog/management", "blog/management/commands"])
      project.addFile(`${folder}/__init__.py`, "");
    project.addFile(
      "blog/management/commands/migrate.py",
      [
        "from django.core.management.commands.migrate import Command as Base",
        "from django.db import connection",
        "class Command(Base):",
        "    def handle(self, *args, **options):",
        "        for schema in ('public', 'red', 'blue'):",
        "            with connection.cursor() as cursor:",
        "                cursor.execute('SET search_path = ' + schema)",
        "            super().handle(*args, **options)",
      ].join("\n"),
    );
    await query("CREATE SCHEMA red; CREATE SCHEMA blue");
    let release = 0;
    const run = () => gate({ settings: { application: "blog", release: (release += 1) } }).end;
    expect((await run()).lastLine).toContain("applied 3 migrations");
    await query("INSERT INTO red.blog_post DEFAULT VALUES");
    project.addMigrations("blog", {
      name: "0002_empty",
      operations: ['migrations.RunSQL("ALTER TABLE blog_post ADD CONSTRAINT empty CHECK (false)")'],
    });
    for (const attempt of ["first", "second"]) {
      const end = await run();
      expectShowing(end, `${attempt}: ${end.stdout}`).toMatchObject({ code: 11, proof: false });
      expect(end.lastLine).toContain("blog.0002_empty in the schema red was rolled back");
    }
    await query("DELETE FROM red.blog_post");
    const mended = await run();
    expectShowing(mended, mended.stderr).toMatchObject({ code: 0 });
    expect(mended.lastLine).toContain("applied 2 migrations");
  });
});
