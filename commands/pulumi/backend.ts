/** Where Pulumi keeps the state: a folder of this clone, or the backend that the user chose. */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "../base/paths";
import { UserError } from "../base/step";

const ownFolder = (): string => join(stateDir, "state");

/** The backend that the user chose, or a folder in this clone. */
export function backendUrl(): string {
  return process.env.PULUMI_BACKEND_URL || `file://${ownFolder()}`;
}

/** True when state is kept in this clone. An empty variable names no backend, for Pulumi either. */
export function isLocalBackend(): boolean {
  return !process.env.PULUMI_BACKEND_URL;
}

/**
 * For what knows only the stacks of this clone's own backend.
 * @param command as it is typed.
 * @throws {UserError} when the user chose another backend.
 */
export function requireLocalBackend(command: string): void {
  if (isLocalBackend()) return;
  throw new UserError(
    `PULUMI_BACKEND_URL is ${backendUrl()}, and \`${command}\` works on stacks whose state is in this clone. ` +
      `Nothing was changed. Unset it for this command: env -u PULUMI_BACKEND_URL ${command}`,
  );
}

/** True for folders and buckets: there Pulumi encrypts with a passphrase unless a cloud KMS key is named. */
export function encryptsWithPassphrase(url = backendUrl()): boolean {
  return !/^https?:/.test(url);
}

/**
 * Makes the clone's own backend, for its owner's eyes only. A state that is there already is closed to others
 * file by file, once; what Pulumi writes later lies in a folder that nobody else can enter.
 */
export function ensurePrivateState(folder = ownFolder()): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((lstatSync(folder).mode & 0o777) === 0o700) return;
  try {
    closeToOthers(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    throw new UserError(
      `${folder} belongs to another user, so others can read this clone's state, and this command can't prevent it. ` +
        "Run the command as its owner, or make it yours: sudo chown -R $(id -u):$(id -g) " +
        folder,
    );
  }
}

/** The folder itself comes last: were this interrupted, the next command would begin again. */
function closeToOthers(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) closeToOthers(join(path, name));
  }
  chmodSync(path, stat.isDirectory() ? 0o700 : 0o600);
}
