/** The gate of a process beside the web server: it waits for the one that migrates, and never is that one. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import type { GateSettings } from "../../components/arguments";
import { failingMigration, slowMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { newestDjango } from "../support/djangoVersions";
import { type PostgresServer, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";

jest.setTimeout(120_000);

describe("a process's gate with the index 0 of its own group", () => {
  let server: PostgresServer;
  let python: string;
  beforeAll(async () => {
    server = await startPostgres();
    python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
  }, startTimeout);
  afterAll(() => server?.stop());

  const quick = { migrationPollSeconds: 0.2, migrationPollIters: 200 };
  const leaders = ["index-zero-first", "index-zero", "first-to-lock"] as const;
  async function site(...migrations: Parameters<typeof createDjangoSite>[2]) {
    const made = await createDjangoSite(python, server, migrations);
    const release = (settings: GateSettings) => ({ release: 7, application: "shop", ...quick, ...settings });
    return {
      ...made,
      web: (settings: GateSettings = {}) => made.gate({ settings: release(settings) }),
      process: (settings: GateSettings = {}) => made.gate({ follows: true, settings: release(settings) }),
    };
  }

  it.each(leaders)(
    "waits until the web server's has migrated, and passes then: %s",
    async (migrationLeader) => {
      const { web, process } = await site(slowMigration("0002_slow", 2));
      const waiting = process({ migrationLeader });
      await waiting.says("waiting for index 0 of the group app");
      const led = await web({ migrationLeader }).end;
      const passed = await waiting.end;
      expect(led.code).toBe(0);
      expect(passed).toMatchObject({ code: 0, proof: true });
      expect(passed.stdout).not.toContain("applying");
      expect(passed.at).toBeGreaterThan(led.at - 2_000);
    },
  );

  it.each(leaders)("never migrates, also when nobody else does: %s", async (migrationLeader) => {
    const { process, query } = await site();
    const few = { migrationPollIters: migrationLeader === "index-zero-first" ? 70 : 5 };
    const ended = await process({ migrationLeader, ...few }).end;
    expect(ended).toMatchObject({ code: 12, proof: false });
    expect(ended.lastLine).toContain(
      "Look at the migrate log of the allocation with index 0 of the group app",
    );
    expect(await query("SELECT to_regclass('django_migrations') AS made")).toEqual([{ made: null }]);
  });

  it("ends with the release's failure, and starts nothing", async () => {
    const { web, process } = await site(failingMigration("0002_fails"));
    expect((await web().end).code).toBe(11);
    expect(await process().end).toMatchObject({ code: 22, proof: false });
  });
});
