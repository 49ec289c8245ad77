import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Properties, Secret, Unknown } from "../../host/types";
import type { PostgresMajor } from "../../../local/images";
import { postgresqlProvider } from "../../postgresql/provider";
import { PluginResource } from "../support/pluginResource";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../../../test/support/postgres";
import { eventually } from "../../../test/support/waiting";

let server: PostgresServer;
const sql = (text: string, as: { user?: string; password?: string; database?: string } = {}) =>
  querySql(server, text, as);

/** The resources of a provider that connects as the administrator, but for `overrides`. */
async function connect(overrides: Properties = {}) {
  const provider = postgresqlProvider();
  const { host, port, user, password } = server;
  const inputs = { host, port: String(port), username: user, password, sslmode: "disable", ...overrides };
  await provider.configure(inputs, () => undefined);
  return (type: string) =>
    new PluginResource(provider, `postgresql:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`);
}

beforeAll(async () => {
  server = await startPostgres();
}, startTimeout);
afterAll(() => server?.stop());

describe("roles of the offline postgresql plugin", () => {
  it("log in with their password, and only with the latest", async () => {
    const role = (await connect())("Role");
    const login = (password: string) => sql("SELECT 1", { user: "login", password });
    let state = await role.create({ name: "login", login: true, password: new Secret("first") });
    await login("first");
    state = await role.update(state, { name: "login", login: true, password: new Secret("second") });
    await login("second");
    await expect(login("first")).rejects.toThrow("password authentication failed");
    expect(state.outputs.password).toEqual(new Secret("second"));
    await role.delete(state);
  });

  it("show a change after somebody set another password by hand", async () => {
    const role = (await connect())("Role");
    const inputs = { name: "drifted", login: true, password: "ours" };
    const state = await role.create(inputs);
    await sql("ALTER ROLE drifted PASSWORD 'theirs'");
    const refreshed = await role.refresh(state);
    if (refreshed === undefined) throw new Error("the role is gone");
    expect((await role.diff(refreshed, inputs)).diffs).toEqual(["password"]);
    await role.update(refreshed, inputs);
    await sql("SELECT 1", { user: "drifted", password: "ours" });
    await role.delete(state);
  });

  it("get a write-only password when its version changes, and keep it nowhere", async () => {
    const role = (await connect())("Role");
    const inputs = (passwordWo: string, passwordWoVersion: string) => ({
      name: "writeonly",
      login: true,
      passwordWo,
      passwordWoVersion,
    });
    let state = await role.create(inputs("first", "1"));
    expect((await role.diff(state, inputs("ignored", "1"))).changes).toBe("none");
    expect((await role.diff(state, inputs("second", "2"))).diffs).toEqual(["passwordWoVersion"]);
    state = await role.update(state, inputs("second", "2"));
    await sql("SELECT 1", { user: "writeonly", password: "second" });
    expect(state.outputs.passwordWo).toEqual(new Secret(null));
    await role.delete(state);
  });

  it("are renamed in place and keep their password", async () => {
    const role = (await connect())("Role");
    const state = await role.create({ name: "before", login: true, password: "same" });
    const diff = await role.diff(state, { name: "after", login: true, password: "same" });
    expect(diff.replaces ?? []).toEqual([]);
    const renamed = await role.update(state, { name: "after", login: true, password: "same" });
    await sql("SELECT 1", { user: "after", password: "same" });
    expect((await role.refresh(renamed))?.outputs.name).toBe("after");
    await role.delete(renamed);
    expect(await sql("SELECT 1 FROM pg_roles WHERE rolname IN ('before', 'after')")).toEqual([]);
  });

  it("are dropped even when they own tables, which stay", async () => {
    const role = (await connect())("Role");
    const state = await role.create({ name: "leaving" });
    await sql("CREATE TABLE public.left_behind (id int); ALTER TABLE public.left_behind OWNER TO leaving");
    await role.delete(state);
    expect(await sql("SELECT tableowner FROM pg_tables WHERE tablename = 'left_behind'")).toEqual([
      { tableowner: "postgres" },
    ]);
  });

  it("keep the memberships that a GrantRole gave them", async () => {
    const resource = await connect();
    const group = await resource("Role").create({ name: "staff" });
    const member = await resource("Role").create({ name: "clerk" });
    const grant = await resource("GrantRole").create({ role: "clerk", grantRole: "staff" });
    const refreshed = await resource("Role").refresh(member);
    expect(refreshed?.outputs).toEqual(member.outputs);
    await resource("GrantRole").delete(grant);
    await resource("Role").delete(member);
    await resource("Role").delete(group);
  });

  it("leave nothing behind when making them fails half way", async () => {
    const role = (await connect())("Role");
    await expect(role.create({ name: "half", roles: ["no_such_role"] })).rejects.toThrow(
      'role "no_such_role" does not exist',
    );
    expect(await sql("SELECT 1 FROM pg_roles WHERE rolname = 'half'")).toEqual([]);
  });

  it("never show their password in an error", async () => {
    const role = (await connect())("Role");
    const inputs = { name: "leaky", password: new Secret("hunter2"), validUntil: "hunter2" };
    const error = await role.create(inputs).catch((reason: unknown) => reason as Error);
    expect(String(error)).toContain("invalid input syntax");
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain("hunter2");
  });

  it("are previewed with a password that is not known yet, still secret", async () => {
    const role = (await connect({ port: "1" }))("Role");
    const planned = await role.previewCreate({ name: "app", password: new Secret(Unknown.instance) });
    expect(planned.password).toEqual(new Secret(Unknown.instance));
    expect(planned).toMatchObject({ name: "app", id: Unknown.instance });
  });
});

