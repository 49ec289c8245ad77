/** Which run has locked a stack of the local backend. Pulumi's own message names `pulumi cancel`, which also unlocks it under a run that is alive. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isLocalBackend } from "./backend";
import { backendPath } from "./stackState";

/** As Pulumi writes it. */
export interface Lock {
  pid: number;
  username?: string;
  hostname?: string;
  timestamp?: string;
}

/** Of runs that change the stack now, or were killed. */
export function locksOf(stack: string): Lock[] {
  const name = stack.split("/").at(-1) ?? stack;
  const folder = backendPath("locks", "organization", "django-nomad", name);
  if (!isLocalBackend() || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => read(join(folder, file)) ?? []);
}

/** Undefined for one that its run has just removed, or not finished: Pulumi itself looks once more. */
function read(file: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether a process runs, of whichever user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Why a run that changes the stack can't begin; undefined when the stack is not locked. */
export function heldBy(stack: string, locks: readonly Lock[] = locksOf(stack)): string | undefined {
  const [lock] = [...locks.filter(lives), ...locks];
  if (lock === undefined) return undefined;
  const { pid, username, hostname: host, timestamp } = lock;
  const who = `process ${pid}${username ? ` of ${username}` : ""}${host ? ` on ${host}` : ""}`;
  const since = timestamp ? `, since ${timestamp}` : "";
  const cancel = `npm run pulumi -- cancel --stack ${stack}`;
  if (lives(lock)) {
    return (
      `Stack ${stack} is locked by a run that is still alive: ${who}${since}. Nothing was changed. Wait for its end. ` +
      `Don't unlock the stack while it runs: two runs at once damage the state. If it hangs, stop it first; ` +
      `if process ${pid} is another program by now, the run was killed. Then: ${cancel}`
    );
  }
  return (
    `Stack ${stack} is locked by a run that was killed: ${who}${since}. Nothing was changed. ` +
    `Unlock it, then run the command again: ${cancel}`
  );
}

/** One of another machine may be alive. */
function lives({ pid, hostname: host }: Lock): boolean {
  return (host !== undefined && host !== hostname()) || isAlive(pid);
}
