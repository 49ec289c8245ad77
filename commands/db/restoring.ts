/**
 * The one transaction of a restore: drop, load, compare, and only then commit. The archive's SQL runs with the rights
 * of the role that restores; nothing of it, and nothing of its manifest, is ever a command to psql or to a shell.
 */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { lastLines, printable } from "../../components/messages/printable";
import { UserError } from "../base/step";
import type { Client } from "./client";
import { dropEverything } from "./dropEverything";
import {
  differences,
  type Fingerprint,
  parsePrint,
  printsQuery,
  sameSpelling,
} from "../../components/database/backups";
import { protectHistory } from "./historyRights";
import { type Manifest } from "./manifest";
import { bare, ended } from "./processes";

export interface Loading {
  archive: string;
  database: string;
  /** What the rows must be; undefined when nobody knows. */
  manifest?: Manifest;
  /** Whether the database holds something that has to go first. */
  replace: boolean;
  /** Extensions of a server are Pulumi's to make. */
  withExtensions: boolean;
}

/** What programs from before August 2025 are told. */
const unrestricted =
  "These PostgreSQL programs cannot stop an archive from running commands on this machine. Install the newest " +
  "release of their major version (13.22, 14.19, 15.14, 16.10, 17.6 or later). Older major versions have no such release: there, " +
  "pg_restore --single-transaction --dbname=DATABASE FILE restores without psql, and nothing is compared";

/**
 * pg_restore's script without its last COMMIT. A row that reads COMMIT; stays: only the one before the end goes. The
 * option that brings BEGIN and COMMIT also keeps pg_restore from committing after each batch of large objects.
 */
export const withoutCommit = [
  "/^COMMIT;/!{",
  "P",
  "D",
  "}",
  "/^COMMIT;$/N",
  "/^COMMIT;\\n$/N",
  "/^COMMIT;\\n\\n--$/N",
  "s/^COMMIT;\\(\\n\\n--\\n-- PostgreSQL database dump complete\\)$/\\1/",
  "t",
  "P",
  "D",
].join("\n");

/**
 * Runs beside PostgreSQL's programs, so that the rows pass through no third process. What comes after the archive's
 * script is read only when pg_restore came to its end; a psql that is told no more rolls back.
 *
 * From pg_restore's first line to its last psql takes no command that begins with a backslash: pg_restore makes a
 * key for this one run, which no archive can know, and only the key ends that. Programs without it are not started.
 */
const loading = `
pg_restore --help | grep -q -e --restrict-key && psql --help=commands | grep -q '\\\\restrict' || {
  echo '${unrestricted}' >&2
  exit 1
}
status=$(mktemp) || exit 1
trap 'rm -f "$status"' EXIT
{
  cat "$1"
  {
    pg_restore --single-transaction --no-owner --no-privileges --file=- --use-list="$2"
    echo $? >"$status"
  } | LC_ALL=C sed '${withoutCommit}'
  [ "$(cat "$status")" != 0 ] || cat "$3"
} | psql ${bare.join(" ")}
`;

/** @throws {UserError} when anything fails or a row is not as it was; nothing is changed then. */
export async function load(client: Client, { archive, database, ...options }: Loading): Promise<void> {
  const list = await contents(client, archive, options.withExtensions);
  // What only this run knows: the archive's own SQL could print the words otherwise.
  const says = verdicts(randomBytes(16).toString("hex"));
  const files = [
    await client.file("before", beginning(options.replace ? dropEverything : "")),
    await client.file("contents", list),
    await client.file("after", ending(says, options.manifest)),
  ];
  const shell = client.shell(loading, files, database);
  if (!shell.stdin || !shell.stdout) throw new Error("the shell was started without pipes");
  let output = "";
  shell.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  // A pipe that breaks is told by the program that broke it.
  pipeline(createReadStream(archive), shell.stdin).catch(() => undefined);
  const errors = await ended("psql", shell).catch((error: Error) => {
    throw new UserError(`${error.message}\nNothing was changed`);
  });
  const lines = output.split("\n");
  if (lines.includes(says.committed)) return;
  if (lines.includes(says.escaped)) {
    throw new UserError(
      "The archive ended the restore's transaction by itself, so its earlier changes may remain. pg_dump makes " +
        "no such archive: do not use it, and restore another backup",
    );
  }
  const prints = lines
    .filter((line) => line.startsWith(says.print))
    .map((line) => line.slice(says.print.length));
  if (!options.manifest || prints.length === 0) {
    throw new UserError(`The archive could not be restored; nothing was changed:\n${lastLines(errors, 30)}`);
  }
  const found: Fingerprint = Object.fromEntries(prints.map(parsePrint));
  const differ = printable(differences(options.manifest.tables, found).join("\n  "), { lines: 30 });
  throw new UserError(`The rows differ from the backup; nothing was changed:\n  ${differ}`);
}

