import { text } from "../docker/schema/field";
import { type CheckFailure, type Properties } from "../host/types";
import { type Session } from "./connection";
import { listOf, names, off, requiredText, textOf } from "./fields";
import { aclRows, roleExists } from "./grantedAcl";
import { type Kind } from "./handler";
import { checkPrivileges, grantOption, privilegeList, sameOrFound } from "./privileges";
import { databaseOf, inDatabase } from "./schema";
import { grantee, identifier } from "./sql";

const TYPES = [
  "column",
  "database",
  "foreign_data_wrapper",
  "foreign_server",
  "function",
  "procedure",
  "routine",
  "schema",
  "sequence",
  "table",
];

/** Object types that are not inside a schema. */
const WITHOUT_SCHEMA = ["database", "foreign_data_wrapper", "foreign_server"];

/** `postgresql:index/grant:Grant`: exactly these privileges, and no others of the same role on the same objects. */
export const grant: Kind = {
  fields: {
    columns: names({ replaces: true }),
    database: text({ required: true, replaces: true }),
    objectType: text({ required: true, replaces: true }),
    objects: names({ replaces: true }),
    privileges: names({ required: true }),
    role: text({ required: true, replaces: true }),
    schema: text({ replaces: true }),
    withGrantOption: { ...off({ replaces: true }) },
  },
  // The old one's delete would revoke what the new one has granted.
  deleteBeforeReplace: true,

  validate: (inputs) => [...checkPrivileges(inputs, TYPES), ...checkObjects(inputs)],

  async create(server, wanted, signal) {
    const database = databaseOf(server, wanted);
    await server.run((session) => session.transaction(() => apply(session, wanted)), { database, signal });
    const type = requiredText(wanted, "objectType");
    return [
      requiredText(wanted, "role"),
      database,
      ...(WITHOUT_SCHEMA.includes(type) ? [] : [requiredText(wanted, "schema")]),
      type,
      ...listOf(wanted, "objects"),
      ...listOf(wanted, "columns"),
    ].join("_");
  },

  async read(server, _id, known) {
    return inDatabase(server, databaseOf(server, known), async (session) => {
      if (!(await roleExists(session, known)) || !(await schemaExists(session, known))) return undefined;
      const type = requiredText(known, "objectType");
      for (const held of await aclRows(session, known)) {
        const privileges = sameOrFound(known, held, type);
        // One object that differs is enough: the next update grants on all of them again.
        if (privileges.join() !== listOf(known, "privileges").join()) return { ...known, privileges };
      }
      return known;
    });
  },

  async update(server, old, wanted, signal) {
    await server.run((session) => session.transaction(() => apply(session, wanted)), {
      database: databaseOf(server, old),
      signal,
    });
  },

  async delete(server, _id, state, signal) {
    await inDatabase(
      server,
      databaseOf(server, state),
      async (session) => {
        if (!(await roleExists(session, state)) || !(await schemaExists(session, state))) return;
        await revoke(session, state);
      },
      signal,
    );
  },
};

function checkObjects(inputs: Properties): CheckFailure[] {
  const type = inputs.objectType;
  if (typeof type !== "string") return [];
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  const [objects, columns] = [listOf(inputs, "objects"), listOf(inputs, "columns")];
  const given = (key: string) => inputs[key] !== undefined && inputs[key] !== null && inputs[key] !== "";
  if (!WITHOUT_SCHEMA.includes(type) && !given("schema"))
    fail("schema", `is required for objectType "${type}"`);
  if (["database", "schema"].includes(type) && objects.length > 0) {
    fail("objects", `can't be given for objectType "${type}"`);
  }
  if (type.startsWith("foreign_") && objects.length !== 1)
    fail("objects", `needs one name for objectType "${type}"`);
  if (type === "column" && objects.length !== 1) fail("objects", 'needs one table for objectType "column"');
  if (type === "column" && columns.length === 0) fail("columns", 'is required for objectType "column"');
  if (type !== "column" && columns.length > 0) fail("columns", 'is only for objectType "column"');
  objects.forEach((object, index) => {
    if (/^(function|procedure|routine)$/.test(type) && object.includes("(") && !SIGNATURE.test(object)) {
      fail(`objects[${index}]`, `must be a name, or "name(type, type)", was "${object}"`);
    }
  });
  return failures;
}

async function apply(session: Session, wanted: Properties): Promise<void> {
  await revoke(session, wanted);
  if (listOf(wanted, "privileges").length === 0) return;
  const columns = listOf(wanted, "columns").map(identifier).join(", ");
  const privileges = privilegeList(wanted, columns === "" ? "" : ` (${columns})`);
  const role = grantee(requiredText(wanted, "role"));
  await session.query(`GRANT ${privileges} ON ${target(wanted)} TO ${role}${grantOption(wanted)}`);
}

async function revoke(session: Session, properties: Properties): Promise<void> {
  const columns = listOf(properties, "columns").map(identifier).join(", ");
  const all = columns === "" ? "ALL PRIVILEGES" : `ALL PRIVILEGES (${columns})`;
  await session.query(
    `REVOKE ${all} ON ${target(properties)} FROM ${grantee(requiredText(properties, "role"))}`,
  );
}

const SIGNATURE = /^([^()]+)\(([\w\s,."[\]]*)\)$/;

/** What stands after ON in GRANT and REVOKE. */
function target(properties: Properties): string {
  const type = requiredText(properties, "objectType");
  const objects = listOf(properties, "objects");
  const schema = identifier(textOf(properties, "schema") ?? "public");
  switch (type) {
    case "database":
      return `DATABASE ${identifier(requiredText(properties, "database"))}`;
    case "schema":
      return `SCHEMA ${schema}`;
    case "foreign_data_wrapper":
      return `FOREIGN DATA WRAPPER ${objects.map(identifier).join(", ")}`;
    case "foreign_server":
      return `FOREIGN SERVER ${objects.map(identifier).join(", ")}`;
  }
  const keyword = type === "column" ? "TABLE" : type.toUpperCase();
  if (objects.length === 0) return `ALL ${keyword}S IN SCHEMA ${schema}`;
  const named = objects.map((object) => {
    const [, name, types] = SIGNATURE.exec(object) ?? [];
    return `${schema}.${identifier(name ?? object)}${types === undefined ? "" : `(${types})`}`;
  });
  return `${keyword} ${named.join(", ")}`;
}

async function schemaExists(session: Session, properties: Properties): Promise<boolean> {
  const schema = textOf(properties, "schema");
  if (schema === undefined || WITHOUT_SCHEMA.includes(requiredText(properties, "objectType"))) return true;
  return (await session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema])).length > 0;
}
