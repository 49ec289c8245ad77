import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { type Session } from "./connection";

/** A setting as the catalog keeps it, "name=value". */
export function splitSetting(entry: string): [string, string] {
  const at = entry.indexOf("=");
  return [entry.slice(0, at), entry.slice(at + 1)];
}

/** "5s" or "250" as milliseconds: a role's settings keep the unit they were written with. */
export function inMilliseconds(setting: string | undefined): number {
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

/** The schemas of a `search_path`; null when it is not set. */
export function searchPath(setting: string | undefined): string[] | null {
  if (setting === undefined || setting === "") return null;
  return setting.split(", ").map((path) => path.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
}

/** The spelling of before when the server means the same moment by its own. */
export async function sameMoment(
  session: Session,
  found: unknown,
  known: string | undefined,
): Promise<string> {
  const actual = found === null || found === undefined ? "infinity" : String(found);
  if (known === undefined || known === actual || known.toUpperCase() === "NULL") return actual;
  const [row] = await session.query("SELECT $1::timestamptz = $2::timestamptz AS same", [known, actual]);
  return row?.same === true ? known : actual;
}

/**
 * The password that the state knows, or null when the server holds another one. Only a superuser may look;
 * for anybody else the state is believed.
 */
export async function knownPassword(
  session: Session,
  name: string,
  known: string | undefined,
): Promise<string | null> {
  if (known === undefined) return null;
  const [me] = await session.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
  if (me?.rolsuper !== true) return known;
  const [row] = await session.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [name]);
  return typeof row?.rolpassword === "string" && fits(known, row.rolpassword, name) ? known : null;
}

/** Whether `stored`, as the catalog keeps it, is the password `known` of the role. */
function fits(known: string, stored: string, role: string): boolean {
  if (stored === known) return true;
  if (/^md5[0-9a-f]{32}$/.test(stored)) return stored === `md5${md5(known + role)}`;
  const [, iterations, salt, storedKey] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(stored) ?? [];
  // Other kinds, and passwords that SASLprep might rewrite, can't be told apart here.
  if (storedKey === undefined || /[^\x20-\x7e]/.test(known)) return true;
  const salted = pbkdf2Sync(known, Buffer.from(salt ?? "", "base64"), Number(iterations), 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return createHash("sha256").update(clientKey).digest("base64") === storedKey;
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
