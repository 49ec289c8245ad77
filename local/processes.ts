/** Background processes, remembered by process id and start time so that no stranger is ever stopped. */
import { type SpawnOptions, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDir } from "../commands/base/paths";

interface Remembered {
  pid: number;
  /** Clock ticks since boot at which the process started (field 22 of /proc/PID/stat). */
  started: string;
}

function file(name: string): string {
  return join(stateDir, "run", `${name}.json`);
}

/** The start time of a process, or undefined when there is none (a zombie counts as none). */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** True for a process that runs; false for one that has ended and was not collected yet. */
export function isRunning(pid: number): boolean {
  return startOf(pid) !== undefined;
}

function isAlive({ pid, started }: Remembered): boolean {
  return startOf(pid) === started;
}

/** The process id of a background process that still runs. */
export function runningPid(name: string): number | undefined {
  if (!existsSync(file(name))) return undefined;
  const remembered = JSON.parse(readFileSync(file(name), "utf8")) as Remembered;
  if (isAlive(remembered)) return remembered.pid;
  rmSync(file(name));
  return undefined;
}

/** What a command was given to open secrets with. A Nomad agent's templates can read its whole environment. */
const ownSecrets = /^(PULUMI_.*|NOMAD_TOKEN|PGPASSWORD)$/;

function withoutOwnSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ownSecrets.test(name)));
}

/** Starts a process that outlives this one; its output goes to `.local/log/NAME.log`. It gets none of the caller's secrets. */
export function startBackground(
  name: string,
  command: string,
  args: string[],
  options: SpawnOptions = {},
): number {
  const log = join(stateDir, "log", `${name}.log`);
  for (const path of [log, file(name)]) mkdirSync(dirname(path), { recursive: true });
  const out = openSync(log, "w");
  const child = spawn(command, args, {
    ...options,
    env: withoutOwnSecrets(options.env ?? process.env),
    detached: true,
    stdio: ["ignore", out, out],
  });
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const started = startOf(child.pid);
  if (started === undefined) throw new Error(`${command} ended at once: see ${log}`);
  writeFileSync(file(name), JSON.stringify({ pid: child.pid, started } satisfies Remembered));
  return child.pid;
}

/** Where a background process writes what it prints. */
export function logFile(name: string): string {
  return join(stateDir, "log", `${name}.log`);
}

/**
 * Asks a process to stop and waits for its end; after `graceMs` it is killed.
 * @returns false when it was not running.
 */
export async function stopBackground(name: string, graceMs = 20_000): Promise<boolean> {
  const pid = runningPid(name);
  if (pid === undefined) return false;
  const remembered = JSON.parse(readFileSync(file(name), "utf8")) as Remembered;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + graceMs;
  while (isAlive(remembered)) {
    if (Date.now() > deadline) process.kill(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  rmSync(file(name), { force: true });
  return true;
}

/** SIGKILL to a process, or to a group by its negative number, unless it has ended. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Process ids of what a process has started itself; none when it has ended. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" "))
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
