import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { endsWhenTold, slowMigration, type TestMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestAndNewest } from "../support/djangoVersions";
import { type PostgresServer, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { repetitions } from "../support/soak";
import { forwardTcp, freePort } from "../support/tcpForwarder";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

const WAITERS = repetitions(200, 20);
const CONNECTIONS = WAITERS / 2;

let server: PostgresServer;

/** Kills one of the server's processes, on which it cuts off every session and goes through recovery. */
async function crash(): Promise<void> {
  const client = new Client({ ...server, database: "postgres" });
  client.on("error", () => undefined); // its own session is the one that is killed
  await client.connect();
  const sessionLost = /terminated unexpectedly|server closed/;
  await expect(client.query("COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'")).rejects.toThrow(sessionLost);
}

describe.each(oldestAndNewest)("a database in trouble, PostgreSQL $major with $django", (version) => {
  let python: string;
  beforeAll(async () => {
    server = await startPostgres({ major: version.major });
  }, startTimeout);
  afterAll(() => server?.stop());
  beforeAll(async () => {
    python = await pythonEnvironment(version.requirements, version.python);
  }, 300_000);
  const site = (...migrations: TestMigration[]) => createDjangoSite(python, server, migrations);

  it("comes late: leader and follower wait for it, and nothing fails", async () => {
    const { gate, database, applied } = await site();
    const port = await freePort();
    const databases = { default: { ...database, port } };
    const settings = { migrationPollSeconds: 0.5, migrationPollIters: 20 };
    const both = [0, 1].map((index) => gate({ index, databases, settings }));
    await Promise.all(both.map((one) => one.says("migrate: waiting for the database")));
    await new Promise((resolve) => setTimeout(resolve, repetitions(20_000, 2_000)));
    const forwarder = await forwardTcp(port, server);
    const ends = await Promise.all(both.map((one) => one.end));
    await forwarder.close();
    expect(ends.map((end) => [end.code, end.stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(ends[0].stdout).toMatch(/the database "default" at 127\.0\.0\.1:\d+ answers after/);
    expect(await applied()).toEqual(["0001_initial"]);
  });

  it("never comes: fails within its budget with a sentence about the database", async () => {
    const { gate, database } = await site();
    const databases = { default: { ...database, port: await freePort() } };
    const started = Date.now();
    const ends = await Promise.all(
      [0, 1].map((index) => gate({ index, databases, settings: { databaseWaitSeconds: 2 } }).end),
    );
    for (const end of ends) {
      expect(end.code).toBe(10);
      expect(end.lastLine).toMatch(
        /^migrate: the database "default" at 127\.0\.0\.1:\d+ can't be reached after 2 s: .*refused/,
      );
      expect(end.at - started).toBeLessThan(15_000);
    }
  });

  it("accepts connections and says nothing: fails within its budget too", async () => {
    const { gate, database } = await site();
    const silent = await forwardTcp(0, server, true);
    const started = Date.now();
    const end = await gate({
      databases: { default: { ...database, port: silent.port } },
      settings: { databaseWaitSeconds: 3 },
    }).end;
    await silent.close();
    expect(end.code).toBe(10);
    expect(end.at - started).toBeLessThan(20_000);
  });

  it("is away for a while: a follower's checks are not used up by it", async () => {
    const { gate, database } = await site();
    const first = await forwardTcp(0, server);
    const databases = { default: { ...database, port: first.port } };
    const follower = gate({
      index: 1,
      databases,
      settings: { migrationPollSeconds: 0.5, migrationPollIters: 8 },
    });
    await follower.says("waiting for index 0");
    await first.close();
    await follower.says("migrate: waiting for the database");
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // longer than all checks together
    expect((await gate().end).code).toBe(0);
    const second = await forwardTcp(first.port, server);
    const end = await follower.end;
    await second.close();
    expect(end).toMatchObject({ code: 0, stderr: "" });
  });

  it("dies during a migration: fails with a code of its own, and the next run completes", async () => {
    const { gate, applied } = await site(slowMigration("0002_slow", 3));
    const leader = gate();
    await leader.says("applying blog.0002_slow");
    await crash();
    const end = await leader.end;
    expect(end.code).toBe(17);
    expect(end.lastLine).toMatch(
      /^migrate: the database went away during blog\.0002_slow: .*Deploy again once it is up\.$/,
    );
    expect((await gate().end).code).toBe(0);
    expect(await applied()).toEqual(["0001_initial", "0002_slow"]);
  });

  it("loses the lock's session: the running migration is rolled back, and no further one begins", async () => {
    const { gate, applied, query } = await site(slowMigration("0002_slow", 2), slowMigration("0003_slow", 0));
    const leader = gate();
    await leader.says("applying blog.0002_slow");
    await query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
    const end = await leader.end;
    expect(end.code).toBe(17);
    expect(end.lastLine).toContain("blog.0002_slow was rolled back");
    expect(await applied()).toEqual(["0001_initial"]);
  });

  it("loses its leader to a kill: the statement it left behind ends too", async () => {
    const { gate, connections } = await site(slowMigration("0002_slow", 60));
    const leader = gate();
    await leader.says("applying blog.0002_slow");
    leader.child.kill("SIGKILL");
    await leader.end;
    await waitUntil("the killed leader's sessions are gone", async () => (await connections()) === 0, 5_000);
  });
});

describe("many allocations at once", () => {
  beforeAll(async () => {
    server = await startPostgres();
  }, startTimeout);
  afterAll(() => server?.stop());

  it.each([
    { migrationLeader: "index-zero", says: "waiting for index 0" } as const,
    { migrationLeader: "first-to-lock", says: "is migrating" } as const,
  ])(
    `serves ${WAITERS} waiters with ${CONNECTIONS} connections ($migrationLeader)`,
    async ({ migrationLeader, says }) => {
      const python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
      const { gate, query, connections, database } = await createDjangoSite(python, server, [
        endsWhenTold("0002_ends_when_told"),
      ]);
      const role = { user: `few_${database.name}`, password: "for-tests" };
      await query(
        `CREATE ROLE ${role.user} LOGIN PASSWORD '${role.password}' CONNECTION LIMIT ${CONNECTIONS}`,
      );
      await query(`ALTER DATABASE ${database.name} OWNER TO ${role.user}`);
      const databases = { default: { ...database, ...role } };
      // A connection that has to wait is a matter of slots; here all processes share one machine's cores too.
      const settings = {
        migrationLeader,
        migrationPollIters: 100,
        databaseWaitSeconds: repetitions(300, 60),
      };

      const leader = gate({ databases, settings });
      await leader.says("applying blog.0002_ends_when_told");
      const waiters = Array.from({ length: WAITERS }, (_, index) =>
        gate({ index: index + 1, databases, settings }),
      );
      await Promise.all(waiters.map((waiter) => waiter.says(says)));
      const counts: number[] = [];
      for (let round = 0; round < 20; round += 1) counts.push(await connections());
      const fewer = counts.filter((count) => count <= CONNECTIONS / 2);
      expectShowing(fewer.length, `connections seen: ${counts.join(", ")}`).toBeGreaterThan(10);

      await query("CREATE TABLE go ()");
      const ends = await Promise.all([leader, ...waiters].map((one) => one.end));
      expect(ends.filter((end) => end.code !== 0).map((end) => end.stderr)).toEqual([]);
    },
  );
});
