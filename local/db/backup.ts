/** Backup, restore and verification of one database. */
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../step";
import { checkArchive, type Manifest, manifestOf, sha256 } from "./archive";
import type { Client } from "./client";
import {
  differences,
  type Fingerprint,
  parsePrint,
  printQuery,
  sameSpelling,
  tablesQuery,
} from "./fingerprint";
import { Conversation, ended, withoutCommit } from "./processes";
import type { Target } from "./target";

const bare = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1"];

async function fingerprint(session: Conversation): Promise<Fingerprint> {
  await session.ask(sameSpelling);
  const tables: Fingerprint = {};
  for (const table of await session.ask(tablesQuery)) {
    const [name, print] = parsePrint((await session.ask(printQuery(table)))[0]);
    tables[name] = print;
  }
  return tables;
}

/** Rows and their sums are taken from the snapshot that is dumped, while it is dumped. */
export async function backup(client: Client, target: Target, folder: string): Promise<string> {
  const session = new Conversation(client.start("psql", [...bare, `--dbname=${target.database}`]));
  const [serverVersion] = await session.ask("show server_version");
  await session.ask("begin isolation level repeatable read read only");
  const [snapshot] = await session.ask("select pg_export_snapshot()");
  const taken = new Date().toISOString();
  const archive = join(folder, `${target.database}-${taken.replace(/[:-]|\.\d+/g, "")}.dump`);
  const partial = `${archive}.partial`;
  try {
    const dump = client.start("pg_dump", [
      ...["--format=custom", "--no-owner", "--no-privileges"],
      ...[`--snapshot=${snapshot}`, `--dbname=${target.database}`],
    ]);
    if (!dump.stdout) throw new Error("pg_dump was started without a pipe");
    const [tables] = await Promise.all([
      fingerprint(session),
      ended("pg_dump", dump),
      pipeline(dump.stdout, createWriteStream(partial, { mode: 0o600 })),
    ]);
    await session.close();
    const manifest: Manifest = {
      stack: target.stack,
      database: target.database,
      serverVersion,
      taken,
      bytes: statSync(partial).size,
      sha256: await sha256(partial),
      tables,
    };
    writeFileSync(manifestOf(archive), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(partial, archive);
    return archive;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Every table, view, sequence, type and function that belongs to no extension. A column's sequence goes with it. */
const dropEverything = `
do $$
declare object record;
begin
  for object in
    select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
           when 'f' then 'foreign table' else 'table' end as kind, format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass
             and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
  loop execute format('drop %s if exists %s cascade', object.kind, object.name); end loop;
  for object in
    select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
  loop execute format('drop routine if exists %s cascade', object.name); end loop;
  for object in
    select format('%I.%I', n.nspname, t.typname) as name from pg_type t join pg_namespace n on n.oid = t.typnamespace
     where t.typtype in ('e', 'd') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select from pg_depend d where d.objid = t.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e')
  loop execute format('drop type if exists %s cascade', object.name); end loop;
  for object in
    select format('%I', n.nspname) as name from pg_namespace n
     where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
       and not exists (select from pg_depend d where d.objid = n.oid and d.classid = 'pg_namespace'::regclass and d.deptype = 'e')
  loop execute format('drop schema if exists %s cascade', object.name); end loop;
end $$;
`;

/**
 * All of the archive or, when anything fails or a row is not as it was, nothing of it: the rows are compared
 * before the transaction that brings them is committed, and a psql that is told no more rolls back.
 */
async function load(
  client: Client,
  archive: string,
  database: string,
  manifest: Manifest,
  options: { before: string; withExtensions: boolean },
): Promise<void> {
  const list = await contents(client, archive, options.withExtensions);
  const restore = client.start("pg_restore", [
    ...["--single-transaction", "--no-owner", "--no-privileges", "--file=-"],
    `--use-list=${await client.file("contents", list)}`,
  ]);
  const psql = client.start("psql", [...bare, `--dbname=${database}`]);
  if (!restore.stdin || !restore.stdout || !psql.stdin)
    throw new Error("a program was started without pipes");
  const session = new Conversation(psql);
  psql.stdin.write(`begin;\n${options.before}\n`);
  psql.once("close", () => restore.kill());
  // A pipe that breaks is told by the program that broke it.
  pipeline(createReadStream(archive), restore.stdin).catch(() => undefined);
  const script = pipeline(restore.stdout, withoutCommit(), psql.stdin, { end: false });
  try {
    await Promise.all([ended("pg_restore", restore), script]);
    await session.ask("select 1"); // after what the script itself has printed
    const differ = differences(manifest.tables, await fingerprint(session));
    if (differ.length > 0) {
      throw new UserError(
        `The rows are not those of the backup; nothing was changed:\n  ${differ.join("\n  ")}`,
      );
    }
    await session.ask("commit");
    await session.close();
  } catch (error) {
    // Waited for: a session that still runs would keep a scratch database from being dropped.
    const ofPsql = await session.close().then(
      () => undefined,
      (reason: Error) => reason,
    );
    throw ofPsql ?? error;
  }
}

/** The archive's table of contents; extensions of a server are Pulumi's to make, and not the owner's to comment on. */
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

/** @throws {UserError} when the database holds tables and `force` is not set, or when what came back differs. */
export async function restore(
  client: Client,
  target: Target,
  archive: string,
  force: boolean,
): Promise<Manifest> {
  const manifest = await checkArchive(archive);
  const tables = (await client.sql(tablesQuery)).split("\n").filter(Boolean);
  if (tables.length > 0 && !force) {
    throw new UserError(
      `The database ${target.database} of stack ${target.stack} is not empty: it has ${tables.length} tables (${tables.slice(0, 3).join(", ")}, ...). ` +
        "Nothing was changed. `--force` replaces everything in it: take a backup first",
    );
  }
  await load(client, archive, target.database, manifest, {
    before: tables.length > 0 ? dropEverything : "",
    withExtensions: target.container !== undefined,
  });
  return manifest;
}

/** Restores into a scratch database beside the real one, compares every table, and drops it. */
export async function verify(client: Client, target: Target, archive: string): Promise<Manifest> {
  const manifest = await checkArchive(archive);
  const scratch = `verify_${randomBytes(6).toString("hex")}`;
  const { admin, owner } = target;
  await client.sql(
    `create database ${scratch} owner "${owner.user}" template template0 encoding 'UTF8'`,
    "postgres",
    admin,
  );
  try {
    await load(client, archive, scratch, manifest, { before: "", withExtensions: true });
  } finally {
    await client.sql(`drop database ${scratch}`, "postgres", admin);
  }
  return manifest;
}
