import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ensurePostgres } from "../../local/images";
import { Clone, type Finished } from "../support/clone";
import { dockerNames, sql } from "../support/docker";
import { cloneId, waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

const database = "django_pack_postgres";
const docker = (...args: string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();

describe("the database container", () => {
  let clone: Clone;
  let container: string;
  let network: string;
  let stackFile: string;

  const containerId = (): string => docker("inspect", "--format={{.Id}}", container);
  const rows = (): string =>
    sql(container, database, "select count(*), md5(string_agg(text, ',' order by text)) from kept");
  const tables = (): string =>
    sql(
      container,
      database,
      "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'public'",
    );
  const up = async (): Promise<string> => {
    const { code, output } = await clone.verb("up", "--yes", "--skip-preview");
    if (code !== 0) throw new Error(output);
    return output;
  };
  const expectSite = async (): Promise<void> => {
    const registrations = await clone.registrations("django");
    expect(registrations).toHaveLength(1);
    for (const { Address, Port } of registrations) {
      expect((await fetch(`http://${Address}:${Port}/`)).status).toBe(200);
    }
  };
  let before: string;

  beforeAll(async () => {
    clone = Clone.create();
    network = `django-nomad-dev-${cloneId(clone.folder)}`;
    container = `${network}-postgres`;
    stackFile = clone
      .read("Pulumi.dev.yaml")
      .replace("count: 2", "count: 1\n  django-nomad:update:\n    minHealthyTime: 1s")
      .replace("checkInterval: 10s", "checkInterval: 1s")
      .replace("checkTimeout: 5s", "checkTimeout: 1s");
    clone.write("Pulumi.dev.yaml", stackFile);
    const { code, output } = await clone.npm(["start"]);
    if (code !== 0) throw new Error(output);
    sql(
      container,
      database,
      "create table kept as select md5(n::text) as text from generate_series(1, 1000) n",
    );
    before = rows();
  });
  afterAll(() => clone.remove());

  it("of another major version is refused by the preview of an up, before anything is touched", async () => {
    const id = containerId();
    clone.write(
      "Pulumi.dev.yaml",
      stackFile.replace("image: django-nomad/postgres:15", "image: postgres:16"),
    );
    const { code, output } = await clone.verb("up", "--yes");
    expect(output).toContain("Previewing update");
    expect(output).not.toContain("Updating (dev)");
    clone.write("Pulumi.dev.yaml", stackFile);
    expect(code).not.toBe(0);
    expect(output).toContain(
      `postgres.image is "postgres:16", which is PostgreSQL 16, but the volume ${network}-pgdata was made for PostgreSQL 15`,
    );
    expect(output).toContain("docs/database.md");
    expect(containerId()).toBe(id);
  });

  it("is replaced when its settings change, keeps every row, and a release in the same run waits for it", async () => {
    const id = containerId();
    stackFile = stackFile
      .replace("user: postgres\n", "user: postgres\n    memory: 600\n    maxConnections: 50\n")
      .replace('DEBUG: "off"', 'DEBUG: "off"\n    RELEASE: "2"');
    expect(stackFile).toContain("memory: 600");
    clone.write("Pulumi.dev.yaml", stackFile);
    const output = await up();
    expect(output).toContain("healthy 1/1");
    expect(containerId()).not.toBe(id);
    expect(sql(container, database, "show max_connections")).toBe("50");
    expect(sql(container, database, "show shared_buffers")).toBe("150MB");
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("that was removed by hand is back with every row after one up", async () => {
    docker("rm", "--force", container);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("that was stopped runs again with every row after one up", async () => {
    docker("stop", container);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("whose name a half-made container holds is back with every row after the one command that up names", async () => {
    docker("rm", "--force", container);
    docker("create", `--name=${container}`, "django-nomad/postgres:15");
    const { code, output } = await clone.verb("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    const command = `docker rm -f ${container}`;
    expect(output).toContain(command);
    execFileSync("sh", ["-c", command]);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("that somebody started again without its volume is back with every row after the one command that up names", async () => {
    docker("rm", "--force", container);
    const started = [
      "run",
      "--detach",
      `--name=${container}`,
      `--network=${network}`,
      "--network-alias=postgres",
    ];
    const settings = ["--env=POSTGRES_PASSWORD=password", `--env=POSTGRES_DB=${database}`];
    docker(...started, "--tmpfs=/var/lib/postgresql/data", ...settings, "django-nomad/postgres:15");
    const { code, output } = await clone.verb("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    const command = `docker rm -f ${container}`;
    expect(output).toContain(command);
    execFileSync("sh", ["-c", command]);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
  });

  it("is back with every row after one up when job, container and network are all gone; then a preview shows no change", async () => {
    await clone.nomadRequest("DELETE", "/v1/job/django");
    await waitUntil(
      "the job's containers have left the network",
      async () => {
        const attached = docker(
          "network",
          "inspect",
          "--format={{range .Containers}}{{.Name}} {{end}}",
          network,
        );
        return attached.trim() === container;
      },
      120_000,
    );
    docker("rm", "--force", container);
    docker("network", "rm", network);
    expect(dockerNames("network", network)).toEqual([]);
    await up();
    expect(rows()).toBe(before);
    await expectSite();
    const { code } = await clone.verb("preview", "--expect-no-changes");
    expect(code).toBe(0);
  });

  describe("and its backups", () => {
    const db = (...args: string[]) => clone.npm(["run", "--silent", "db", "--", ...args]);
    let archive: string;

    it("are written with a manifest, listed, and verified by restoring them into a scratch database", async () => {
      const backup = await db("backup");
      expect(backup.output).toContain("PostgreSQL 15");
      expect(backup.code).toBe(0);
      archive = /^\/.*\.dump/m.exec(backup.output)?.[0] ?? "";
      expect((await db("list")).output).toContain(basename(archive));
      const verified = await db("verify");
      expect(verified.output).toContain("every table matches the backup");
      expect(verified.code).toBe(0);
      expect(sql(container, "postgres", "select datname from pg_database where datname like 'verify%'")).toBe(
        "",
      );
    });

    it("are refused when they are damaged or the database is not empty, and change nothing when they fail half-way", async () => {
      const damaged = archive.replace(".dump", "-damaged.dump");
      const bytes = readFileSync(archive);
      bytes[bytes.length - 10] ^= 1;
      writeFileSync(damaged, bytes);
      copyFileSync(`${archive}.json`, `${damaged}.json`);
      const refused = await db("restore", damaged, "--force");
      expect(refused.output).toContain("is damaged");
      expect(refused.code).not.toBe(0);
      // Cut off, with a manifest to match: that shows only while it is restored.
      const cut = bytes.subarray(0, bytes.length - 200);
      const manifest = JSON.parse(readFileSync(`${archive}.json`, "utf8")) as Record<string, unknown>;
      const sha256 = createHash("sha256").update(cut).digest("hex");
      writeFileSync(damaged, cut);
      writeFileSync(`${damaged}.json`, JSON.stringify({ ...manifest, sha256, bytes: cut.length }));
      const half = await db("restore", damaged, "--force");
      expect(half.output).toContain("pg_restore");
      expect(half.code).not.toBe(0);
      expect(rows()).toBe(before);
      rmSync(damaged);
      const notEmpty = await db("restore", archive);
      expect(notEmpty.output).toContain("is not empty");
      expect(notEmpty.output).toContain("--force");
      expect(notEmpty.code).not.toBe(0);
      expect(rows()).toBe(before);
    });

    it("bring back every row after everything was destroyed, the volume included", async () => {
      const taken = tables();
      const destroyed = await clone.npm(["run", "--silent", "stop", "--", "--purge"]);
      expect(destroyed.code).toBe(0);
      expect(dockerNames("volume", network)).toEqual([]);
      const started = await clone.npm(["start"]);
      expect(started.code).toBe(0);
      expect(sql(container, database, "select to_regclass('kept') is null")).toBe("t");
      const restored = await db("restore", archive, "--force");
      expect(restored.output).toContain("every table matches the backup");
      expect(restored.code).toBe(0);
      expect(rows()).toBe(before);
      expect(tables()).toBe(taken);
      await expectSite();
    });

    it("move every row to a new major version, by the steps of docs/database.md", async () => {
      const image = await ensurePostgres(17);
      const pulumi = (...args: string[]) => clone.npm(["run", "--silent", "pulumi", "--", ...args]);
      const done = async (running: Promise<Finished>): Promise<string> => {
        const { code, output } = await running;
        expectShowing(code, output).toBe(0);
        return output;
      };
      await clone.nomadRequest("DELETE", "/v1/job/django");
      await done(db("backup", "--stack", "dev"));
      await done(db("verify", "--stack", "dev"));
      const urns = await done(pulumi("stack", "--show-urns", "--stack", "dev"));
      const volume = /urn:\S+docker:index\/volume:Volume::\S+/.exec(urns)?.[0] ?? "";
      await done(pulumi("state", "unprotect", volume, "--yes", "--stack", "dev"));
      const set = (key: string, value: string) =>
        done(pulumi("config", "set", "--path", `postgres.${key}`, value, "--stack", "dev"));
      await set("image", image);
      await set("dataVolume", `${network}-pgdata-17`);
      await up();
      expect(sql(container, database, "show server_version")).toMatch(/^17\./);
      await done(db("restore", "--stack", "dev", "--force"));
      expect(rows()).toBe(before);
      await expectSite();
      expect(dockerNames("volume", network).sort()).toEqual([`${network}-pgdata`, `${network}-pgdata-17`]);
    });
  });
});
