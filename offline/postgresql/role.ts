import { flag, text } from "../docker/schema/field";
import { type CheckFailure, type Properties } from "../host/types";
import { connectionLimit, listOf, milliseconds, names, off, requiredText, textOf } from "./fields";
import { type Kind } from "./handler";
import { asMemberOf } from "./membership";
import { attributes, configure, grantMemberships } from "./roleStatements";
import { inMilliseconds, knownPassword, sameMoment, searchPath, splitSetting } from "./roleState";
import { identifier } from "./sql";

/** `postgresql:index/role:Role`. Its id is its name. */
export const role: Kind = {
  fields: {
    assumeRole: text(),
    bypassRowLevelSecurity: off(),
    connectionLimit: connectionLimit(),
    createDatabase: off(),
    createRole: off(),
    encrypted: text(),
    encryptedPassword: flag({ default: true }),
    idleInTransactionSessionTimeout: milliseconds(),
    inherit: flag({ default: true }),
    login: off(),
    name: text({ required: true }),
    password: text({ hidden: true }),
    passwordWo: text({ hidden: true }),
    passwordWoVersion: text(),
    replication: off(),
    roles: names(),
    searchPaths: { ...names(), kind: "list", element: text() },
    skipDropRole: off(),
    skipReassignOwned: off(),
    statementTimeout: milliseconds(),
    superuser: off(),
    validUntil: text({ default: "infinity" }),
  },
  secrets: ["password", "passwordWo"],
  writeOnly: ["passwordWo"],

  validate(inputs) {
    const failures: CheckFailure[] = [];
    const has = (key: string) => inputs[key] !== undefined && inputs[key] !== null;
    if (has("password") && has("passwordWo")) {
      failures.push({ property: "passwordWo", reason: "conflicts with password. Give one of them" });
    }
    if (has("passwordWo") !== has("passwordWoVersion")) {
      const [given, missing] = has("passwordWo")
        ? ["passwordWo", "passwordWoVersion"]
        : ["passwordWoVersion", "passwordWo"];
      failures.push({ property: missing, reason: `is needed together with ${given}` });
    }
    listOf(inputs, "searchPaths").forEach((path, index) => {
      if (path.includes(", "))
        failures.push({ property: `searchPaths[${index}]`, reason: 'must not contain ", "' });
    });
    return failures;
  },

  async create(server, wanted, signal) {
    const name = requiredText(wanted, "name");
    await server.run(
      (session) =>
        session.transaction(async () => {
          await session.query(`CREATE ROLE ${identifier(name)} WITH ${attributes(wanted).join(" ")}`);
          await grantMemberships(session, name, [], listOf(wanted, "roles"));
          await configure(session, name, {}, wanted);
        }),
      { secrets: passwords(wanted), signal },
    );
    return name;
  },

  async read(server, id, known) {
    const name = textOf(known, "name") ?? id;
    return server.run(async (session) => {
      const [row] = await session.query(
        `SELECT r.*, r.rolvaliduntil::text AS valid_until, coalesce(r.rolconfig, '{}') AS config,
                ARRAY(SELECT b.rolname FROM pg_auth_members m JOIN pg_roles b ON b.oid = m.roleid
                       WHERE m.member = r.oid ORDER BY 1)::text[] AS member_of
           FROM pg_roles r WHERE r.rolname = $1`,
        [name],
      );
      if (row === undefined) return undefined;
      const settings = new Map((row.config as string[]).map((entry) => splitSetting(entry)));
      const memberOf = row.member_of as string[];
      return {
        ...known,
        name,
        assumeRole: settings.get("role") ?? "",
        bypassRowLevelSecurity: row.rolbypassrls === true,
        connectionLimit: Number(row.rolconnlimit),
        createDatabase: row.rolcreatedb === true,
        createRole: row.rolcreaterole === true,
        idleInTransactionSessionTimeout: inMilliseconds(settings.get("idle_in_transaction_session_timeout")),
        inherit: row.rolinherit === true,
        login: row.rolcanlogin === true,
        password: await knownPassword(session, name, textOf(known, "password")),
        passwordWo: null,
        replication: row.rolreplication === true,
        // A role that names no groups leaves them alone: a GrantRole may have put it there.
        roles: Array.isArray(known.roles) ? memberOf : null,
        searchPaths: searchPath(settings.get("search_path")),
        statementTimeout: inMilliseconds(settings.get("statement_timeout")),
        superuser: row.rolsuper === true,
        validUntil: await sameMoment(session, row.valid_until, textOf(known, "validUntil")),
      };
    });
  },

  async update(server, old, wanted, signal) {
    const before = requiredText(old, "name");
    const name = requiredText(wanted, "name");
    await server.run(
      (session) =>
        session.transaction(async () => {
          if (before !== name)
            await session.query(`ALTER ROLE ${identifier(before)} RENAME TO ${identifier(name)}`);
          await session.query(`ALTER ROLE ${identifier(name)} WITH ${attributes(wanted, old).join(" ")}`);
          await grantMemberships(session, name, listOf(old, "roles"), listOf(wanted, "roles"));
          await configure(session, name, old, wanted);
        }),
      { secrets: [...passwords(old), ...passwords(wanted)], signal },
    );
  },

  async delete(server, id, state, signal) {
    const name = textOf(state, "name") ?? id;
    await server.run(
      (session) =>
        session.transaction(async () => {
          const [found] = await session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
          if (found === undefined) return;
          if (state.skipReassignOwned !== true) {
            await asMemberOf(session, name, async () => {
              await session.query(`REASSIGN OWNED BY ${identifier(name)} TO CURRENT_USER`);
              await session.query(`DROP OWNED BY ${identifier(name)}`);
            });
          }
          if (state.skipDropRole !== true) await session.query(`DROP ROLE ${identifier(name)}`);
        }),
      { signal },
    );
  },

  imported: (id) => ({ name: id, roles: [] }),
};

function passwords(properties: Properties): string[] {
  return ["password", "passwordWo"]
    .map((key) => textOf(properties, key))
    .filter((value) => value !== undefined);
}
