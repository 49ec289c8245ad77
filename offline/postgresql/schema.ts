import { blocks, flag, text } from "../docker/schema/field";
import { type Properties } from "../host/types";
import { type Server } from "./connection";
import { differs, listOf, off, requiredText, textOf } from "./fields";
import { type Kind } from "./handler";
import { asMemberOf } from "./membership";
import { identifier } from "./sql";

/** `postgresql:index/schema:Schema`. Its id is `database.name`. */
export const schema: Kind = {
  fields: {
    database: text({ computed: true, replaces: true }),
    dropCascade: off(),
    ifNotExists: flag({ default: true }),
    name: text({ required: true }),
    owner: text({ computed: true }),
    policies: blocks({
      create: off(),
      createWithGrant: off(),
      role: text(),
      usage: off(),
      usageWithGrant: off(),
    }),
  },

  validate: (inputs) =>
    listOf(inputs, "policies").length === 0
      ? []
      : [
          {
            property: "policies",
            reason: 'is deprecated and not taken here. Use Grant with objectType "schema"',
          },
        ],

  async create(server, wanted, signal) {
    const name = requiredText(wanted, "name");
    const owner = textOf(wanted, "owner");
    const database = databaseOf(server, wanted);
    await server.run(
      async (session) => {
        const exists = wanted.ifNotExists === false ? "" : "IF NOT EXISTS ";
        const authorization = owner === undefined ? "" : ` AUTHORIZATION ${identifier(owner)}`;
        const create = () => session.query(`CREATE SCHEMA ${exists}${identifier(name)}${authorization}`);
        await (owner === undefined ? create() : asMemberOf(session, owner, create));
      },
      { database, signal },
    );
    return `${database}.${name}`;
  },

  async read(server, _id, known) {
    const name = requiredText(known, "name");
    const database = databaseOf(server, known);
    return inDatabase(server, database, async (session) => {
      const [row] = await session.query(
        "SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = $1",
        [name],
      );
      return row && { ...known, name, database, owner: String(row.owner) };
    });
  },

  async update(server, old, wanted, signal) {
    const before = requiredText(old, "name");
    const name = requiredText(wanted, "name");
    const owner = textOf(wanted, "owner");
    await server.run(
      (session) =>
        session.transaction(async () => {
          if (before !== name)
            await session.query(`ALTER SCHEMA ${identifier(before)} RENAME TO ${identifier(name)}`);
          if (owner !== undefined && differs(old, wanted, "owner")) {
            await asMemberOf(session, owner, () =>
              session.query(`ALTER SCHEMA ${identifier(name)} OWNER TO ${identifier(owner)}`),
            );
          }
        }),
      { database: databaseOf(server, old), signal },
    );
  },

  async delete(server, _id, state, signal) {
    const cascade = state.dropCascade === true ? "CASCADE" : "RESTRICT";
    const name = requiredText(state, "name");
    await inDatabase(
      server,
      databaseOf(server, state),
      (session) => session.query(`DROP SCHEMA IF EXISTS ${identifier(name)} ${cascade}`),
      signal,
    );
  },

  imported: splitId,
};

/** The database that a resource lives in: its own property, else the provider's. */
export function databaseOf(server: Server, properties: Properties): string {
  return textOf(properties, "database") ?? server.database;
}

/** `database` and `name` from an id that joins them with a dot. */
export function splitId(id: string): Properties {
  const at = id.indexOf(".");
  if (at <= 0 || at === id.length - 1) throw new Error(`the import id must be "database.name", was "${id}"`);
  return { database: id.slice(0, at), name: id.slice(at + 1) };
}

/** {@link Server.run} in a database; undefined, without a try, when there is no such database any more. */
export async function inDatabase<T>(
  server: Server,
  database: string,
  work: Parameters<typeof server.run<T>>[0],
  signal?: AbortSignal,
): Promise<T | undefined> {
  if (database !== server.database) {
    const [row] = await server.run((session) =>
      session.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]),
    );
    if (row === undefined) return undefined;
  }
  return server.run(work, { database, signal });
}