describe("databases and grants of the offline postgresql plugin", () => {
  it("a database that somebody is connected to is dropped", async () => {
    const database = (await connect())("Database");
    const state = await database.create({ name: "busy" });
    const sleeping = sql("SELECT pg_sleep(60)", { database: "busy" }).catch((error: Error) => error.message);
    const asleep = "SELECT 1 FROM pg_stat_activity WHERE datname = 'busy' AND query ~ 'sleep'";
    await eventually(async () => expect(await sql(asleep)).toHaveLength(1));
    await database.delete(state);
    expect(await sleeping).toContain("terminat");
    expect(await database.refresh(state)).toBeUndefined();
  });

  it("objects change hands with the database when asked to", async () => {
    const resource = await connect();
    const [old, next] = [
      await resource("Role").create({ name: "seller" }),
      await resource("Role").create({ name: "buyer" }),
    ];
    const database = resource("Database");
    const state = await database.create({ name: "house", owner: "seller" });
    await sql("CREATE TABLE rooms (id int); ALTER TABLE rooms OWNER TO seller", { database: "house" });
    const sold = await database.update(state, { name: "house", owner: "buyer", alterObjectOwnership: true });
    const owners = await sql("SELECT tableowner FROM pg_tables WHERE tablename = 'rooms'", {
      database: "house",
    });
    expect(owners).toEqual([{ tableowner: "buyer" }]);
    await database.delete(sold);
    await resource("Role").delete(old);
    await resource("Role").delete(next);
  });

  it("a reader may read the tables that there are and those that will be, and write none", async () => {
    const resource = await connect();
    const reader = await resource("Role").create({ name: "reader", login: true, password: "r" });
    await resource("Role").create({ name: "maker", login: true, password: "m" });
    const database = await resource("Database").create({ name: "library", owner: "maker" });
    const as = (user: string) => ({ user, password: user.charAt(0), database: "library" });
    await sql("CREATE TABLE books (id int)", as("maker"));
    const onTables = { database: "library", schema: "public", objectType: "table", role: "reader" };
    const grant = await resource("Grant").create({ ...onTables, privileges: ["SELECT"] });
    await resource("DefaultPrivileges").create({ ...onTables, owner: "maker", privileges: ["SELECT"] });
    await sql("CREATE TABLE authors (id int)", as("maker"));
    await sql("SELECT * FROM books, authors", as("reader"));
    await expect(sql("DELETE FROM books", as("reader"))).rejects.toThrow("permission denied");
    await resource("Grant").delete(grant);
    await expect(sql("SELECT * FROM books", as("reader"))).rejects.toThrow("permission denied");
    await resource("Database").delete(database);
    await resource("Role").delete(reader);
    expect(await resource("Grant").refresh(grant)).toBeUndefined();
  });

  it.each<Properties>([
    { objectType: "database", privileges: ["CONNECT", "TEMP"] },
    { objectType: "schema", schema: "public", privileges: ["CREATE", "USAGE"] },
    { objectType: "sequence", schema: "public", objects: ["Numbers"], privileges: ["ALL"] },
    { objectType: "function", schema: "public", objects: ["twice(integer)"], privileges: ["EXECUTE"] },
    { objectType: "column", schema: "public", objects: ["prices"], columns: ["Net"], privileges: ["UPDATE"] },
    {
      objectType: "table",
      schema: "public",
      objects: ["prices"],
      privileges: ["SELECT"],
      withGrantOption: true,
    },
  ])("privileges on a $objectType are granted, found again and revoked", async (example) => {
    await sql(
      `DROP ROLE IF EXISTS grantee; CREATE ROLE grantee; CREATE SEQUENCE IF NOT EXISTS public."Numbers";
       CREATE OR REPLACE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
       CREATE TABLE IF NOT EXISTS public.prices ("Net" int, gross int)`,
    );
    const grant = (await connect())("Grant");
    const inputs = { ...example, database: "postgres", role: "grantee" };
    const state = await grant.create(inputs);
    const found = await grant.refresh(state);
    expect(found?.outputs).toEqual(state.outputs);
    expect((await grant.diff(state, inputs)).changes).toBe("none");
    await grant.delete(state);
    expect((await grant.refresh(state))?.outputs.privileges).toEqual([]);
    await sql("DROP ROLE grantee");
  });
});

