import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Properties } from "../../host/types";
import { postgresqlProvider } from "../../postgresql/provider";
import { PluginResource, type State } from "../support/pluginResource";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../../../test/support/postgres";

const provider = postgresqlProvider();
let server: PostgresServer;

const resource = (type: string) =>
  new PluginResource(provider, `postgresql:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`);

beforeAll(async () => {
  server = await startPostgres();
  const { host, port, user, password } = server;
  const inputs = { host, port: String(port), username: user, password, sslmode: "disable" };
  await provider.configure(inputs, () => undefined);
  await sql(
    `CREATE ROLE member; CREATE ROLE team; CREATE ROLE owner; CREATE ROLE reader;
     CREATE TABLE public.orders (id int, price int); CREATE SEQUENCE public.numbers;
     CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
     GRANT SELECT ON public.orders TO reader`,
  );
}, startTimeout);
afterAll(() => server?.stop());

const sql = (text: string) => querySql(server, text);

interface Example {
  type: string;
  inputs: Properties;
  changed: Properties;
  /** What somebody does by hand, so that the resource is not what it should be. */
  drift: string;
  /** What somebody does by hand, so that it is gone; undefined for a grant, which then only lost its privileges. */
  loss?: string;
  importId?: string;
}

const NAME = `we"ird'; DROP ROLE owner; --`;
const QUOTED = `"we""ird'; DROP ROLE owner; --"`;
const onTables = { database: "postgres", schema: "public", objectType: "table", role: "member" };

const examples: Example[] = [
  {
    type: "Role",
    inputs: {
      name: NAME,
      login: true,
      password: "s'3\\",
      roles: ["team"],
      searchPaths: ["public", 'odd"one'],
      statementTimeout: 5000,
      validUntil: "2040-01-01",
    },
    changed: {
      name: NAME,
      login: true,
      password: "other",
      connectionLimit: 3,
      createDatabase: true,
      roles: ["owner"],
    },
    drift: `ALTER ROLE ${QUOTED} NOLOGIN`,
    loss: `DROP ROLE ${QUOTED}`,
    importId: NAME,
  },
  {
    type: "Database",
    inputs: {
      name: NAME,
      owner: "owner",
      lcCollate: "DEFAULT",
      lcCtype: "DEFAULT",
      template: "template1",
      encoding: "DEFAULT",
    },
    changed: { name: NAME, owner: "team", connectionLimit: 7, isTemplate: true },
    drift: `ALTER DATABASE ${QUOTED} CONNECTION LIMIT 5`,
    loss: `ALTER DATABASE ${QUOTED} IS_TEMPLATE false; DROP DATABASE ${QUOTED}`,
    importId: NAME,
  },
  {
    type: "Schema",
    inputs: { name: NAME, owner: "owner" },
    changed: { name: NAME, owner: "team" },
    drift: `ALTER SCHEMA ${QUOTED} OWNER TO reader`,
    loss: `DROP SCHEMA ${QUOTED}`,
    importId: `postgres.${NAME}`,
  },
  {
    type: "Extension",
    inputs: { name: "citext", database: "postgres", schema: "pg_catalog" },
    changed: { name: "citext", database: "postgres", schema: "public" },
    drift: "ALTER EXTENSION citext SET SCHEMA information_schema",
    loss: "DROP EXTENSION citext",
    importId: "postgres.citext",
  },
  {
    type: "Grant",
    inputs: { ...onTables, privileges: ["INSERT", "SELECT"] },
    changed: { ...onTables, privileges: ["UPDATE"] },
    drift: "REVOKE ALL ON public.orders FROM member",
  },
  {
    type: "GrantRole",
    inputs: { role: "member", grantRole: "team" },
    changed: { role: "member", grantRole: "team", withAdminOption: true },
    drift: "GRANT team TO member WITH ADMIN OPTION",
    loss: "REVOKE team FROM member",
  },
  {
    type: "DefaultPrivileges",
    inputs: { ...onTables, owner: "owner", privileges: ["SELECT"] },
    changed: { ...onTables, owner: "owner", privileges: ["ALL"] },
    drift: "ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT UPDATE ON TABLES TO member",
  },
];

describe.each(examples)(
  "a $type of the offline postgresql plugin",
  ({ type, inputs, changed, drift, loss, importId }) => {
    const subject = resource(type);
    let state: State;

    const refreshed = async () => {
      const found = await subject.refresh(state);
      if (found === undefined) throw new Error(`the ${type} is gone`);
      return found;
    };

    it("is made, and shows no change afterwards, with and without a refresh", async () => {
      state = await subject.create(inputs);
      expect((await subject.diff(state, inputs)).changes).toBe("none");
      expect((await refreshed()).outputs).toEqual(state.outputs);
      expect((await subject.diff(await refreshed(), inputs)).changes).toBe("none");
    });

    it("is changed to what the program says", async () => {
      const diff = await subject.diff(state, changed);
      expect(diff.changes).toBe("some");
      if ((diff.replaces ?? []).length > 0) {
        expect(diff.deleteBeforeReplace).toBe(true);
        await subject.delete(state);
        state = await subject.create(changed);
      } else {
        state = await subject.update(state, changed);
      }
      expect((await subject.diff(await refreshed(), changed)).changes).toBe("none");
      state = diff.replaces?.length ? await replaced(inputs) : await subject.update(state, inputs);
      expect((await subject.diff(await refreshed(), inputs)).changes).toBe("none");
    });

    async function replaced(news: Properties): Promise<State> {
      await subject.delete(state);
      return subject.create(news);
    }

    it("shows a change after somebody changed it by hand and a refresh", async () => {
      await sql(drift);
      state = await refreshed();
      const diff = await subject.diff(state, inputs);
      expect(diff.changes).toBe("some");
      state = diff.replaces?.length ? await replaced(inputs) : await subject.update(state, inputs);
      expect((await subject.diff(await refreshed(), inputs)).changes).toBe("none");
    });

    const importing =
      importId === undefined ? "says that it can't be imported" : "is imported by its id, unchanged";
    it(importing, async () => {
      if (importId === undefined) {
        await expect(subject.import("anything")).rejects.toThrow("can't be imported");
        return;
      }
      const imported = await subject.import(importId);
      if (imported === undefined) throw new Error(`nothing was found as ${importId}`);
      expect(imported.id).toBe(importId);
      expect((await subject.diff(imported, imported.inputs)).changes).toBe("none");
      expect(await subject.import(`${importId}x`)).toBeUndefined();
    });

    it("is gone after somebody removed it by hand, and deleting it is no error then", async () => {
      if (loss === undefined) {
        await subject.delete(state);
        expect((await refreshed()).outputs.privileges).toEqual([]);
      } else {
        for (const statement of loss.split(/; (?=DROP DATABASE)/)) await sql(statement);
        expect(await subject.refresh(state)).toBeUndefined();
      }
      await subject.delete(state);
    });

    it("is removed by delete", async () => {
      state = await subject.create(inputs);
      await subject.delete(state);
      const found = await subject.refresh(state);
      expect(loss === undefined ? found?.outputs.privileges : found).toEqual(
        loss === undefined ? [] : undefined,
      );
    });
  },
);