interface Verdicts {
  committed: string;
  /** The transaction is another one than at the beginning. */
  escaped: string;
  /** Before each table's name, rows and sum, as JSON. */
  print: string;
}

function verdicts(token: string): Verdicts {
  const begin = `restore ${token}`;
  return { committed: `${begin}: committed`, escaped: `${begin}: escaped`, print: `${begin}: print ` };
}

/** psql keeps the transaction's number where SQL can't reach it. */
function beginning(emptying: string): string {
  return `set client_min_messages = error;\nbegin;\nselect txid_current() as transaction\n\\gset\n${emptying}`;
}

/** The archive may have set anything that SQL can set. */
const ownSettings = [
  "set standard_conforming_strings = on;",
  "set search_path = pg_catalog;",
  "set client_encoding = 'UTF8';",
].join("\n");

/** Compares inside the transaction: sessions of others would not see the rows. */
function ending(says: Verdicts, manifest: Manifest | undefined): string {
  return [
    ownSettings,
    "select txid_current() = :transaction as inside",
    "\\gset",
    "\\if :inside",
    ...(manifest ? comparison(says, manifest) : ["\\set same true"]),
    "\\if :same",
    protectHistory,
    "commit;",
    `\\echo '${says.committed}'`,
    "\\endif",
    "\\else",
    `\\echo '${says.escaped}'`,
    "\\endif",
    "",
  ].join("\n");
}

/** What the manifest says reaches psql as hexadecimal digits and nothing else. */
function comparison(says: Verdicts, { tables, sums = "text" }: Manifest): string[] {
  const wanted = Buffer.from(JSON.stringify(tables), "utf8").toString("hex");
  return [
    `${sameSpelling};`,
    "create temp table wanted on commit drop as select key as name, (value->>'rows')::bigint as rows, " +
      `(value->>'sum')::numeric as sum from json_each(convert_from(decode('${wanted}', 'hex'), 'UTF8')::json);`,
    printsQuery(sums, "'create temp table found on commit drop as '"),
    "\\gexec",
    `select '${says.print}' || json_build_array(name, rows, sum::text) from pg_temp.found;`,
    "select count(*) = 0 as same from (" +
      "(select name, rows, sum from pg_temp.wanted except all select name, rows, sum from pg_temp.found) union all " +
      "(select name, rows, sum from pg_temp.found except all select name, rows, sum from pg_temp.wanted)) differences",
    "\\gset",
  ];
}

/** The archive's table of contents; comments on extensions are not the owner's to make either. */
async function contents(client: Client, archive: string, withExtensions: boolean): Promise<string> {
  const restore = client.start("pg_restore", ["--list"]);
  if (!restore.stdin || !restore.stdout) throw new Error("pg_restore was started without pipes");
  let list = "";
  restore.stdout.setEncoding("utf8").on("data", (chunk: string) => (list += chunk));
  pipeline(createReadStream(archive), restore.stdin).catch(() => undefined); // it need not read all of it
  await ended("pg_restore --list", restore);
  const lines = list.split("\n");
  return lines
    .filter((line) => withExtensions || !/^\d+; \d+ \d+ (EXTENSION - |COMMENT - EXTENSION )/.test(line))
    .join("\n");
}
