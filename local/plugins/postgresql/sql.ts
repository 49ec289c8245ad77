/** A name, quoted so that it means itself whatever it contains. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant, for statements that take no parameters. */
export function literal(value: string): string {
  const escaped = value.replaceAll("'", "''");
  return value.includes("\\") ? `E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}

/** A role to grant to or revoke from; `public` is everybody, and no name. */
export function grantee(role: string): string {
  return role.toLowerCase() === "public" ? "PUBLIC" : identifier(role);
}
