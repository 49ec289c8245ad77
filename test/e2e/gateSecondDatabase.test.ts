/** Projects with more than one database. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { createDatabase, createDjangoSite, type DjangoSite } from "../support/djangoSite";
import type { TestDatabase } from "../support/djangoProject";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { expectShowing } from "../support/expectShowing";
import type { GateEnd, GateOptions } from "../support/gateProcess";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";

jest.setTimeout(120_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, startTimeout);
afterAll(() => server?.stop());

/** Sends the app audit to the database other; `legacy` gets no migration. */
const router = `
class Router:
    def db_for_write(self, model, **hints):
        return "other" if model._meta.app_label == "audit" else None

    def allow_migrate(self, db, app_label, **hints):
        return db != "legacy" and (db == "other") == (app_label == "audit")
`;
/** Only says where tables may be made: its code writes with using(). */
const withoutWriting = router.replace(/ {4}def db_for_write[^]*?None\n/, "");

describe.each([oldestDjango, newestDjango])("a second database, on $django", (version) => {
  let python: string;
  beforeAll(async () => {
    python = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);

  const site = async (routing = router) => {
    const made = await createDjangoSite(
      python,
      server,
      [],
      "INSTALLED_APPS.append('audit')\nDATABASE_ROUTERS = ['routing.Router']\n",
    );
    made.project.addFile("routing.py", routing);
    made.project.addFile("audit/__init__.py", "");
    made.project.addFile("audit/migrations/__init__.py", "");
    made.project.addFile(
      "audit/models.py",
      "from django.db import models\nclass Entry(models.Model):\n    pass\n",
    );
    made.project.addMigrations("audit", {
      name: "0001_initial",
      operations: ['migrations.CreateModel("Entry", [("id", models.AutoField(primary_key=True))])'],
    });
    const other = { ...made.database, name: await createDatabase(server) };
    return { ...made, other, databases: { default: made.database, other } };
  };
  const run = async (made: DjangoSite, options: Partial<GateOptions>): Promise<GateEnd> => {
    const end = await made.gate(options).end;
    return end;
  };
  const warning =
    'the routers send models to the database "other", which migrationDatabases leaves out: not applied there: ' +
    'audit.0001_initial. Add "other" to migrationDatabases, or migrate it before you deploy.';

  it.each([
    ["writes it there", router],
    ["only allows its migrations there", withoutWriting],
  ])("that a router %s and nobody migrates: a warning names it, and what is missing", async (_, routing) => {
    const made = await site(routing);
    const end = await run(made, { databases: made.databases });
    expectShowing(end, end.stderr).toMatchObject({ code: 0 });
    expect(end.stdout).toContain(`migrate: warning: ${warning}\n`);
  });

  it("that nobody migrates is red where the stack is protected, in each try until it is migrated", async () => {
    const made = await site();
    const strict = { strictDatabases: true, application: "blog" };
    for (const release of [1, 2]) {
      const end = await run(made, { databases: made.databases, settings: { ...strict, release } });
      expectShowing(end, end.stdout).toMatchObject({ code: 13, proof: false });
      expect(end.lastLine).toContain(`migrate: ${warning} This fails because protect is true.`);
    }
    const migrationDatabases = ["default", "other"];
    const settings = { ...strict, release: 3, migrationDatabases };
    const end = await run(made, { databases: made.databases, settings });
    expectShowing(end, end.stderr).toMatchObject({ code: 0 });
    expect(end.stdout).not.toContain("warning");
    const tables = await querySql(server, "SELECT to_regclass('audit_entry') AS name", {
      database: made.other.name,
    });
    expect(tables).toEqual([{ name: "audit_entry" }]);
    // Migrated elsewhere does as well.
    const alone = await run(made, { databases: made.databases, settings: { ...strict, release: 4 } });
    expectShowing(alone, alone.stdout + alone.stderr).toMatchObject({ code: 0 });
    expect(alone.stdout).not.toContain("warning");
  });

  it("that does not answer: what is not known is said as not known, within seconds", async () => {
    const made = await site();
    const databases = { ...made.databases, other: { ...made.other, name: "nowhere" } };
    const end = await run(made, { databases });
    expectShowing(end, end.stderr).toMatchObject({ code: 0 });
    expect(end.stdout).toMatch(
      /warning: .*"other".*whether the migrations of audit are applied there is not known.*"nowhere" does not exist/,
    );
  });

  it("among mirrors, replicas and databases that migrate nothing: those are left in peace", async () => {
    const made = await site();
    const silent = (more: TestDatabase["more"] = {}): TestDatabase => ({
      ...made.database,
      host: "192.0.2.1",
      more,
    });
    const databases = {
      ...made.databases,
      mirror: silent({ TEST: { MIRROR: "default" } }),
      replica: silent(),
      legacy: silent(),
    };
    const started = Date.now();
    const end = await run(made, { databases, settings: { migrationDatabases: ["default", "other"] } });
    expectShowing(end, end.stderr).toMatchObject({ code: 0 });
    expect(end.stdout).not.toContain("warning");
    expect(Date.now() - started).toBeLessThan(30_000);
  });
});
