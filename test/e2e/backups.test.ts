import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { archives, readManifest } from "../../commands/db/archive";
import { restore, verify } from "../../commands/db/backup";
import { Client } from "../../commands/db/client";
import type { Target } from "../../commands/db/target";
import { createHostVolume } from "../support/hostVolume";
import { holdMigrationLock } from "../support/migrationLock";
import { soak } from "../support/soak";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

describe("backups that Nomad takes", () => {
  const backups = { image: "django-nomad/postgres:15", volume: "dumps", keep: 2, schedule: "0 3 29 2 *" };
  let bed: TestBed;
  let app: App;
  let folder: string;
  let migration = 1;

  /** The archives on the client, oldest first. */
  const dumps = (): string[] => archives(folder).map((path) => basename(path));
  const target = (): Target => {
    const { database, user, container } = bed.database;
    return { stack: "shop", database, owner: { user }, admin: { user }, container };
  };
  /** A release with one more migration, none of which takes long. */
  const nextRelease = (): string => {
    migration++;
    const migrations = Array.from({ length: migration - 1 }, (_, index) => ({
      name: `000${index + 2}_more`,
      operations: [`migrations.RunSQL("create table more_${index + 2} (id int)")`],
    }));
    return bed.images.build({ version: `m${migration}`, migrations });
  };
  const rows = (): Promise<unknown> =>
    bed.sql("select count(*)::int as count, max(id) as newest from visits_visit").then(([found]) => found);
  const tasks = async (): Promise<Record<string, string>> => {
    const [{ TaskStates }] = await app.allocations();
    return Object.fromEntries(Object.entries(TaskStates ?? {}).map(([name, { State }]) => [name, State]));
  };

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    folder = await createHostVolume(bed.cluster, "dumps");
    app = bed.app("shop", { count: 1, backupBeforeMigrate: true, backups });
  });
  afterAll(async () => {
    await bed?.stop();
  });

  it("come before the first migration, and the site serves after it", async () => {
    const { code, output } = await app.up();
    expect(output).toMatch(/migrate: backed up in [\d.]+ s: shop-before-migration-\d{8}T\d{6}Z\.dump/);
    expect(output.indexOf("backed up in")).toBeLessThan(output.indexOf("migrate: applied"));
    expectShowing(code, output).toBe(0);
    expect(dumps()).toHaveLength(1);
    expect(relative(folder, archives(folder)[0])).toMatch(/^global\/default\/shop\/shop-before-migration-/);
    expect(await app.served()).toEqual(["v1"]);
    const preview = await app.preview({}, "--expect-no-changes");
    expectShowing(preview.code, preview.output).toBe(0);
  });

  it("are not taken when nothing is pending", async () => {
    const { code, output } = await app.up({ envVars: { RELEASE: "same" } });
    expectShowing(code, output).toBe(0);
    const [{ ID }] = await app.allocations();
    expect(await bed.cluster.log(ID, "backup")).toBe("backup: not needed, nothing is migrated here\n");
    expect(dumps()).toHaveLength(1);
  });

  it("hold every row from before a migration, and bring it back", async () => {
    const before = await rows();
    const { code, output } = await app.up({ djangoImage: nextRelease() });
    expectShowing(code, output).toBe(0);
    const newest = archives(folder).at(-1) ?? "";
    expect(readManifest(newest)).toMatchObject({ stack: "shop", database: bed.database.database });
    const client = await Client.open(target());
    try {
      await verify(client, target(), newest);
      const bare = join(folder, "without-manifest.dump");
      copyFileSync(newest, bare);
      expect(await verify(client, target(), bare)).toBeUndefined();
      rmSync(bare);
      await bed.sql("drop table visits_visit; select 1");
      await restore(client, target(), newest, true);
    } finally {
      await client.close();
    }
    expect(await rows()).toEqual(before);
    expect(await bed.applied()).toEqual(["0001_initial"]);
  });

  it("are kept as many as backups.keep says, the oldest go first", async () => {
    const before = dumps();
    expect(before).toHaveLength(2);
    const { code, output } = await app.up({ envVars: { RELEASE: "again" } });
    expectShowing(code, output).toBe(0);
    const after = dumps();
    expect(after).toHaveLength(2);
    expect(after[0]).toBe(before[1]);
  });

  it("are made on the schedule too, with a password of their own, and counted apart", async () => {
    const { Meta, Periodic, Type } = await bed.cluster.get<{ Meta: object; Periodic: object; Type: string }>(
      "/v1/job/shop-backup",
    );
    expect({ Meta, Periodic, Type }).toMatchObject({
      Type: "batch",
      Meta: { pulumi_stack: "django-nomad/shop" },
      Periodic: { Specs: [backups.schedule], TimeZone: "UTC", ProhibitOverlap: true },
    });
    await bed.cluster.request("PUT", "/v1/job/shop-backup/periodic/force");
    const scheduled = (): string[] => dumps().filter((name) => name.startsWith("shop-scheduled-"));
    await waitUntil("the scheduled backup is made", async () => scheduled().length === 1);
    expect(dumps()).toHaveLength(3);
    const [file] = archives(folder).filter((name) => name.includes("shop-scheduled-"));
    const client = await Client.open(target());
    await verify(client, target(), file).finally(() => client.close());
  });

  it("are made on the schedule with a password that is an ordinary variable", async () => {
    const open = bed.app("open", {
      backups,
      // The dev stack's own has the password too.
      secretEnvVars: undefined,
      count: 1,
      envVars: {
        SECRET_KEY: "open",
        POSTGRES_NAME: await bed.createDatabase("open"),
        POSTGRES_PASSWORD: "password",
      },
    });
    const { code, output } = await open.up();
    expectShowing(code, output).toBe(0);
    await bed.cluster.request("PUT", "/v1/job/open-backup/periodic/force");
    await waitUntil("the scheduled backup is made", () =>
      Promise.resolve(dumps().some((name) => /^open-scheduled-\w+\.dump$/.test(name))),
    );
    const down = await bed.clone.verb("destroy", "--yes", "--skip-preview", "--stack", "open");
    expectShowing(down.code, down.output).toBe(0);
    rmSync(join(folder, "global", "default", "open"), { recursive: true });
  });

  it("that fail stop the migration: disk full, and the version before serves on", async () => {
    const small = await createHostVolume(bed.cluster, "small");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", small]);
    const [before, applied] = [await rows(), await bed.applied()];
    const { code, output } = await app.up({
      djangoImage: nextRelease(),
      backups: { ...backups, volume: "small" },
    });
    expect(code).not.toBe(0);
    expect(output).toContain(
      "the backup before the migrations failed, and nothing was migrated (exit code 21)",
    );
    expect(output).toMatch(/no space left on (the volume|device)/i);
    expect(output).toContain("The previous version still serves: 1 running.");
    expect(await bed.applied()).toEqual(applied);
    expect(await rows()).toEqual(before);
  });

  it("that can't start end the rollout with the reason, and nothing is migrated", async () => {
    const applied = await bed.applied();
    const missing = { ...backups, image: "django-nomad/not-there:15" };
    const { code, output } = await app.up({ backups: missing });
    expect(code).not.toBe(0);
    expect(output).toMatch(/task backup could not be started: .*django-nomad\/not-there:15/);
    expect(output).toContain("Check backups.image");
    expect(output).toContain("The previous version still serves: 1 running.");
    expect(await bed.applied()).toEqual(applied);
  });

  (soak ? it : it.skip)("do not wait for a gate that was killed", async () => {
    const lock = await holdMigrationLock(bed.database);
    const deploying = app.start({ backups });
    try {
      await waitUntil("the gate waits", async () => deploying.output().includes("is migrating; pending"));
      const [{ ID }] = await app.allocations();
      bed.cluster.killTask(ID, "migrate");
      const { code, output } = await deploying.finished;
      expect(code).not.toBe(0);
      expect(output).toContain("exit code 137");
    } finally {
      await lock.release();
    }
    const [failed] = (await bed.cluster.allocations("shop")).filter(
      ({ ClientStatus }) => ClientStatus === "failed",
    );
    expect(failed.TaskStates?.backup.State).toBe("dead");
    expect((await app.up()).code).toBe(0);
    expect(await tasks()).toEqual({ backup: "dead", migrate: "dead", server: "running" });
  });

  it("leave nothing but their files when the stack is destroyed", async () => {
    const kept = dumps();
    const { code, output } = await bed.clone.verb("destroy", "--yes", "--skip-preview", "--stack", "shop");
    expectShowing(code, output).toBe(0);
    expect(await bed.cluster.get<unknown[]>("/v1/vars")).toEqual([]);
    const jobs = await bed.cluster.get<{ ID: string; Stop: boolean }[]>("/v1/jobs");
    expect(jobs.filter(({ ID, Stop }) => !Stop && !ID.includes("/periodic-"))).toEqual([]);
    expect(dumps()).toEqual(kept);
    await waitUntil("its containers are gone", async () => {
      const format = "--format={{range .Containers}}{{.Name}} {{end}}";
      const attached = execFileSync("docker", ["network", "inspect", format, bed.network], {
        encoding: "utf8",
      });
      return attached.trim() === bed.database.container;
    });
  });
});
