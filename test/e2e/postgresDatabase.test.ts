import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stringify } from "yaml";
import { archives } from "../../commands/db/archive";
import { Clone, type Finished } from "../support/clone";
import { Cluster } from "../support/cluster";
import { requestLoop } from "../support/requests";
import { createHostVolume } from "../support/hostVolume";
import { startTlsPostgres, type TlsPostgres } from "../support/tlsPostgres";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

const passwords = {
  first: "of the first role '\"$x",
  second: "of the second role {{ }}",
  migrator: "of the migrator",
};

describe("a database on a server that is already there", () => {
  let server: TlsPostgres;
  let cluster: Cluster;
  let clone: Clone;
  let dumps: string;
  const outputs: string[] = [];

  const app = () => ({ user: "shop", password: passwords.first, database: "shop" });
  const migrator = () => ({ user: "shop_migrator", password: passwords.migrator, database: "shop" });
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${cluster.address}${path}`)).json()) as T;
  const instances = async (): Promise<string[]> =>
    (await get<{ Address: string; Port: number }[]>("/v1/service/shop")).map(
      (one) => `http://${one.Address}:${one.Port}/`,
    );
  const verb = async (name: string, ...args: string[]): Promise<Finished> => {
    const finished = await clone.verb(name, ...args, "--stack", "given");
    outputs.push(finished.output);
    return finished;
  };
  const up = async (): Promise<void> => {
    const { code, output } = await verb("up", "--yes", "--skip-preview");
    if (code !== 0) throw new Error(output);
  };
  const visits = async (): Promise<number> => {
    const [{ count }] = await server.query(migrator(), "select count(*)::int as count from visits_visit");
    return count as number;
  };

  beforeAll(async () => {
    [server, cluster] = await Promise.all([startTlsPostgres(17), Cluster.start({ clients: 1 })]);
    clone = Clone.create();
    dumps = await createHostVolume(cluster, "dumps");
    const key = (name: string): string => `django-nomad:${name}`;
    clone.write(
      "Pulumi.given.yaml",
      stringify({
        config: {
          "nomad:address": cluster.address,
          [key("djangoImage")]: "django-testing:v1",
          [key("jobName")]: "shop",
          [key("httpService")]: { serviceName: "shop", checkPath: "/healthz", checkInterval: "1s" },
          [key("update")]: { minHealthyTime: "1s" },
          // Each request opens a connection over TLS: with a smaller share a busy machine lets it wait for long.
          [key("serverResources")]: { cpu: 500, memory: 300 },
          [key("backupBeforeMigrate")]: true,
          [key("backups")]: { volume: "dumps", image: "django-nomad/postgres:17", schedule: "0 3 29 2 *" },
          [key("database")]: {
            host: server.host,
            name: "shop",
            adminUser: server.admin.user,
            sslRootCert: server.authority,
            extensions: ["pg_trgm"],
          },
        },
      }),
    );
    const secrets = {
      adminPassword: server.admin.password,
      password: passwords.first,
      migratePassword: passwords.migrator,
    };
    const { code, output } = await verb(
      "pulumi",
      ...["config", "set-all", "--path"],
      ...Object.entries(secrets).flatMap(([name, value]) => ["--secret", `database.${name}=${value}`]),
      ...["--secret", "secretEnvVars.SECRET_KEY=of the site"],
    );
    if (code !== 0) throw new Error(output);
  });
  afterAll(async () => {
    await cluster?.stop();
    server?.stop();
    clone?.discard();
  });

  it("starts nothing while somebody else's secrets are where the migrator's would go", async () => {
    const path = "nomad/jobs/shop/app/migrate";
    await cluster.request("PUT", `/v1/var/${path}`, { Path: path, Items: { THEIRS: "x" } });
    const { code, output } = await verb("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(output).toContain(
      `Nomad variable ${path} already exists, and this stack did not write it. It was not changed. It holds THEIRS`,
    );
    expect((await get<{ Items: object }>(`/v1/var/${path}`)).Items).toEqual({ THEIRS: "x" });
    expect(await get("/v1/jobs")).toEqual([]);
    await cluster.request("DELETE", `/v1/var/${path}`);
  });

  it("is made with its roles over TLS by an administrator who is no superuser, and the site serves from it", async () => {
    await up();
    const [url] = await instances();
    expect((await fetch(url)).status).toBe(200);
    expect(await visits()).toBeGreaterThan(0);
    const sessions = await server.query(
      server.superuser,
      "select distinct usename, ssl from pg_stat_activity join pg_stat_ssl using (pid) where datname = 'shop' and usename = 'shop'",
    );
    expect(sessions.every(({ ssl }) => ssl === true)).toBe(true);
    const { code, output } = await verb("preview", "--expect-no-changes");
    expectShowing(code, output).toBe(0);
  });

  it("lets the application read and write what a later migration makes, and alter nothing", async () => {
    await server.query(migrator(), "create table later (id serial primary key, text text)");
    await server.query(app(), "insert into later (text) values ('a'), ('b'); update later set text = 'c'");
    expect(await server.query(app(), "delete from later where id = 1 returning text")).toEqual([
      { text: "c" },
    ]);
    for (const statement of [
      "alter table later add column more int",
      "drop table later",
      "truncate later",
      "create table mine (id int)",
      "drop database shop",
      `alter role shop_migrator password 'x'`,
    ]) {
      await expectShowing(server.query(app(), statement), statement).rejects.toThrow(
        /must be owner|permission denied/,
      );
    }
    const { code, output } = await verb("preview", "--expect-no-changes");
    expectShowing(code, output).toBe(0);
  });

  it("lets the application read which migrations and releases there are, and write neither", async () => {
    for (const table of ["django_migrations", "django_nomad_release"]) {
      expect((await server.query(app(), `select * from ${table}`)).length).toBeGreaterThan(0);
      await expect(server.query(app(), `delete from ${table}`)).rejects.toThrow(/permission denied/);
    }
  });

  it("lets nobody else in", async () => {
    await server.query(server.superuser, "create role stranger login password 'x'");
    const stranger = { user: "stranger", password: "x", database: "shop" };
    await expect(server.query(stranger, "select 1")).rejects.toThrow(/permission denied for database/);
  });

  it("gives the migrator's password to the migrate task alone", async () => {
    const items = async (path: string): Promise<Record<string, string>> =>
      (await get<{ Items: Record<string, string> }>(`/v1/var/${path}`)).Items;
    expect((await items("nomad/jobs/shop")).POSTGRES_PASSWORD).toBe(passwords.first);
    expect(await items("nomad/jobs/shop/app/migrate")).toEqual({ POSTGRES_PASSWORD: passwords.migrator });
  });

  it("gets a new role and password without a lost request, and drops the old role", async () => {
    const loop = requestLoop({ instances, perSecond: 2 });
    const { code, output } = await verb(
      ...(["pulumi", "config", "set-all", "--path", "--plaintext", "database.user=shop_2"] as const),
      ...["--secret", `database.password=${passwords.second}`],
    );
    expect(output).not.toContain("error:");
    expect(code).toBe(0);
    const updated = await verb("up", "--yes", "--skip-preview");
    const requests = await loop.stop();
    expect(updated.output).toContain("healthy 1/1");
    expect(updated.code).toBe(0);
    expect(requests.lost).toEqual([]);
    expect(requests.sent).toBeGreaterThan(5);
    const roles = await server.query(
      server.superuser,
      "select rolname from pg_roles where rolname ~ '^shop' order by 1",
    );
    expect(roles.map(({ rolname }) => rolname)).toEqual(["shop_2", "shop_migrator"]);
    const second = { user: "shop_2", password: passwords.second, database: "shop" };
    expect(await server.query(second, "select text from later")).toEqual([{ text: "c" }]);
  });

  it("is backed up over TLS, verified beside itself, and restored as the roles have it", async () => {
    for (const args of [["backup"], ["verify"], ["restore", "--force"]]) {
      const { code, output } = await clone.npm(["run", "--silent", "db", "--", ...args, "--stack", "given"]);
      outputs.push(output);
      expect(output).toContain("PostgreSQL 17");
      expectShowing(code, args[0]).toBe(0);
    }
    const second = { user: "shop_2", password: passwords.second, database: "shop" };
    await server.query(second, "update later set text = 'd'");
    await expect(server.query(second, "drop table later")).rejects.toThrow("must be owner");
    const [url] = await instances();
    expect((await fetch(url)).status).toBe(200);
  });

  it("is dumped by Nomad over TLS too, as its owner, before a migration and on a schedule; both bring it back", async () => {
    await cluster.request("PUT", "/v1/job/shop-backup/periodic/force");
    await waitUntil("the scheduled backup is made", async () => archives(dumps).length === 2);
    const kinds = archives(dumps).map((path) => basename(path).replace(/-\d+T\d+Z\.dump$/, ""));
    expect(kinds).toEqual(["shop-before-migration", "shop-scheduled"]);
    const [beforeMigration, scheduled] = archives(dumps);
    const db = (...args: string[]) =>
      clone.npm(["run", "--silent", "db", "--", ...args, "--stack", "given", "--folder", dumps]);
    expect((await db("list")).output).toMatch(/shop-before-migration-.*\n.*shop-scheduled-/);
    const restored = await db("restore", scheduled, "--force");
    expect(restored.output).toContain("every table matches the backup");
    expect(await visits()).toBeGreaterThan(0);
    const verified = await db("verify", beforeMigration);
    expect(verified.output).toContain("of stack given");
    expect(verified.code).toBe(0);
    outputs.push(restored.output, verified.output);
  });

  it("whose certificate has expired is named with that reason; with a new one the same up goes through", async () => {
    const before = await visits();
    server.certify(0);
    await waitUntil("the certificate has expired", () =>
      server.query(app(), "select 1").then(
        () => false,
        (error: Error) => /expired/.test(error.message),
      ),
    );
    const { code, output } = await verb("up", "--yes", "--skip-preview");
    server.certify(2);
    expect(code).not.toBe(0);
    expect(output).toContain("certificate has expired");
    await up();
    expect(await visits()).toBe(before);
  });

  it("stays with its rows when the stack is destroyed, and serves them again after up", async () => {
    const before = await visits();
    const refused = await verb("pulumi", "destroy", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("protected");
    const { code, output } = await verb("destroy", "--yes", "--skip-preview");
    expect(output).not.toContain("error:");
    expect(code).toBe(0);
    expect(await visits()).toBeGreaterThanOrEqual(before);
    await up();
    const [url] = await instances();
    expect((await fetch(url)).status).toBe(200);
    expect(await visits()).toBeGreaterThan(before);
  });

  it("shows none of its passwords in the output of a command or in the job", async () => {
    const job = JSON.stringify(await get("/v1/job/shop"));
    for (const password of [...Object.values(passwords), server.admin.password]) {
      for (const text of [...outputs, job]) expect(text).not.toContain(password);
    }
  });
});
