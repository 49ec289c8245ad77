import { createHash } from "node:crypto";
import { flag, text } from "../docker/schema/field";
import { CheckFailure, Properties } from "../host/types";
import { Session } from "./connection";
import { connectionLimit, differs, listOf, milliseconds, names, off, requiredText, textOf } from "./fields";
import { Kind } from "./handler";
import { asMemberOf } from "./membership";
import { identifier, literal } from "./sql";

/** Clauses of CREATE ROLE and ALTER ROLE that are a word or its opposite. */
const SWITCHES: Record<string, string> = {
  bypassRowLevelSecurity: "BYPASSRLS",
  createDatabase: "CREATEDB",
  createRole: "CREATEROLE",
  inherit: "INHERIT",
  login: "LOGIN",
  replication: "REPLICATION",
  superuser: "SUPERUSER",
};

/** Settings that a role carries, by property. */
const CONFIGURATION: Record<string, string> = {
  assumeRole: "role",
  idleInTransactionSessionTimeout: "idle_in_transaction_session_timeout",
  searchPaths: "search_path",
  statementTimeout: "statement_timeout",
};

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
        roles: memberOf.length > 0 ? memberOf : null,
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

  imported: (id) => ({ name: id, encryptedPassword: true }),
};

/** The WITH clauses; on an update, SUPERUSER and the like only when they change: only superusers may say them. */
function attributes(wanted: Properties, old?: Properties): string[] {
  const clauses: string[] = [];
  for (const [key, word] of Object.entries(SWITCHES)) {
    const isOn = wanted[key] === true;
    const was = old === undefined ? key === "inherit" : old[key] === true;
    if (isOn !== was) clauses.push(isOn ? word : `NO${word}`);
  }
  if (old === undefined || differs(old, wanted, "connectionLimit")) {
    clauses.push(`CONNECTION LIMIT ${Number(wanted.connectionLimit ?? -1)}`);
  }
  const password = textOf(wanted, "password");
  if (password !== undefined) {
    const word = wanted.encryptedPassword === false ? "PASSWORD" : "ENCRYPTED PASSWORD";
    clauses.push(`${word} ${literal(password)}`);
  } else if (
    old !== undefined &&
    textOf(old, "password") !== undefined &&
    textOf(wanted, "passwordWo") === undefined
  ) {
    clauses.push("PASSWORD NULL");
  }
  const written = textOf(wanted, "passwordWo");
  if (written !== undefined && (old === undefined || differs(old, wanted, "passwordWoVersion"))) {
    clauses.push(`ENCRYPTED PASSWORD ${literal(written)}`);
  }
  clauses.push(`VALID UNTIL ${literal(validUntil(wanted))}`);
  return clauses;
}

function validUntil(properties: Properties): string {
  const value = textOf(properties, "validUntil");
  return value === undefined || value.toUpperCase() === "NULL" ? "infinity" : value;
}

async function grantMemberships(
  session: Session,
  name: string,
  old: string[],
  wanted: string[],
): Promise<void> {
  for (const group of old.filter((candidate) => !wanted.includes(candidate))) {
    await session.query(`REVOKE ${identifier(group)} FROM ${identifier(name)}`);
  }
  for (const group of wanted.filter((candidate) => !old.includes(candidate))) {
    await session.query(`GRANT ${identifier(group)} TO ${identifier(name)}`);
  }
}

async function configure(session: Session, name: string, old: Properties, wanted: Properties): Promise<void> {
  for (const [key, setting] of Object.entries(CONFIGURATION)) {
    const value = settingText(wanted, key);
    if (value === settingText(old, key)) continue;
    const clause = value === undefined ? `RESET ${setting}` : `SET ${setting} TO ${value}`;
    await session.query(`ALTER ROLE ${identifier(name)} ${clause}`);
  }
}

function settingText(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  if (Array.isArray(value))
    return value.length > 0 ? value.map((path) => identifier(String(path))).join(", ") : undefined;
  if (typeof value === "number") return value > 0 ? String(value) : undefined;
  return typeof value === "string" && value !== "" ? identifier(value) : undefined;
}

function splitSetting(entry: string): [string, string] {
  const at = entry.indexOf("=");
  return [entry.slice(0, at), entry.slice(at + 1)];
}

/** "5s" or "250" as milliseconds: a role's settings keep the unit they were written with. */
function inMilliseconds(setting: string | undefined): number {
  const [, amount, unit] = /^(\d+)(us|ms|s|min|h|d)?$/.exec(setting ?? "0") ?? [];
  const factor: Record<string, number> = {
    us: 0.001,
    ms: 1,
    s: 1000,
    min: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  };
  return Math.round(Number(amount ?? 0) * (factor[unit ?? "ms"] ?? 1));
}

function searchPath(setting: string | undefined): string[] | null {
  if (setting === undefined || setting === "") return null;
  return setting.split(", ").map((path) => path.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
}

/** The spelling of before when the server means the same moment by its own. */
async function sameMoment(session: Session, found: unknown, known: string | undefined): Promise<string> {
  const actual = found === null || found === undefined ? "infinity" : String(found);
  if (known === undefined || known === actual || known.toUpperCase() === "NULL") return actual;
  const [row] = await session.query("SELECT $1::timestamptz = $2::timestamptz AS same", [known, actual]);
  return row?.same === true ? known : actual;
}

/**
 * The password that the state knows, or null when the server certainly holds another one. Only a superuser
 * may look, and a SCRAM verifier can't be told from its salt alone: then the state is believed.
 */
async function knownPassword(
  session: Session,
  name: string,
  known: string | undefined,
): Promise<string | null> {
  if (known === undefined) return null;
  const [me] = await session.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
  if (me?.rolsuper !== true) return known;
  const [row] = await session.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [name]);
  const stored = row?.rolpassword;
  if (typeof stored !== "string") return null;
  if (!/^md5[0-9a-f]{32}$/.test(stored) || stored === known) return known;
  return stored ===
    `md5${createHash("md5")
      .update(known + name)
      .digest("hex")}`
    ? known
    : null;
}

function passwords(properties: Properties): string[] {
  return ["password", "passwordWo"]
    .map((key) => textOf(properties, key))
    .filter((value) => value !== undefined);
}
