/** The one transaction of a restore: drop, load, compare, and only then commit. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { lastLines, printable } from "../../components/printable";
import { UserError } from "../step";
import type { Manifest } from "./archive";
import type { Client } from "./client";
import { dropEverything } from "./dropEverything";
import {
  differences,
  type Fingerprint,
  parsePrint,
  printsQuery,
  sameSpelling,
} from "../../components/backups";
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
 */
const loading = `
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

/** What psql says when the transaction is committed, and before each table's print. */
const committed = "restore: committed";
const printed = "restore: print ";

/** @throws {UserError} when anything fails or a row is not as it was; nothing is changed then. */
export async function load(client: Client, { archive, database, ...options }: Loading): Promise<void> {
  const list = await contents(client, archive, options.withExtensions);
  const files = [
    await client.file(
      "before",
      `set client_min_messages = error;\nbegin;\n${options.replace ? dropEverything : ""}`,
    ),
    await client.file("contents", list),
    await client.file("after", options.manifest ? comparison(options.manifest) : commit),
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
  if (lines.includes(committed)) return;
  const prints = lines.filter((line) => line.startsWith(printed)).map((line) => line.slice(printed.length));
  if (!options.manifest || prints.length === 0) {
    throw new UserError(`The archive could not be restored; nothing was changed:\n${lastLines(errors, 30)}`);
  }
  const found: Fingerprint = Object.fromEntries(prints.map(parsePrint));
  const differ = printable(differences(options.manifest.tables, found).join("\n  "), { lines: 30 });
  throw new UserError(`The rows are not those of the backup; nothing was changed:\n  ${differ}`);
}

const commit = `commit;\n\\echo '${committed}'\n`;

/** Compares inside the transaction: sessions of others would not see the rows. */
function comparison({ tables, sums = "text" }: Manifest): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const rows = Object.entries(tables).map(
    ([name, { rows, sum }]) => `insert into pg_temp.wanted values (${rows}, ${sum}, ${quoted(name)});`,
  );
  return [
    `${sameSpelling};`,
    "set search_path = pg_catalog;",
    "create temp table wanted (rows bigint, sum numeric, name text) on commit drop;",
    ...rows,
    printsQuery(sums, "create temp table found on commit drop as "),
    "\\gexec",
    `select '${printed}' || concat_ws('|', rows, sum, name) from pg_temp.found;`,
    "select count(*) = 0 as same from (" +
      "(table pg_temp.wanted except all table pg_temp.found) union all " +
      "(table pg_temp.found except all table pg_temp.wanted)) differences",
    "\\gset",
    "\\if :same",
    commit,
    "\\endif",
    "",
  ].join("\n");
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
