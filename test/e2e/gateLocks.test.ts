/** Databases that have no lock for the migrations, and tables that something else holds. */
import { randomBytes } from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";
import { Client } from "pg";

import type { GateSettings } from "../../components/arguments";
import type { TestMigration } from "../support/djangoProject";
import { createDjangoSite, type DjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { gateBed } from "../support/gateBed";
import { onTestFinished } from "../support/onTestFinished";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

const named = (name: string, ...operations: string[]): TestMigration => ({ name, operations });
const addKm = 'migrations.AddField("post", "km", models.IntegerField(null=True))';
const lockFunction = "pg_catalog.pg_try_advisory_xact_lock(bigint)";

/** What makes a server that only speaks PostgreSQL's protocol of a real one, in one database. */
const without = `SET allow_system_table_mods = on; ALTER FUNCTION ${lockFunction} RENAME TO gone`;
const otherServers = {
  "has no such function": without,
  "does not support it":
    `${without}; CREATE FUNCTION ${lockFunction} RETURNS boolean LANGUAGE plpgsql AS ` +
    "$$BEGIN RAISE 'advisory locks are not yet implemented' USING ERRCODE = '0A000'; END$$",
};
const neverSaid = /can't be reached|did not answer|[Uu]pgrade|password/;
const wayOn =
  /Nothing was migrated\. Set migrationLock to none: then allocation 0 alone migrates, without a lock\./;

describe.each(soak ? oldestAndNewest : oldestAndNewest.slice(1))(
  "locks on $django and PostgreSQL $major",
  (version) => {
    const bed = gateBed(version);

    const site = (...migrations: TestMigration[]): Promise<DjangoSite> =>
      createDjangoSite(bed.python, bed.server, migrations);

    it.each(Object.entries(otherServers))("says it when a server %s, and what to set", async (_, change) => {
      const { gate, query, tables } = await site();
      await query(change);
      const started = Date.now();
      const end = await gate().end;
      expect(end).toMatchObject({ code: 25, proof: false });
      expect(Date.now() - started).toBeLessThan(8000);
      expect(end.lastLine).toMatch(
        /^migrate: the database "default" at \S+ has no lock for the migrations \(/,
      );
      expect(end.lastLine).toMatch(wayOn);
      expect(end.lastLine).not.toMatch(neverSaid);
      expect(await tables()).not.toContain("blog_post");
      expect(await gate({ settings: { migrationLock: "none" } }).end).toMatchObject({ code: 0, proof: true });
      expect(await tables()).toContain("blog_post");
    });

    it("believes no lock that the server does not show: some give it to everybody", async () => {
      const { gate, query } = await site();
      await query(
        `${without}; CREATE FUNCTION ${lockFunction} RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
      );
      const end = await gate().end;
      expect(end).toMatchObject({ code: 25, proof: false });
      expect(end.lastLine).toMatch(/this server's advisory locks lock nothing\./);
      expect(end.lastLine).toMatch(wayOn);
    });

    it("names the user who has no right to the lock, and the statement that grants it", async () => {
      const { gate, query, database } = await site();
      const role = `role_${randomBytes(4).toString("hex")}`;
      await query(
        `CREATE ROLE ${role} LOGIN PASSWORD 'for-tests'; ALTER DATABASE ${database.name} OWNER TO ${role}`,
      );
      await query(
        `GRANT ALL ON SCHEMA public TO ${role}; REVOKE EXECUTE ON FUNCTION ${lockFunction} FROM PUBLIC`,
      );
      const databases = { default: { ...database, user: role, password: "for-tests" } };
      const end = await gate({ databases }).end;
      expect(end).toMatchObject({ code: 25, proof: false });
      expect(end.lastLine).toMatch(
        new RegExp(
          `^migrate: the user "${role}" has no right to the lock around the migrations .*: permission denied`,
        ),
      );
      expect(end.lastLine).toMatch(/GRANT EXECUTE ON FUNCTION pg_try_advisory_xact_lock\(bigint\)/);
      expect(end.lastLine).toMatch(wayOn);
      expect(end.lastLine).not.toMatch(neverSaid);
      const unlocked = await gate({ databases, settings: { migrationLock: "none" } }).end;
      expect(unlocked).toMatchObject({ code: 0, proof: true });
      expect(unlocked.stdout).toContain("default: no migration lock, index 0 alone migrates");
    });

    /** Reads the app's table in another session, until it is told to end. */
    async function hold({ database }: DjangoSite): Promise<() => Promise<void>> {
      const { host, port, user, password } = bed.server;
      const client = new Client({ host, port, user, password, database: database.name });
      await client.connect();
      await client.query("BEGIN; SELECT count(*) FROM blog_post");
      let held = true;
      const release = async (): Promise<void> => {
        if (held) await client.end();
        held = false;
      };
      onTestFinished(release);
      return release;
    }
    const patient: GateSettings = {
      migrationLockTimeout: "300ms",
      migrationLockRetries: 50,
      migrationTimeout: "60s",
    };
    const waiting =
      "SELECT 1 FROM pg_locks WHERE relation = 'blog_post'::regclass AND (mode = 'AccessExclusiveLock' OR NOT granted)";

    it("tries a migration again that waited for a lock, holds nothing in between, and keeps its own lock", async () => {
      const made = await site();
      expect(await made.gate().end).toMatchObject({ code: 0 });
      made.project.addMigrations(
        "blog",
        named("0002_km", 'migrations.RunSQL("CREATE TABLE first (id int)")', addKm),
      );
      const release = await hold(made);
      const gate = made.gate({ settings: patient });
      await gate.says("trying again in 2 s");
      expect(gate.output).toContain(
        "migrate: blog.0002_km waited 0.3 s for a lock that something else holds, and was rolled back; trying again in 1 s " +
          "(try 2 of 51)",
      );
      expect(await made.query(waiting)).toEqual([]);
      expect(await made.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).toHaveLength(1);
      await release();
      const end = await gate.end;
      expect(end).toMatchObject({ code: 0, proof: true });
      expect(end.stdout).toMatch(/applied blog\.0002_km/);
      expect(await made.applied()).toEqual(["0001_initial", "0002_km"]);
      expect(await made.query("SELECT km FROM blog_post")).toEqual([]);
    });

    it("ends at migrationTimeout with the migration's name and the lock", async () => {
      const made = await site();
      expect(await made.gate().end).toMatchObject({ code: 0 });
      made.project.addMigrations("blog", named("0002_km", addKm));
      await hold(made);
      const end = await made.gate({ settings: { ...patient, migrationTimeout: "3s" } }).end;
      expect(end).toMatchObject({ code: 14, proof: false });
      expect(end.lastLine).toMatch(
        /^migrate: blog\.0002_km did not get its lock within migrationTimeout \(3 s\): each try waited up to 0\.3 s/,
      );
      expect(end.lastLine).toMatch(/blog\.0002_km was rolled back\.$/);
      expect(await made.applied()).toEqual(["0001_initial"]);
    });

    it("fails after its last try, and at the first without migrationLockRetries", async () => {
      const made = await site();
      expect(await made.gate().end).toMatchObject({ code: 0 });
      made.project.addMigrations("blog", named("0002_km", addKm));
      await hold(made);
      const twice = await made.gate({ settings: { ...patient, migrationLockRetries: 1 } }).end;
      expect(twice).toMatchObject({ code: 11, proof: false });
      expect(twice.lastLine).toMatch(
        /blog\.0002_km was rolled back\. It was tried 2 times\. Something else holds a table/,
      );
      const once = await made.gate({ settings: { ...patient, migrationLockRetries: 0 } }).end;
      expect(once).toMatchObject({ code: 11 });
      expect(once.stdout).not.toContain("trying again");
    });

    it.each([
      ["can't be rolled back", { atomic: false, sql: "" }],
      ["ends the gate's transaction itself", { atomic: true, sql: "COMMIT; BEGIN; " }],
    ])("never tries a migration again that %s", async (_, { atomic, sql }) => {
      const made = await site();
      expect(await made.gate().end).toMatchObject({ code: 0 });
      made.project.addMigrations("blog", {
        ...named("0002_half", `migrations.RunSQL("INSERT INTO blog_post DEFAULT VALUES; ${sql}")`, addKm),
        atomic,
      });
      await hold(made);
      const end = await made.gate({ settings: patient }).end;
      expect(end).toMatchObject({ code: 11, proof: false });
      expect(end.stdout).not.toContain("trying again");
      expect(await made.query("SELECT 1 FROM blog_post")).toHaveLength(1);
    });
  },
);
