import { escapeIdentifier, escapeLiteral } from "pg";

/** A name, quoted so that it means itself whatever it contains. */
export const identifier = escapeIdentifier;

/** A string constant, for statements that take no parameters. */
export const literal = escapeLiteral;

/** A role to grant to or revoke from; `public` is everybody, and no name. */
export function grantee(role: string): string {
  return role.toLowerCase() === "public" ? "PUBLIC" : identifier(role);
}
