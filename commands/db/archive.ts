/**
 * Backups as files: an archive in pg_dump's custom format and a manifest beside it. What Nomad takes lies in a folder of
 * each application on the volume, `REGION/NAMESPACE/JOB` (components/database/backups/backup.sh).
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { stateDir } from "../base/paths";
import { UserError } from "../base/step";
import { type Manifest, readManifestFile, visible } from "./manifest";

/** Where a stack's backups go unless `--folder` says otherwise. `npm run stop -- --purge` leaves it. */
export function backupFolder(stack: string, folder?: string): string {
  const path = folder ? resolve(folder) : join(stateDir, "backups", stack);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

export const manifestOf = (archive: string): string => `${archive}.json`;

/** @returns undefined for an archive that something else made. @throws {UserError} when what is there is no manifest. */
export function readManifest(archive: string): Manifest | undefined {
  const file = manifestOf(archive);
  return existsSync(file) ? readManifestFile(file) : undefined;
}

/** Below a volume of dumps: region, namespace, job, and what lay elsewhere before. */
const deepest = 4;
/** Folder of an application's dumps from before it had a folder of its own. */
const earlier = "earlier";

/** Archives of a folder and of those inside it, oldest first: their names end with the time, whatever comes before it. */
export function archives(folder: string): string[] {
  const time = (path: string): string => (/\d{8}T\d{6}Z/.exec(basename(path))?.[0] ?? "") + path;
  return filesIn(folder, deepest)
    .filter((path) => path.endsWith(".dump"))
    .sort((a, b) => (time(a) < time(b) ? -1 : 1));
}

function filesIn(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return depth > 0 && entry.name !== "lost+found" ? filesIn(path, depth - 1) : [];
  });
}

/** The archive named, or the newest one of the folder. @throws {UserError} when several applications have theirs there. */
export function chosenArchive(folder: string, named?: string): string {
  if (named !== undefined) {
    const found = [resolve(named), join(folder, named)].find((path) => existsSync(path));
    if (found) return found;
    throw new UserError(`There is no backup ${named}, neither here nor in ${folder}`);
  }
  const all = archives(folder);
  const newest = all.at(-1);
  if (!newest) throw new UserError(`There is no backup in ${folder}: \`npm run db -- backup\` makes one`);
  const owners = [...new Set(all.map(ownFolder))].sort();
  if (owners.length === 1) return newest;
  throw new UserError(
    `Several applications have backups in ${folder}: name the file, or give the folder of one with --folder:\n` +
      owners.map((one) => `  ${visible(one)}`).join("\n"),
  );
}

/** The folder of the application that an archive belongs to. */
function ownFolder(archive: string): string {
  const folder = dirname(archive);
  return basename(folder) === earlier ? dirname(folder) : folder;
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
