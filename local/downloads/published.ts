/** The published version of a tool, in the user's cache: downloaded, verified, and there as a whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cacheDir } from "../../commands/base/paths";
import { unusedProxy } from "../../commands/base/proxy";
import { CommandError } from "../../commands/base/run";
import { UserError } from "../../commands/base/step";
import { DownloadError, fetchFile, fetchText, isOfFileSystem, type Patience } from "./fetchFile";
import { listedSum, type Release, releaseOf } from "./releases";

/** Two seconds are enough for a server that can be reached, and an offline machine loses no more. */
const patience: Patience = { answer: 3_000, silence: 20_000, whole: 30 * 60_000 };

/** For so long a server that had nothing is not asked again. */
const hoursOfRefusal = 6;

/** Where the tool is, or would be. */
export function publishedPath(tool: string, version: string): string {
  return join(cacheDir, "tools", `${tool}-${version}-published`, tool);
}

const refusalOf = (tool: string, version: string): string =>
  `${dirname(publishedPath(tool, version))}.refused`;

/** Whether an earlier download came to nothing, from the same server and not long ago. */
function isRefused(tool: string, version: string, { archive }: Release): boolean {
  const file = refusalOf(tool, version);
  if (!existsSync(file) || Date.now() - statSync(file).mtimeMs > hoursOfRefusal * 3_600_000) return false;
  return readFileSync(file, "utf8").startsWith(`${archive}\n`);
}

/** The release that may be asked for; DJANGO_NOMAD_OFFLINE=1 asks for none. */
function release(tool: string, version: string): Release | undefined {
  const found = process.env.DJANGO_NOMAD_OFFLINE === "1" ? undefined : releaseOf(tool, version);
  return found && !isRefused(tool, version, found) ? found : undefined;
}

/** Whether the server has the release. Changes and remembers nothing. */
export async function canDownload(tool: string, version: string, answerMs: number): Promise<boolean> {
  const found = release(tool, version);
  if (!found) return false;
  try {
    await fetchText(found.checksums, { answer: answerMs, silence: answerMs, whole: 2 * answerMs });
    return true;
  } catch (error) {
    if (error instanceof DownloadError) return false;
    throw error;
  }
}

/**
 * Downloads a tool.
 * @param tell gets one line when it can't be had.
 * @returns its path; undefined when it can't be had, and nothing is left behind then.
 */
export async function download(
  tool: string,
  version: string,
  {
    log,
    tell,
    times = patience,
  }: {
    log?: (line: string) => void;
    tell?: (line: string) => void;
    times?: Patience;
  } = {},
): Promise<string | undefined> {
  const found = release(tool, version);
  if (!found) return undefined;
  const target = publishedPath(tool, version);
  const folder = dirname(target);
  const partial = `${folder}.${process.pid}`;
  try {
    mkdirSync(join(partial, "unpacked"), { recursive: true });
    await unpacked(found, partial, times, log);
    if (!existsSync(join(partial, "unpacked", tool))) throw new DownloadError(`the archive holds no ${tool}`);
    moveInPlace(join(partial, "unpacked"), folder, target);
    rmSync(refusalOf(tool, version), { force: true });
    return target;
  } catch (error) {
    const problem = diskProblem(error);
    if (problem !== undefined)
      throw new UserError(`${tool} ${version} can't be written to ${folder}: ${problem}`);
    if (!(error instanceof DownloadError)) throw error;
    const { archive } = found;
    const proxy = unusedProxy();
    const isKept = proxy === "" && !hasLogin(archive);
    const after = isKept ? `Not asked again for ${hoursOfRefusal} hours` : proxy;
    const what = `${tool} ${version} can't be downloaded from ${new URL(archive).host}: ${error.message}`;
    tell?.([what, after].filter(Boolean).join(". "));
    if (isKept) writeFileSync(refusalOf(tool, version), `${archive}\n${error.message}\n`);
    else rmSync(refusalOf(tool, version), { force: true });
    return undefined;
  } finally {
    // A folder that could not be made can't be removed, either.
    if (existsSync(partial)) rmSync(partial, { recursive: true, force: true });
  }
}

/** A password is written nowhere, and a new one is tried at once. */
function hasLogin(address: string): boolean {
  const { username, password } = new URL(address);
  return Boolean(username || password);
}

/** What is wrong with the disk of this machine, and what to do; undefined for any other error. */
function diskProblem(error: unknown): string | undefined {
  const isFull = /\b(ENOSPC|EDQUOT)\b|No space left on device|Disk quota exceeded/;
  const said = isOfFileSystem(error) ? error.message : error instanceof CommandError ? error.stderr : "";
  if (isFull.test(said)) {
    return "the disk is full. Free some space there, or name another folder with XDG_CACHE_HOME, and run the command again";
  }
  if (!isOfFileSystem(error)) return undefined;
  return `${said}. Make it writable, or name another folder with XDG_CACHE_HOME, and run the command again`;
}

/** In one step. Another command of this user may have been faster. */
function moveInPlace(from: string, folder: string, target: string): void {
  try {
    renameSync(from, folder);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

async function unpacked(
  { archive, checksums, unpack }: Release,
  folder: string,
  times: Patience,
  log?: (line: string) => void,
): Promise<void> {
  const wanted = listedSum(await fetchText(checksums, times), basename(archive));
  if (wanted === undefined) throw new DownloadError(`its checksums don't list ${basename(archive)}`);
  const file = join(folder, "archive");
  const sum = await fetchFile(archive, file, times, log);
  if (sum !== wanted) throw new DownloadError(`wrong checksum (SHA-256 ${sum}, published ${wanted})`);
  try {
    await unpack(file, join(folder, "unpacked"));
  } catch (error) {
    if (diskProblem(error) !== undefined) throw error;
    const why = error instanceof CommandError ? "tar can't read the archive" : (error as Error).message;
    throw new DownloadError(why);
  }
}
