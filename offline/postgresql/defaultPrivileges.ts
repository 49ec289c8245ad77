import { text } from "../docker/schema/field";
import { type Properties } from "../host/types";
import { type Session } from "./connection";
import { listOf, names, off, requiredText, textOf } from "./fields";
import { roleExists } from "./grantedAcl";
import { type Kind } from "./handler";
import { asMemberOf } from "./membership";
import { checkPrivileges, granteeName, grantOption, privilegeList, sameOrFound } from "./privileges";
import { databaseOf, inDatabase } from "./schema";
import { grantee, identifier } from "./sql";

/** The catalog's letter for each object type. */
const LETTERS: Record<string, string> = {
  function: "f",
  routine: "f",
  schema: "n",
  sequence: "S",
  table: "r",
  type: "T",
};

/** `postgresql:index/defaultPrivileges:DefaultPrivileges`: rights on what `owner` will create. */
export const defaultPrivileges: Kind = {
  fields: {
    database: text({ required: true, replaces: true }),
    objectType: text({ required: true, replaces: true }),
    owner: text({ required: true, replaces: true }),
    privileges: names({ required: true }),
    role: text({ required: true, replaces: true }),
    schema: text({ replaces: true }),
    withGrantOption: { ...off({ replaces: true }) },
  },
  // The old one's delete would revoke what the new one has granted.
  deleteBeforeReplace: true,

  validate: (inputs) => [
    ...checkPrivileges(inputs, Object.keys(LETTERS)),
    ...(inputs.objectType === "schema" && textOf(inputs, "schema") !== undefined
      ? [
          {
            property: "schema",
            reason: 'can\'t be given for objectType "schema": schemas are not inside another',
          },
        ]
      : []),
  ],

  async create(server, wanted, signal) {
    const database = databaseOf(server, wanted);
    await server.run((session) => apply(session, wanted), { database, signal });
    const parts = ["role", "owner", "objectType"].map((key) => requiredText(wanted, key));
    return [parts[0], database, textOf(wanted, "schema") ?? "noschema", parts[1], parts[2]].join("_");
  },

  async read(server, _id, known) {
    return inDatabase(server, databaseOf(server, known), async (session) => {
      if (!(await roleExists(session, known)) || !(await roleExists(session, known, "owner")))
        return undefined;
      const type = requiredText(known, "objectType");
      const [row] = await session.query(
        `SELECT ARRAY(SELECT a.privilege_type FROM pg_default_acl d, aclexplode(d.defaclacl) a
                       WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = $2)
                         AND d.defaclnamespace = CASE WHEN $3::text IS NULL THEN 0
                               ELSE (SELECT oid FROM pg_namespace WHERE nspname = $3) END
                         AND d.defaclobjtype = $4::"char"
                         AND a.grantee = coalesce((SELECT oid FROM pg_roles WHERE rolname = $1), 0))::text[] AS held`,
        [granteeName(known), requiredText(known, "owner"), textOf(known, "schema") ?? null, LETTERS[type]],
      );
      return { ...known, privileges: sameOrFound(known, (row?.held ?? []) as string[], type) };
    });
  },

  async update(server, old, wanted, signal) {
    await server.run((session) => apply(session, wanted), { database: databaseOf(server, old), signal });
  },

  async delete(server, _id, state, signal) {
    await inDatabase(
      server,
      databaseOf(server, state),
      async (session) => {
        if (!(await roleExists(session, state)) || !(await roleExists(session, state, "owner"))) return;
        await apply(session, { ...state, privileges: [] });
      },
      signal,
    );
  },
};

async function apply(session: Session, wanted: Properties): Promise<void> {
  const owner = requiredText(wanted, "owner");
  const schema = textOf(wanted, "schema");
  const inSchema = schema === undefined ? "" : ` IN SCHEMA ${identifier(schema)}`;
  const objects = `${requiredText(wanted, "objectType").toUpperCase()}S`;
  const role = grantee(requiredText(wanted, "role"));
  const alter = `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(owner)}${inSchema}`;
  await session.transaction(() =>
    asMemberOf(session, owner, async () => {
      await session.query(`${alter} REVOKE ALL ON ${objects} FROM ${role}`);
      if (listOf(wanted, "privileges").length === 0) return;
      await session.query(
        `${alter} GRANT ${privilegeList(wanted)} ON ${objects} TO ${role}${grantOption(wanted)}`,
      );
    }),
  );
}
