import { type Properties } from "../host/types";
import { type Row, type Session } from "./connection";
import { listOf, requiredText, textOf } from "./fields";
import { granteeName } from "./privileges";

/** Where the catalog keeps the access rights of the objects of a schema: relations by kind, routines by kind. */
const RELATIONS: Record<string, string> = { table: "{r,v,m,f,p}", sequence: "{S}" };
const ROUTINES: Record<string, string> = { function: "{f,a,w}", procedure: "{p}", routine: "{f,a,w,p}" };

/** The rights in `acl` that the role holds itself; a null acl means the built-in defaults of that kind. */
function heldIn(acl: string, kind: string, owner: string): string {
  return `ARRAY(SELECT a.privilege_type FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a
                 WHERE a.grantee = coalesce((SELECT oid FROM pg_roles WHERE rolname = $1), 0))::text[] AS held`;
}

/** One list of privileges for each object that the grant covers. */
export async function aclRows(session: Session, properties: Properties): Promise<string[][]> {
  const role = granteeName(properties);
  const type = requiredText(properties, "objectType");
  const schema = textOf(properties, "schema") ?? "";
  const objects = listOf(properties, "objects").map((object) => object.replace(/\(.*$/s, ""));
  const rows = await query();
  return rows.map((row) => row.held as string[]);

  function query(): Promise<Row[]> {
    switch (type) {
      case "database":
        return session.query(
          `SELECT ${heldIn("d.datacl", "d", "d.datdba")} FROM pg_database d WHERE d.datname = $2`,
          [role, requiredText(properties, "database")],
        );
      case "schema":
        return session.query(
          `SELECT ${heldIn("n.nspacl", "n", "n.nspowner")} FROM pg_namespace n WHERE n.nspname = $2`,
          [role, schema],
        );
      case "foreign_data_wrapper":
        return session.query(
          `SELECT ${heldIn("f.fdwacl", "F", "f.fdwowner")} FROM pg_foreign_data_wrapper f WHERE f.fdwname = ANY($2)`,
          [role, objects],
        );
      case "foreign_server":
        return session.query(
          `SELECT ${heldIn("s.srvacl", "S", "s.srvowner")} FROM pg_foreign_server s WHERE s.srvname = ANY($2)`,
          [role, objects],
        );
      case "column":
        return session.query(
          `SELECT ${heldIn("a.attacl", "c", "c.relowner")}
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname = $2 AND c.relname = ANY($3) AND a.attname = ANY($4)`,
          [role, schema, objects, listOf(properties, "columns")],
        );
    }
    if (type in ROUTINES) {
      return session.query(
        `SELECT ${heldIn("p.proacl", "f", "p.proowner")}
           FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname = $2 AND p.prokind = ANY($3::"char"[]) AND ($4::text[] = '{}' OR p.proname = ANY($4))`,
        [role, schema, ROUTINES[type], objects],
      );
    }
    return session.query(
      `SELECT ${heldIn("c.relacl", type === "sequence" ? "s" : "r", "c.relowner")}
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $2 AND c.relkind = ANY($3::"char"[]) AND ($4::text[] = '{}' OR c.relname = ANY($4))`,
      [role, schema, RELATIONS[type], objects],
    );
  }
}

/** True for `public`, which always is there. */
export async function roleExists(session: Session, properties: Properties, key = "role"): Promise<boolean> {
  const name = textOf(properties, key) ?? "";
  if (key === "role" && granteeName(properties) === null) return true;
  return (await session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name])).length > 0;
}