describe.each<PostgresMajor>([15, 17])("on PostgreSQL %i", (major) => {
  let own: PostgresServer;
  beforeAll(async () => {
    own = await startPostgres({ major });
  }, startTimeout);
  afterAll(() => own?.stop());
  const as = (username: string, password: string) =>
    connect({ port: String(own.port), username, password, superuser: "false" });

  it("everything works for an administrator who is no superuser", async () => {
    await querySql(own, "CREATE ROLE admin LOGIN CREATEDB CREATEROLE PASSWORD 'a'");
    const resource = await as("admin", "a");
    const role = await resource("Role").create({ name: "tenant", login: true, password: "t" });
    const database = await resource("Database").create({ name: "tenancy", owner: "tenant" });
    const privileges = { database: "tenancy", objectType: "table", role: "public", privileges: ["SELECT"] };
    const defaults = await resource("DefaultPrivileges").create({
      ...privileges,
      owner: "tenant",
      schema: "public",
    });
    expect((await resource("Role").refresh(role))?.outputs).toEqual(role.outputs);
    await resource("DefaultPrivileges").delete(defaults);
    await resource("Database").delete(database);
    await resource("Role").delete(role);
    expect(await querySql(own, "SELECT 1 FROM pg_roles WHERE rolname = 'tenant'")).toEqual([]);
  });

  it("membership of whoever made the role is read back as it was given, and ends", async () => {
    await querySql(own, "CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'm'");
    const resource = await as("maker", "m");
    const role = await resource("Role").create({ name: "made" });
    const given = { role: "maker", grantRole: "made" };
    expect(
      await resource("GrantRole").refresh({ ...role, id: "maker_made_false", outputs: given }),
    ).toBeUndefined();
    const membership = await resource("GrantRole").create(given);
    expect((await resource("GrantRole").refresh(membership))?.outputs).toEqual(membership.outputs);
    await resource("GrantRole").delete(membership);
    expect(await resource("GrantRole").refresh(membership)).toBeUndefined();
    await resource("Role").delete(role);
  });
});

describe("the offline postgresql plugin says what is wrong", () => {
  it.each<[string, Properties, string]>([
    [
      "a server that is not there",
      { port: "1" },
      "can't reach PostgreSQL at 127.0.0.1:1: connection refused",
    ],
    [
      "a host that is not there",
      { host: "no-such-host.invalid" },
      "can't reach PostgreSQL at no-such-host.invalid:",
    ],
    ["a wrong password", { password: "wr0ng" }, 'refused user "postgres": password authentication failed'],
    [
      "a server without TLS",
      { sslmode: "require" },
      'Set sslmode (database.sslmode of a DjangoApp) to "disable"',
    ],
    ["a database that is not there", { database: "nowhere" }, 'has no database "nowhere"'],
  ])("about %s", async (_title, overrides, message) => {
    const error = await (
      await connect(overrides)
    )("Role")
      .create({ name: "never" })
      .catch((reason: Error) => reason);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("wr0ng");
  });

  it.each<[string, Properties, string]>([
    ["Grant", { objectType: "tables", schema: "public", privileges: ["SELECT"] }, "objectType"],
    ["Grant", { objectType: "table", schema: "public", privileges: ["SELCT"] }, "privileges[0]"],
    ["Grant", { objectType: "table", privileges: ["SELECT"] }, "schema"],
    ["Grant", { objectType: "column", schema: "public", objects: ["t"], privileges: ["SELECT"] }, "columns"],
    ["Role", { name: "r", password: "a", passwordWo: "b", passwordWoVersion: "1" }, "passwordWo"],
    ["Role", { name: "r", connectionLimit: -2 }, "connectionLimit"],
    ["Database", { name: "d", ownr: "x" }, "ownr"],
  ])("about inputs of a %s, by name, before anything is done", async (type, inputs, property) => {
    const given = type === "Grant" ? { database: "postgres", role: "r", ...inputs } : inputs;
    const failures = await (await connect({ port: "1" }))(type).failures(given);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });

  it("about provider settings, all at once", async () => {
    const check = await postgresqlProvider().checkConfig?.({
      port: "70000",
      sslmode: "prefer",
      awsRdsIamAuth: "true",
      hots: "db",
    });
    expect(check?.failures?.map(({ property }) => property).sort()).toEqual([
      "awsRdsIamAuth",
      "hots",
      "port",
      "sslmode",
    ]);
  });
});
