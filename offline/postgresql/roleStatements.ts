import { type Properties } from "../host/types";
import { type Session } from "./connection";
import { differs, textOf } from "./fields";
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

/** The WITH clauses; on an update, SUPERUSER and the like only when they change: only superusers may say them. */
export function attributes(wanted: Properties, old?: Properties): string[] {
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

/** Ends the memberships that are not wanted any more, and begins the new ones. */
export async function grantMemberships(
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

/** Sets or resets the settings that a role carries, where they change. */
export async function configure(
  session: Session,
  name: string,
  old: Properties,
  wanted: Properties,
): Promise<void> {
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
