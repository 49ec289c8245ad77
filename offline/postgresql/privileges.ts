import { type CheckFailure, type Properties } from "../host/types";
import { listOf, textOf } from "./fields";

const TABLE = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

/** What can be granted on each type of object. `ALL` stands for everything. */
const PRIVILEGES: Record<string, string[]> = {
  column: ["SELECT", "INSERT", "UPDATE", "REFERENCES"],
  database: ["CREATE", "CONNECT", "TEMPORARY", "TEMP"],
  foreign_data_wrapper: ["USAGE"],
  foreign_server: ["USAGE"],
  function: ["EXECUTE"],
  procedure: ["EXECUTE"],
  routine: ["EXECUTE"],
  schema: ["CREATE", "USAGE"],
  sequence: ["USAGE", "SELECT", "UPDATE"],
  table: [...TABLE, "MAINTAIN"],
  type: ["USAGE"],
};

/** Refuses an object type that is not one of `types`, and privileges that its objects don't have. */
export function checkPrivileges(inputs: Properties, types: string[]): CheckFailure[] {
  const type = inputs.objectType;
  if (typeof type !== "string") return [];
  if (!types.includes(type)) {
    return [{ property: "objectType", reason: `must be one of ${types.join(", ")}, was "${type}"` }];
  }
  const allowed = PRIVILEGES[type] ?? [];
  const given = Array.isArray(inputs.privileges) ? inputs.privileges : [];
  return given.flatMap((privilege, index) =>
    typeof privilege !== "string" || privilege === "ALL" || allowed.includes(privilege)
      ? []
      : [
          {
            property: `privileges[${index}]`,
            reason: `must be one of ${[...allowed, "ALL"].join(", ")} for objectType "${type}", was "${privilege}"`,
          },
        ],
  );
}

/** `SELECT, INSERT`. The words come from {@link PRIVILEGES} and need no quotes. */
export function privilegeList(properties: Properties, columns = ""): string {
  return listOf(properties, "privileges")
    .map((privilege) => (privilege === "ALL" ? "ALL PRIVILEGES" : privilege) + columns)
    .join(", ");
}

export function grantOption(properties: Properties): string {
  return properties.withGrantOption === true ? " WITH GRANT OPTION" : "";
}

/**
 * The privileges as the program wrote them when the server holds the same ones, else those of the server:
 * ALL and TEMP are spelled out there.
 */
export function sameOrFound(properties: Properties, found: string[], type: string): string[] {
  const wanted = listOf(properties, "privileges");
  const held = new Set(found);
  const spelled = (words: string[]) => new Set(words.map((word) => (word === "TEMP" ? "TEMPORARY" : word)));
  // MAINTAIN is only there from PostgreSQL 17 on, so ALL does not need it.
  const all = (PRIVILEGES[type] ?? []).filter((word) => word !== "MAINTAIN");
  const needed = spelled(wanted.includes("ALL") ? all : wanted);
  const isAll = wanted.includes("ALL");
  const same = [...needed].every((word) => held.has(word)) && (isAll || held.size === needed.size);
  return same ? wanted : [...held].sort();
}

/** The role's name for the catalog, null for everybody. */
export function granteeName(properties: Properties): string | null {
  const role = textOf(properties, "role") ?? "";
  return role.toLowerCase() === "public" ? null : role;
}
