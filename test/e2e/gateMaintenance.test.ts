/** What an application's role may do at run time where another role migrates. */
import { randomBytes } from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";

import type { TestMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { gateBed } from "../support/gateBed";
import { querySql } from "../support/postgres";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

const view: TestMigration = {
  name: "0002_view",
  operations: [
    'migrations.RunSQL("CREATE MATERIALIZED VIEW \\"Per day\\" AS SELECT count(*) FROM blog_post")',
  ],
};

describe.each(soak ? oldestAndNewest : oldestAndNewest.slice(1))(
  "the role of an application, on PostgreSQL $major",
  (version) => {
    const bed = gateBed(version);

    const maintains = version.major >= 17;

    it(`${maintains ? "refreshes" : "can't refresh"} materialized views, and never truncates or makes schemas`, async () => {
      const { gate, query, database } = await createDjangoSite(bed.python, bed.server, [view]);
      const role = `The "app" ${randomBytes(2).toString("hex")}`;
      const quoted = `"${role.replaceAll('"', '""')}"`;
      await query(`CREATE ROLE ${quoted} LOGIN PASSWORD 'for-tests'`);
      await query(`ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${quoted}`);
      const end = await gate({
        settings: { applicationRole: role, protectHistory: true, release: 1, application: "shop" },
      }).end;
      expect(end).toMatchObject({ code: 0, stderr: "" });
      const as = (sql: string) =>
        querySql(bed.server, sql, { user: role, password: "for-tests", database: database.name });
      for (const sql of ['REFRESH MATERIALIZED VIEW "Per day"']) {
        if (maintains) await as(sql);
        else await expect(as(sql)).rejects.toThrow(/must be owner of|permission denied/);
      }
      for (const sql of [
        "TRUNCATE blog_post",
        "CREATE SCHEMA other",
        "BEGIN; LOCK TABLE django_migrations IN SHARE MODE",
      ]) {
        await expect(as(sql)).rejects.toThrow("permission denied");
      }
    });
  },
);
