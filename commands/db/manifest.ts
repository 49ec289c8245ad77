/** The manifest beside an archive. It may come from anywhere: every value is checked before anything uses it. */
import { readFileSync, statSync } from "node:fs";
import type { Fingerprint, Sums } from "../../components/database/backups";
import { UserError } from "../base/step";

export interface Manifest {
  stack: string;
  database: string;
  /** Of the server, for example "15.14". */
  serverVersion: string;
  /** ISO 8601, when the rows were as they are in the archive. */
  taken: string;
  bytes: number;
  sha256: string;
  /** How `tables` were summed up. @default "text" */
  sums?: Sums;
  tables: Fingerprint;
}

interface Shape {
  allowed: string;
  fits: (value: unknown) => boolean;
}

/** A text without control characters, or characters that reorder a line, since it is printed. */
const text = (allowed: string, matches: RegExp): Shape => ({
  allowed,
  fits: (value) =>
    typeof value === "string" && matches.test(value) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value),
});

const count: Shape = {
  allowed: "a whole number from 0",
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
const sum = text("a whole number, written as a string", /^-?\d{1,60}$/);

const shapes: Record<keyof Manifest, Shape> = {
  stack: text("a stack's name", /^.{0,200}$/),
  database: text("a database's name", /^.{1,63}$/),
  serverVersion: text("PostgreSQL's version", /^\d[\w .:()+~-]{0,100}$/),
  taken: text("a time, such as 2026-01-31T03:30:00Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/),
  bytes: count,
  sha256: text("64 hexadecimal digits", /^[0-9a-f]{64}$/),
  sums: { allowed: '"hashes" or "text"', fits: (value) => value === "hashes" || value === "text" },
  tables: { allowed: "a map of tables", fits: isMap },
};

/** As format('%I.%I') of PostgreSQL writes a table's name: each part plain or in double quotes. */
const tableName = /^(?:[a-z_][a-z0-9_]*|"(?:[^"\0]|"")+")\.(?:[a-z_][a-z0-9_]*|"(?:[^"\0]|"")+")$/;

/** More than any database has; a file that is larger is something else. */
const largest = 100e6;

/** @throws {UserError} that names the first value that a manifest can't have. */
export function readManifestFile(file: string): Manifest {
  if (statSync(file).size > largest) throw unusable(file, `it has more than ${largest / 1e6} MB`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw unusable(file, "it is not JSON");
    throw error;
  }
  const fault = manifestFault(parsed);
  if (fault !== undefined) throw unusable(file, fault);
  return parsed as Manifest;
}

function unusable(file: string, fault: string): UserError {
  return new UserError(
    `The manifest ${visible(file)} can't be used: ${fault}. Nothing was started. Copy it again from its origin; ` +
      "you can restore the archive without the manifest, but its rows are then not compared",
  );
}

/** What is wrong with a manifest; undefined when it is one. */
export function manifestFault(given: unknown): string | undefined {
  if (!isMap(given)) return "it is not a map";
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(shapes, key)) return `${shown(key)} is not a key of a manifest`;
  }
  for (const [key, { allowed, fits }] of Object.entries(shapes)) {
    if (!Object.hasOwn(given, key)) {
      if (key === "sums") continue;
      return `${key} is missing`;
    }
    if (!fits(given[key])) return `${key} is ${shown(given[key])} and not ${allowed}`;
  }
  return tablesFault(given.tables as Record<string, unknown>);
}

function tablesFault(tables: Record<string, unknown>): string | undefined {
  for (const [name, print] of Object.entries(tables)) {
    if (name.length > 300 || !tableName.test(name)) return `${shown(name)} is not the name of a table`;
    const isPrint = isMap(print) && Object.keys(print).sort().join() === "rows,sum";
    if (!isPrint) return `tables.${visible(name)} is ${shown(print)} and not a map of rows and sum`;
    if (!count.fits(print.rows))
      return `tables.${visible(name)}.rows is ${shown(print.rows)} and not ${count.allowed}`;
    if (!sum.fits(print.sum))
      return `tables.${visible(name)}.sum is ${shown(print.sum)} and not ${sum.allowed}`;
  }
  return undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a message shows of a value: never more than a line. */
function shown(value: unknown): string {
  const written = visible(JSON.stringify(value) ?? String(value));
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}

/** A text as one line that does nothing to a terminal: control characters are spelled out. */
export function visible(given: string): string {
  return given.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
