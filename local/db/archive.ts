/** Backups as files: an archive in pg_dump's custom format and a manifest beside it. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { stateDir } from "../paths";
import { UserError } from "../step";
import type { Fingerprint, Sums } from "../../components/backups";

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

/** Where a stack's backups go unless `--folder` says otherwise. `npm run stop -- --purge` leaves it. */
export function backupFolder(stack: string, folder?: string): string {
  const path = folder ? resolve(folder) : join(stateDir, "backups", stack);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

export const manifestOf = (archive: string): string => `${archive}.json`;

/** @returns undefined for an archive that something else made. */
export function readManifest(archive: string): Manifest | undefined {
  const file = manifestOf(archive);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

/** Archives of a folder, oldest first: their names end with the time, whatever comes before it. */
export function archives(folder: string): string[] {
  const time = (name: string): string => /\d{8}T\d{6}Z/.exec(name)?.[0] ?? "";
  return readdirSync(folder)
    .filter((name) => name.endsWith(".dump"))
    .sort((a, b) => (time(a) + a < time(b) + b ? -1 : 1))
    .map((name) => join(folder, name));
}

/** The archive named, or the newest one of the folder. */
export function chosenArchive(folder: string, named?: string): string {
  if (named !== undefined) {
    const found = [resolve(named), join(folder, named)].find((path) => existsSync(path));
    if (found) return found;
    throw new UserError(`There is no backup ${named}, neither here nor in ${folder}`);
  }
  const newest = archives(folder).at(-1);
  if (newest) return newest;
  throw new UserError(`There is no backup in ${folder}: \`npm run db -- backup\` makes one`);
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** @returns its manifest, if it has one. @throws {UserError} when the archive is not the one that was written. */
export async function checkArchive(archive: string): Promise<Manifest | undefined> {
  const manifest = readManifest(archive);
  if (!manifest) return undefined;
  if (statSync(archive).size !== manifest.bytes || (await sha256(archive)) !== manifest.sha256) {
    throw new UserError(
      `${archive} is damaged: its checksum is not the one in its manifest. Take another backup`,
    );
  }
  return manifest;
}
