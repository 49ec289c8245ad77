import { text } from "../docker/schema/field";
import { off, requiredText } from "./fields";
import { roleExists } from "./grantedAcl";
import { type Kind } from "./handler";
import { identifier } from "./sql";

/** `postgresql:index/grantRole:GrantRole`: membership of `role` in `grantRole`. */
export const grantRole: Kind = {
  fields: {
    grantRole: text({ required: true, replaces: true }),
    role: text({ required: true, replaces: true }),
    withAdminOption: { ...off({ replaces: true }) },
  },
  // The old one's delete would end the membership that the new one has begun.
  deleteBeforeReplace: true,

  async create(server, wanted, signal) {
    const [member, group] = [requiredText(wanted, "role"), requiredText(wanted, "grantRole")];
    const withAdmin = wanted.withAdminOption === true;
    await server.run(
      (session) =>
        session.query(
          `GRANT ${identifier(group)} TO ${identifier(member)}${withAdmin ? " WITH ADMIN OPTION" : ""}`,
        ),
      { signal },
    );
    return `${member}_${group}_${withAdmin}`;
  },

  async read(server, _id, known) {
    return server.run(async (session) => {
      // The user that makes a role also gets a membership, which only gives the right to administer it.
      const given = (await session.version()) >= 160_000 ? "AND (m.inherit_option OR m.set_option)" : "";
      const [row] = await session.query(
        `SELECT bool_or(m.admin_option) AS admin
           FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
          WHERE r.rolname = $1 AND g.rolname = $2 ${given} HAVING count(*) > 0`,
        [requiredText(known, "role"), requiredText(known, "grantRole")],
      );
      return row && { ...known, withAdminOption: row.admin === true };
    });
  },

  async update() {
    throw new Error("a GrantRole is replaced when anything about it changes, never updated");
  },

  async delete(server, _id, state, signal) {
    await server.run(
      async (session) => {
        if (!(await roleExists(session, state)) || !(await roleExists(session, state, "grantRole"))) return;
        const [member, group] = [requiredText(state, "role"), requiredText(state, "grantRole")];
        await session.query(`REVOKE ${identifier(group)} FROM ${identifier(member)}`);
      },
      { signal },
    );
  },
};
