import { type Session } from "./connection";
import { identifier } from "./sql";

/**
 * Whether the session may act as a role. From PostgreSQL 16 on whoever made a role is its member only so far as to
 * administer it, and may give itself the rest.
 */
const mayAct = (server: number): string =>
  (server >= 160_000 ? ["USAGE", "SET"] : ["MEMBER"])
    .map((privilege) => `pg_has_role(current_user, wanted.oid, '${privilege}')`)
    .join(" AND ");

/**
 * Runs `work` as a member of `role`: giving something to a role, or acting for it, is only allowed to its
 * members. A superuser is a member of every role; anybody else joins, and leaves afterwards.
 */
export async function asMemberOf<T>(session: Session, role: string, work: () => Promise<T>): Promise<T> {
  const [row] = await session.query(
    `SELECT own.rolsuper OR (${mayAct(await session.version())}) AS member
       FROM pg_roles own, pg_roles wanted WHERE own.rolname = current_user AND wanted.rolname = $1`,
    [role],
  );
  // No answer: the role does not exist, and the statement itself will say so best.
  if (row?.member !== false) return work();
  await session.query(`GRANT ${identifier(role)} TO CURRENT_USER`);
  try {
    return await work();
  } finally {
    await session.query(`REVOKE ${identifier(role)} FROM CURRENT_USER`);
  }
}
