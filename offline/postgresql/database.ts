import { flag, text } from "../docker/schema/field";
import { type Properties } from "../host/types";
import { type Server, type Session } from "./connection";
import { connectionLimit, differs, off, requiredText, textOf } from "./fields";
import { DEFAULT, type Kind } from "./handler";
import { asMemberOf } from "./membership";
import { identifier, literal } from "./sql";

/** `postgresql:index/database:Database`. Its id is its name. */
export const database: Kind = {
  fields: {
    allowConnections: flag({ default: true }),
    alterObjectOwnership: off(),
    connectionLimit: connectionLimit(),
    encoding: text({ computed: true, replaces: true }),
    isTemplate: flag({ computed: true }),
    lcCollate: text({ computed: true, replaces: true }),
    lcCtype: text({ computed: true, replaces: true }),
    name: text({ required: true }),
    owner: text({ computed: true }),
    tablespaceName: text({ computed: true }),
    template: text({ computed: true, replaces: true }),
  },

  async create(server, wanted, signal) {
    const name = requiredText(wanted, "name");
    const owner = chosen(wanted, "owner");
    const tablespace = chosen(wanted, "tablespaceName");
    const clauses = [
      owner && `OWNER ${identifier(owner)}`,
      `TEMPLATE ${identifier(chosen(wanted, "template") ?? "template0")}`,
      clause(wanted, "encoding", "ENCODING", "UTF8"),
      clause(wanted, "lcCollate", "LC_COLLATE", "C"),
      clause(wanted, "lcCtype", "LC_CTYPE", "C"),
      tablespace && `TABLESPACE ${identifier(tablespace)}`,
      `ALLOW_CONNECTIONS ${wanted.allowConnections !== false}`,
      `CONNECTION LIMIT ${Number(wanted.connectionLimit ?? -1)}`,
      `IS_TEMPLATE ${wanted.isTemplate === true}`,
    ].filter(Boolean);
    await server.run(
      async (session) => {
        const create = () => session.query(`CREATE DATABASE ${identifier(name)} ${clauses.join(" ")}`);
        await (owner === undefined ? create() : asMemberOf(session, owner, create));
      },
      { signal },
    );
    return name;
  },

  async read(server, id, known) {
    const name = textOf(known, "name") ?? id;
    return server.run(async (session) => {
      const [row] = await session.query(
        `SELECT d.datallowconn, d.datconnlimit, d.datistemplate, d.datcollate, d.datctype,
                pg_encoding_to_char(d.encoding) AS encoding, pg_get_userbyid(d.datdba) AS owner, t.spcname
           FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1`,
        [name],
      );
      if (row === undefined) return undefined;
      return {
        ...known,
        name,
        allowConnections: row.datallowconn === true,
        connectionLimit: Number(row.datconnlimit),
        encoding: String(row.encoding),
        isTemplate: row.datistemplate === true,
        lcCollate: String(row.datcollate),
        lcCtype: String(row.datctype),
        owner: String(row.owner),
        tablespaceName: String(row.spcname),
        // PostgreSQL does not remember it.
        template: textOf(known, "template") ?? "template0",
      };
    });
  },

  async update(server, old, wanted, signal) {
    const before = requiredText(old, "name");
    const name = requiredText(wanted, "name");
    await server.run(
      async (session) => {
        if (before !== name)
          await session.query(`ALTER DATABASE ${identifier(before)} RENAME TO ${identifier(name)}`);
        await alter(session, name, old, wanted);
      },
      { signal },
    );
    const owner = textOf(wanted, "owner");
    if (owner !== undefined && differs(old, wanted, "owner")) {
      await changeOwner(
        server,
        name,
        requiredText(old, "owner"),
        owner,
        wanted.alterObjectOwnership === true,
      );
    }
  },

  async delete(server, id, state, signal) {
    const name = textOf(state, "name") ?? id;
    await server.run(
      async (session) => {
        const [row] = await session.query("SELECT datistemplate FROM pg_database WHERE datname = $1", [name]);
        if (row === undefined) return;
        if (row.datistemplate === true)
          await session.query(`ALTER DATABASE ${identifier(name)} IS_TEMPLATE false`);
        const drop = async () => {
          // Nobody may connect between the last session's end and the drop.
          await session.query(`ALTER DATABASE ${identifier(name)} ALLOW_CONNECTIONS false`);
          await session.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
            name,
          ]);
          await session.query(`DROP DATABASE ${identifier(name)}${await force(session)}`);
        };
        const owner = textOf(state, "owner");
        await (owner === undefined ? drop() : asMemberOf(session, owner, drop));
      },
      { signal },
    );
  },

  imported: (id) => ({ name: id }),
};

/** `KEYWORD 'value'`, or nothing when the user asked for the template's own with DEFAULT. */
function clause(wanted: Properties, key: string, keyword: string, fallback: string): string {
  return textOf(wanted, key) === DEFAULT ? "" : `${keyword} ${literal(textOf(wanted, key) ?? fallback)}`;
}

function chosen(wanted: Properties, key: string): string | undefined {
  const value = textOf(wanted, key);
  return value === DEFAULT ? undefined : value;
}

/** What ends the sessions that a drop would otherwise wait for; older servers have no word for it. */
async function force(session: Session): Promise<string> {
  return (await session.version()) >= 130_000 ? " WITH (FORCE)" : "";
}

async function alter(session: Session, name: string, old: Properties, wanted: Properties): Promise<void> {
  const changes: [key: string, clause: string][] = [
    ["connectionLimit", `CONNECTION LIMIT ${Number(wanted.connectionLimit ?? -1)}`],
    ["allowConnections", `ALLOW_CONNECTIONS ${wanted.allowConnections !== false}`],
  ];
  if (typeof wanted.isTemplate === "boolean")
    changes.push(["isTemplate", `IS_TEMPLATE ${wanted.isTemplate}`]);
  const tablespace = textOf(wanted, "tablespaceName");
  if (tablespace !== undefined) changes.push(["tablespaceName", `SET TABLESPACE ${identifier(tablespace)}`]);
  for (const [key, text] of changes) {
    if (differs(old, wanted, key)) await session.query(`ALTER DATABASE ${identifier(name)} ${text}`);
  }
}

async function changeOwner(
  server: Server,
  name: string,
  before: string,
  owner: string,
  withObjects: boolean,
): Promise<void> {
  await server.run((session) =>
    asMemberOf(session, owner, () =>
      session.query(`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)}`),
    ),
  );
  if (!withObjects) return;
  // Reassigning only reaches the objects of the database that one is connected to.
  await server.run(
    (session) =>
      asMemberOf(session, before, () =>
        asMemberOf(session, owner, () =>
          session.query(`REASSIGN OWNED BY ${identifier(before)} TO ${identifier(owner)}`),
        ),
      ),
    { database: name },
  );
}
