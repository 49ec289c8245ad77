/** The gate on MariaDB: a named lock, and no transaction that could undo a table. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { createDjangoProject, endsWhenTold, firstMigration } from "../support/djangoProject";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { type GateOptions, GateProcess } from "../support/gateProcess";
import { type MariadbServer, startMariadb } from "../support/mariadb";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { soak } from "../support/soak";
import { expectShowing } from "../support/expectShowing";
import { onTestFinished } from "../support/onTestFinished";

jest.setTimeout(120_000);

let server: MariadbServer;
beforeAll(async () => {
  server = await startMariadb();
}, 300_000);
afterAll(() => server?.stop());

/** PyMySQL in the place of mysqlclient, which would have to be compiled. */
const driver = `
import pymysql
pymysql.version_info = (2, 2, 8, "final", 0)
pymysql.install_as_MySQLdb()
`;

describe.each(soak ? [oldestDjango, newestDjango] : [newestDjango])("MariaDB, with $django", (version) => {
  let python: string;
  beforeAll(async () => {
    python = await pythonEnvironment([version.requirements[0], "pymysql"], version.python);
  }, 300_000);

  /** A project with a migration that ends when there is a table "go", and a database of its own. */
  async function site() {
    const project = createDjangoProject({ blog: [firstMigration, endsWhenTold("0002_slow")] }, driver);
    const { host, port, user, password } = server;
    const name = `gate_${randomBytes(4).toString("hex")}`;
    await server.query(`CREATE DATABASE ${name}`);
    const database = { engine: "django.db.backends.mysql", host, port, user, password, name };
    const gates: GateProcess[] = [];
    onTestFinished(async () => {
      gates.forEach((gate) => gate.child.kill("SIGKILL"));
      await Promise.all(gates.map((gate) => gate.end));
      project.remove();
    });
    return {
      database,
      project,
      go: () => server.query(`CREATE TABLE ${name}.go (id int)`),
      applied: () =>
        server.query(`SELECT name FROM ${name}.django_migrations WHERE app = 'blog' ORDER BY id`),
      gate(options: Partial<GateOptions> = {}) {
        const gate = new GateProcess({ python, project, databases: { default: database }, ...options });
        gates.push(gate);
        return gate;
      },
    };
  }

  it("lets two leaders work one after the other", async () => {
    const { gate, go, applied } = await site();
    const first = gate();
    await first.says("applying blog.0002_slow");
    const second = gate();
    await second.says("is migrating; pending: blog.0002_slow");
    expect(second.output).toMatch(/waiting: connection \d+ is migrating/);
    await go();
    const ends = await Promise.all([first.end, second.end]);
    for (const end of ends) expectShowing(end, end.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(await applied()).toBe("0001_initial\n0002_slow");
  });

  it("gives the lock of a killed leader to the next one", async () => {
    const { gate, go, applied } = await site();
    const settings = { migrationLeader: "first-to-lock" } as const;
    const first = gate({ settings });
    await first.says("applying blog.0002_slow");
    const second = gate({ index: 1, settings });
    await second.says("is migrating");
    first.child.kill("SIGKILL");
    await second.says("applying blog.0002_slow");
    await go();
    expect(await second.end).toMatchObject({ code: 0 });
    expect(await applied()).toBe("0001_initial\n0002_slow");
  });

  it("says on SIGTERM that a migration could not be rolled back, and gives up the lock", async () => {
    const { gate, go } = await site();
    const first = gate();
    await first.says("applying blog.0002_slow");
    first.child.kill("SIGTERM");
    const end = await first.end;
    expect(end.code).toBe(15);
    expect(end.lastLine).toContain("blog.0002_slow could not be rolled back and may be half applied");
    await go();
    expect(await gate().end).toMatchObject({ code: 0 });
  });

  it("tells a wrong password from a server that is down", async () => {
    const { gate, database } = await site();
    const wrong = { default: { ...database, password: "hunter2-is-secret" } };
    const end = await gate({ databases: wrong, settings: { databaseWaitSeconds: 1 } }).end;
    expect(end.code).toBe(19);
    expect(end.lastLine).toContain("Access denied");
    expect(end.stderr).not.toContain("hunter2");
    const down = { default: { ...database, port: 1 } };
    const none = await gate({ databases: down, settings: { databaseWaitSeconds: 1 } }).end;
    expect(none.code).toBe(10);
    expect(none.lastLine).toContain(`the database "default" at 127.0.0.1:1 can't be reached after`);
  });

  it("is not stopped by its own lock where two of a server's databases have one lock key", async () => {
    const { gate, database, go } = await site();
    await go();
    const name = `gate_${randomBytes(4).toString("hex")}`;
    await server.query(`CREATE DATABASE ${name}; CREATE TABLE ${name}.go (id int)`);
    const end = await gate({
      databases: { default: database, other: { ...database, name } },
      settings: {
        migrationDatabases: ["default", "other"],
        migrationLockKey: "both",
        migrationTimeout: "10s",
      },
    }).end;
    expectShowing(end, end.stderr).toMatchObject({ code: 0, proof: true });
  });

  it("with a table of the project's named like ours goes by pending migrations, and says so", async () => {
    const { gate, database, go } = await site();
    await go();
    await server.query(`CREATE TABLE ${database.name}.django_nomad_release (id int)`);
    const end = await gate({ settings: { release: 100, application: "shop", databaseWaitSeconds: 3 } }).end;
    expectShowing(end, end.stderr).toMatchObject({ code: 0, proof: true });
    expect(end.stdout).toContain("can't be recorded in the table django_nomad_release");
  });

  it("keeps the cause of a failed release in a database that lacks its characters", async () => {
    const { gate, database, project } = await site();
    await server.query(`ALTER DATABASE ${database.name} CHARACTER SET latin1`);
    project.addMigrations("blog", {
      name: "0000_fails",
      body: "def work(apps, editor):\n    raise ValueError('name \u2603')\n",
      operations: ["migrations.RunPython(work)"],
      attributes: ["dependencies = []", 'run_before = [("blog", "0001_initial")]'],
    });
    const options = { settings: { release: 100, application: "shop" } };
    expect((await gate(options).end).code).toBe(11);
    const again = await gate(options).end;
    expect(again.code).toBe(22);
    expect(again.lastLine).toContain("ValueError: name");
  });

  it.each([
    [
      "a MariaDB cluster",
      "ER.NOT_SUPPORTED_YET",
      "This version doesn't yet support 'GET_LOCK in cluster (WSREP)'",
    ],
    [
      "a Percona cluster",
      "1105",
      "Percona-XtraDB-Cluster prohibits use of GET_LOCK with pxc_strict_mode = ENFORCING",
    ],
  ])("says that %s forbids the lock, and what to set", async (_, code, words) => {
    const { project, gate, go, applied } = await site();
    project.addFile("forbidding.py", forbidding(code, words));
    project.addFile("blog/__init__.py", "import forbidding\n");
    const end = await gate().end;
    expectShowing(end, end.stderr).toMatchObject({ code: 25, proof: false });
    expect(end.lastLine).toMatch(
      /^migrate: the cluster of the database "default" at \S+ forbids the lock .*GET_LOCK/,
    );
    expect(end.lastLine).toMatch(/Set migrationLock to none: then allocation 0 alone migrates/);
    expect(end.lastLine).not.toMatch(/can't be reached|[Uu]pgrade/);
    await go();
    expect(await gate({ settings: { migrationLock: "none" } }).end).toMatchObject({ code: 0, proof: true });
    expect(await applied()).toBe("0001_initial\n0002_slow");
  });
});

/** The driver's own error for the statement that such clusters refuse. */
const forbidding = (code: string, words: string): string => `
from pymysql import cursors, err
from pymysql.constants import ER

plain = cursors.Cursor.execute


def execute(self, query, args=None):
    if "GET_LOCK" in query:
        raise err.error_map.get(${code}, err.OperationalError)(${code}, ${JSON.stringify(words)})
    return plain(self, query, args)


cursors.Cursor.execute = execute
`;
