import { type Session } from "./connection";
import { identifier } from "./sql";

/**
 * Runs `work` as a member of `role`: giving something to a role, or acting for it, is only allowed to its
 * members. A superuser is a member of every role; anybody else joins, and leaves afterwards.
 */
export async function asMemberOf<T>(session: Session, role: string, work: () => Promise<T>): Promise<T> {
  const [row] = await session.query(
    `SELECT rolsuper OR pg_has_role(current_user, (SELECT oid FROM pg_roles WHERE rolname = $1), 'MEMBER') AS member
       FROM pg_roles WHERE rolname = current_user`,
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
