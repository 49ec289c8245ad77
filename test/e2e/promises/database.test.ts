import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Allocation } from "../../../components/nomad/models";
import type { Running } from "../../support/clone";
import { slowMigration } from "../../support/djangoProject";
import { holdMigrationLock } from "../../support/migrationLock";
import { type PostgresServer, startPostgres } from "../../support/postgres";
import { repetitions } from "../../support/soak";
import { type App, TestBed, type Timed } from "../../support/testBed";
import { waitUntil } from "../../support/waiting";
import { expectShowing } from "../../support/expectShowing";

/** Kills one of the server's processes, on which it cuts off every session and goes through recovery. */
async function crash(server: PostgresServer): Promise<void> {
  const { host, port, user, password, database } = server;
  const client = new Client({ host, port, user, password, database });
  client.on("error", () => undefined); // its own session is the one that is killed
  await client.connect();
  const sessionLost = /terminated unexpectedly|server closed/;
  await expect(client.query("COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'")).rejects.toThrow(sessionLost);
}

describe("a database in trouble", () => {
  let bed: TestBed;
  let slow: string;
  let app: App;
  let late: Running;
  let never: Promise<Timed>;
  let lateDatabase: PostgresServer | undefined;

  beforeAll(async () => {
    bed = await TestBed.prepare();
    slow = bed.images.build({ version: "slow", migrations: [slowMigration("0002_slow", 5)] });
    // The three have nothing to do with one another, and two of them wait most of their time.
    late = bed.app("late", { count: 1, envVars: { POSTGRES_HOST: "late-postgres" } }).start();
    const patient = { count: 1, databaseWaitSeconds: 3, envVars: { POSTGRES_HOST: "nobody" } };
    never = bed.app("never", patient).up();
    app = bed.app("shop", { update: { minHealthyTime: "1s", strategy: "blue-green" } });
    const first = app.up();
    await waitUntil("the gate waits", async () => late.output().includes("waiting for the database"));
    await new Promise((resolve) => setTimeout(resolve, 20_000)); // the promise's own figure
    const { network, database } = bed;
    lateDatabase = await startPostgres({ network, alias: "late-postgres", password: database.password });
    const { code, output } = await first;
    if (code !== 0) throw new Error(output);
  });
  afterAll(async () => {
    await lateDatabase?.stop();
    await bed?.stop();
  });

  /** Takes back the slow migration behind everybody's back, so that it is pending again. */
  const makePending = (): Promise<unknown> =>
    bed.sql(
      "DELETE FROM django_migrations WHERE name = '0002_slow'; DROP TABLE IF EXISTS made_by_0002_slow; SELECT 1",
    );

  /** A migration is applied as a whole or not at all. */
  const expectConsistent = async (): Promise<void> => {
    const recorded = (await bed.applied()).includes("0002_slow");
    const made = await bed.sql("SELECT 1 FROM pg_tables WHERE tablename = 'made_by_0002_slow'");
    expect(made).toHaveLength(recorded ? 1 : 0);
  };

  const migrating = (name: string): Promise<void> =>
    waitUntil(`${name} migrates`, async () => {
      const active = await bed.sql(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
      );
      return active.length > 0;
    });

  it("comes 20 s late: the deployment waits for it and nothing fails", async () => {
    const { code, output } = await late.finished;
    expect(output).toContain("waiting for the database");
    expect(output).toContain("healthy 1/1");
    expect(code).toBe(0);
    const allocations = await bed.app("late").allocations();
    expect(allocations.map(({ ClientStatus }) => ClientStatus)).toEqual(["running"]);
  });

  it("never comes: the deployment fails with the word database, soon after its budget", async () => {
    const { code, output, seconds } = await never;
    expect(output).toMatch(/the database "default" at nobody:5432 can't be reached after 3 s/);
    expect(output).toContain("Nothing serves");
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(90);
  });

  describe("under a version that serves", () => {
    it("dies during a migration: the deployment fails, and the next one completes", async () => {
      const deploying = app.start({ djangoImage: slow });
      await migrating("the leader");
      await crash(bed.database);
      const { code, output } = await deploying.finished;
      expect(output).toContain("the database went away during visits.0002_slow");
      expect(output).toContain("The previous version still serves: 2 running.");
      expect(code).not.toBe(0);
      await expectConsistent();
      const again = await app.up();
      expect(again.output).toContain("healthy 2/2");
      expect(again.code).toBe(0);
      expect(await bed.applied()).toEqual(["0001_initial", "0002_slow"]);
    });

    const rounds = repetitions(30, 2);
    it(
      `loses its leader to SIGKILL at a random moment: nobody waits for ever, nothing is half done (${rounds} times)`,
      async () => {
        for (let round = 1; round <= rounds; round++) {
          await makePending();
          const deploying = app.start({ djangoImage: slow, envVars: { ROUND: `killed-${round}` } });
          await migrating("the leader");
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 4_500)); // the random moment
          const [leader] = (await app.allocations()).filter(({ Name }) => Name.endsWith("[0]"));
          bed.cluster.killTask(leader.ID, "migrate");
          const { code, output } = await deploying.finished;
          // It may have been through by then: the signal came too late, and the deployment has to complete.
          const { TaskStates } = await bed.cluster.get<Allocation>(`/v1/allocation/${leader.ID}`);
          const killed = TaskStates?.migrate.Failed === true;
          expectShowing(code === 0, `round ${round}, killed: ${killed}\n${output}`).toBe(!killed);
          if (killed) expect(output).toMatch(/allocation 0 .*task migrate failed.*exit code 137/);
          await expectConsistent();
          expect(await app.served()).toHaveLength(2);
        }
        const { code } = await app.up({ envVars: { ROUND: "whole" } });
        expect(code).toBe(0);
        expect(await app.served()).toEqual(["slow", "slow"]);
        expect(await bed.applied()).toEqual(["0001_initial", "0002_slow"]);
      },
      rounds * 120_000 + 300_000,
    );

    const pairs = repetitions(50, 1);
    it(
      `is migrated by two leaders at once: one applies, the other finds nothing to do (${pairs} times)`,
      async () => {
        const other = bed.app("twin", { djangoImage: slow, count: 1 });
        app = bed.app("shop", { djangoImage: slow, count: 1 });
        for (let round = 1; round <= pairs; round++) {
          await makePending();
          const both = [app, other];
          const lock = await holdMigrationLock(bed.database);
          const deploying = both.map((one) => one.start({ envVars: { ROUND: `pair-${round}` } }));
          const bothLead = waitUntil("both want to lead", async () =>
            deploying.every((one) => one.output().includes("is migrating; pending: visits.0002_slow")),
          ).catch((error: Error) => {
            const printed = deploying.map((one) => one.output()).join("\n");
            throw new Error(`round ${round}: ${error.message}\n${printed}`);
          });
          await bothLead.finally(lock.release);
          for (const { finished } of deploying) {
            const { code, output } = await finished;
            expectShowing(code, output).toBe(0);
          }
          const gates = await Promise.all(
            both.map(async (one) => bed.cluster.log((await one.allocations())[0].ID, "migrate")),
          );
          expect(gates.filter((log) => log.includes("applied 1 migration"))).toHaveLength(1);
          // It is another application, whose own release runs migrate once.
          expect(
            gates.filter((log) => log.includes("nothing to apply; ran migrate for this release")),
          ).toHaveLength(1);
          await expectConsistent();
        }
      },
      pairs * 120_000 + 300_000,
    );
  });
});
