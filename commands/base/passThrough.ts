/** Runs a command with this terminal. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** @returns how it ended. @throws when it can't be started. */
export function passThrough(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Ended> {
  // Before the command runs: the first thing that it prints may already bring us a signal.
  // The terminal sends its signals to both; the command decides what an interrupt means.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** The exit code of a command that a signal ended, as a shell has it. */
export function signalCode(signal: NodeJS.Signals | null | undefined): number {
  return signal ? 128 + constants.signals[signal] : 1;
}
