import { text } from "../docker/schema/field";
import { differs, off, requiredText, textOf } from "./fields";
import { type Kind } from "./handler";
import { databaseOf, inDatabase, splitId } from "./schema";
import { identifier, literal } from "./sql";

/** `postgresql:index/extension:Extension`. Its id is `database.name`. */
export const extension: Kind = {
  fields: {
    createCascade: off(),
    database: text({ computed: true, replaces: true }),
    dropCascade: off(),
    name: text({ required: true, replaces: true }),
    schema: text({ computed: true }),
    version: text({ computed: true }),
  },

  async create(server, wanted, signal) {
    const name = requiredText(wanted, "name");
    const database = databaseOf(server, wanted);
    const schema = textOf(wanted, "schema");
    const version = textOf(wanted, "version");
    const clauses = [
      schema && `SCHEMA ${identifier(schema)}`,
      version && `VERSION ${literal(version)}`,
      wanted.createCascade === true && "CASCADE",
    ].filter(Boolean);
    await server.run(
      (session) => session.query(`CREATE EXTENSION IF NOT EXISTS ${identifier(name)} ${clauses.join(" ")}`),
      { database, signal },
    );
    return `${database}.${name}`;
  },

  async read(server, _id, known) {
    const name = requiredText(known, "name");
    const database = databaseOf(server, known);
    return inDatabase(server, database, async (session) => {
      const [row] = await session.query(
        "SELECT extversion, extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = $1",
        [name],
      );
      return row && { ...known, name, database, schema: String(row.schema), version: String(row.extversion) };
    });
  },

  async update(server, old, wanted, signal) {
    const name = identifier(requiredText(wanted, "name"));
    const schema = textOf(wanted, "schema");
    const version = textOf(wanted, "version");
    await server.run(
      (session) =>
        session.transaction(async () => {
          if (schema !== undefined && differs(old, wanted, "schema")) {
            await session.query(`ALTER EXTENSION ${name} SET SCHEMA ${identifier(schema)}`);
          }
          if (version !== undefined && differs(old, wanted, "version")) {
            await session.query(`ALTER EXTENSION ${name} UPDATE TO ${literal(version)}`);
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
      (session) => session.query(`DROP EXTENSION IF EXISTS ${identifier(name)} ${cascade}`),
      signal,
    );
  },

  imported: splitId,
};
