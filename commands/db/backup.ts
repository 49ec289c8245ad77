/** Backup, restore and verification of one database. */
import { escapeIdentifier } from "pg";
import { createHash, randomBytes } from "node:crypto";
import { createWriteStream, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { printable } from "../../components/messages/printable";
import { UserError } from "../base/step";
import { checkArchive, manifestOf } from "./archive";
import type { Client } from "./client";
import {
  type Fingerprint,
  parsePrint,
  printLinesQuery,
  sameSpelling,
  type Sums,
  sumsOf,
  tablesQuery,
} from "../../components/database/backups";
import { type Manifest } from "./manifest";
import { bare, Conversation, ended } from "./processes";
import { load } from "./restoring";
import type { Target } from "./target";

/** Level 1 takes half the time of pg_dump's own 6, and a tenth more room. */
const compression = 1;

async function fingerprint(session: Conversation, sums: Sums): Promise<Fingerprint> {
  await session.ask(sameSpelling);
  return Object.fromEntries((await session.ask(printLinesQuery(sums), "\n\\gexec")).map(parsePrint));
}

/** Rows and their sums are taken from the snapshot that is dumped, while it is dumped. */
export async function backup(client: Client, target: Target, folder: string): Promise<string> {
  const session = new Conversation(client.start("psql", bare));
  const [serverVersion] = await session.ask("show server_version");
  const sums = sumsOf(Number((await session.ask("show server_version_num"))[0]));
  await session.ask("begin isolation level repeatable read read only");
  const [snapshot] = await session.ask("select pg_export_snapshot()");
  const taken = new Date().toISOString();
  const name = target.database.replace(/[^\w.-]/g, "_");
  const archive = join(folder, `${name}-${taken.replace(/[:-]|\.\d+/g, "")}.dump`);
  const partial = `${archive}.partial`;
  try {
    const dump = client.start("pg_dump", [
      ...["--format=custom", `--compress=${compression}`, "--no-owner", "--no-privileges"],
      `--snapshot=${snapshot}`,
    ]);
    if (!dump.stdout) throw new Error("pg_dump was started without a pipe");
    const hash = createHash("sha256");
    const hashing = new PassThrough().on("data", (chunk: Buffer) => hash.update(chunk));
    const [tables] = await Promise.all([
      fingerprint(session, sums),
      ended("pg_dump", dump),
      pipeline(dump.stdout, hashing, createWriteStream(partial, { mode: 0o600 })),
    ]);
    await session.close();
    const manifest: Manifest = {
      stack: target.stack,
      database: target.database,
      serverVersion,
      taken,
      bytes: statSync(partial).size,
      sha256: hash.digest("hex"),
      sums,
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

/**
 * @returns the manifest that the rows were compared with; undefined when the archive has none.
 * @throws {UserError} when the database holds tables and `force` is not set, or when what came back differs.
 */
export async function restore(
  client: Client,
  target: Target,
  archive: string,
  force: boolean,
): Promise<Manifest | undefined> {
  const manifest = await checkArchive(archive);
  const tables = (await client.sql(tablesQuery)).split("\n").filter(Boolean);
  if (tables.length > 0 && !force) {
    throw new UserError(
      `The database ${target.database} of stack ${target.stack} is not empty: it has ${tables.length} tables (${printable(tables.slice(0, 3).join(", "))}, ...). ` +
        "Nothing was changed. `--force` replaces everything in it: take a backup first",
    );
  }
  await load(client, {
    ...{ archive, manifest, database: target.database },
    replace: tables.length > 0,
    withExtensions: target.container !== undefined,
  });
  return manifest;
}

/** Restores into a scratch database beside the real one, compares as {@link restore} does, and drops it. */
export async function verify(client: Client, target: Target, archive: string): Promise<Manifest | undefined> {
  const manifest = await checkArchive(archive);
  const scratch = `verify_${randomBytes(6).toString("hex")}`;
  const { admin, owner } = target;
  await client.sql(
    `create database ${scratch} owner ${escapeIdentifier(owner.user)} template template0 encoding 'UTF8'`,
    "postgres",
    admin,
  );
  try {
    await load(client, { archive, manifest, database: scratch, replace: false, withExtensions: true });
  } finally {
    await client.sql(`drop database ${scratch}`, "postgres", admin);
  }
  return manifest;
}
