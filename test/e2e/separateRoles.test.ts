/** A server whose schema `public` is that of PostgreSQL 14 and older, with an administrator who is no superuser. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectShowing } from "../support/expectShowing";
import { stringify } from "yaml";
import { Clone, type Finished } from "../support/clone";
import { Cluster } from "../support/cluster";
import { startTlsPostgres, type TlsPostgres } from "../support/tlsPostgres";

describe("separate roles", () => {
  let server: TlsPostgres;
  let cluster: Cluster;
  let clone: Clone;

  const app = { user: "shop", password: "of the application", database: "shop" };
  const migrator = { user: "shop_migrator", password: "of the migrator", database: "shop" };
  const verb = (name: string, ...args: string[]): Promise<Finished> =>
    clone.verb(name, ...args, "--stack", "separate");
  const up = (): Promise<Finished> => verb("up", "--yes", "--skip-preview");
  const jobs = (): Promise<unknown[]> => cluster.get<unknown[]>("/v1/jobs");
  const statement =
    'ALTER SCHEMA "public" OWNER TO "shop_migrator"; REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;';
  const asSuperuser = (sql: string) => server.query({ ...server.superuser, database: "shop" }, sql);

  beforeAll(async () => {
    [server, cluster] = await Promise.all([startTlsPostgres(15), Cluster.start({ clients: 1 })]);
    // What new databases are made from: the schema belongs to the superuser, and everybody may create in it.
    await server.query(
      server.superuser,
      "update pg_database set datallowconn = true where datname = 'template0'",
    );
    const old = "alter schema public owner to postgres; grant create, usage on schema public to public";
    await server.query({ ...server.superuser, database: "template0" }, old);
    clone = Clone.create();
    const key = (name: string): string => `django-nomad:${name}`;
    clone.write(
      "Pulumi.separate.yaml",
      stringify({
        config: {
          "nomad:address": cluster.address,
          [key("djangoImage")]: "django-testing:v1",
          [key("jobName")]: "shop",
          [key("update")]: { minHealthyTime: "1s" },
          [key("serverResources")]: { cpu: 500, memory: 300 },
          [key("database")]: {
            host: server.host,
            name: "shop",
            adminUser: server.admin.user,
            sslRootCert: server.authority,
          },
        },
      }),
    );
    const secrets = {
      adminPassword: server.admin.password,
      password: app.password,
      migratePassword: migrator.password,
    };
    const { code, output } = await verb(
      ...(["pulumi", "config", "set-all", "--path"] as const),
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

  it("tell in the preview of a new database what the application can't do at run time", async () => {
    const { code, output } = await verb("preview");
    expectShowing(code, output).toBe(0);
    expect(output).toMatch(
      /role shop reads and writes rows\. It can't TRUNCATE, create schemas .*database\.roles "single"/,
    );
  });

  it("that are not separate end the up before anything is deployed, with the statement that makes them so", async () => {
    for (let times = 0; times < 2; times++) {
      const { code, output } = await up();
      expect(code).not.toBe(0);
      expect(output).toContain("the role shop is not separate from shop_migrator");
      expect(output).toContain("the schema belongs to postgres");
      expect(output).toContain(statement);
      expect(await jobs()).toEqual([]);
    }
    await expect(
      server.query(app, "create function public.planted() returns int language sql as 'select 1'"),
    ).rejects.toThrow("permission denied for database");
  });

  it("are so after that statement, and the same up goes through", async () => {
    await asSuperuser(statement);
    const { code, output } = await up();
    expectShowing(code, output).toBe(0);
    await expect(
      server.query(app, "create function public.planted() returns int language sql as 'select 1'"),
    ).rejects.toThrow("permission denied for schema public");
  });

  it("that have come apart since are found before the next release", async () => {
    await asSuperuser("grant shop_migrator to shop");
    await verb("pulumi", "config", "set", "--path", "envVars.RELEASE", "2");
    const { code, output } = await up();
    expect(code).not.toBe(0);
    expect(output).toContain("it may act as shop_migrator");
    await asSuperuser('REVOKE "shop_migrator" FROM "shop"');
    expect((await up()).code).toBe(0);
  });

  it("keep the application from what the migrations took back, through previews and releases", async () => {
    const take = "revoke insert, update, delete, truncate on django_migrations from shop";
    await server.query(migrator, take);
    const preview = await verb("preview", "--expect-no-changes");
    expectShowing(preview.code, preview.output).toBe(0);
    await verb("pulumi", "config", "set", "--path", "envVars.RELEASE", "3");
    const { code, output } = await up();
    expectShowing(code, output).toBe(0);
    await expect(server.query(app, "delete from django_migrations")).rejects.toThrow("permission denied");
    expect(await server.query(app, "select name from django_migrations limit 1")).toHaveLength(1);
  });

  it("hold for a process beside the web server: its gate knows the migrator's password, the process does not", async () => {
    const command = ["./manage.py", "shell", "-v", "0", "-c", "import time; time.sleep(3600)"];
    await verb("pulumi", "config", "set", "processes", JSON.stringify({ worker: { command } }));
    const { code, output } = await up();
    expectShowing(code, output).toBe(0);
    expect(await cluster.get("/v1/vars?prefix=nomad/jobs/shop")).toEqual(
      ["shop", "shop-manage", "shop-manage/manage/manage", "shop/app/migrate", "shop/worker/migrate"].map(
        (path) => expect.objectContaining({ Path: `nomad/jobs/${path}` }),
      ),
    );
    const all = await cluster.allocations("shop");
    const worker = all.find(({ Name }) => Name === "shop.worker[0]");
    expect(worker?.TaskStates?.worker.State).toBe("running");
    const container = ["inspect", "--format", "{{json .Config.Env}}", `worker-${worker?.ID}`];
    const env = JSON.parse(execFileSync("docker", container, { encoding: "utf8" })) as string[];
    expect(env).toContain(`POSTGRES_PASSWORD=${app.password}`);
    expect(env.join("\n")).not.toContain(migrator.password);
  });

  it("hold for one-off commands: each is the application's role, unless it asks for the migrator's", async () => {
    const ask = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user')";
    const command = ["shell", "-v", "0", "-c", `${ask}; print('role', k.fetchone()[0])`];
    for (const [options, role] of [
      [[], app.user],
      [["--role", "migrator"], migrator.user],
    ] as const) {
      const manage = ["run", "--silent", "manage", "--", "--stack", "separate", ...options, ...command];
      const { code, output } = await clone.npm(manage);
      expectShowing(code, output).toBe(0);
      expect(output.trim().split("\n").at(-1)).toBe(`role ${role}`);
    }
  });
});
