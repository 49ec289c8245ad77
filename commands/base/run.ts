/** Runs a command and keeps what it printed. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { lastLines } from "../../components/messages/printable";

export interface RunOptions {
  cwd?: string;
  /** The whole environment; default: this process's own. */
  env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input. */
  input?: string;
  /** Receives each line as it is printed. */
  log?: (line: string) => void;
  /** Milliseconds; the command is killed after them. Default: no limit. */
  timeoutMs?: number;
}

export interface RunResult {
  stdout: string;
  stderr: string;
}

/** A command that did not end well. `message` holds the command, how it ended and its last lines. */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | null,
    readonly stdout: string,
    readonly stderr: string,
    how: string,
  ) {
    const tail = lastLines(stderr.trim() || stdout.trim(), 15);
    super(`\`${command}\` ${how}${tail ? `:\n${tail}` : ""}`);
  }
}

/** @throws {CommandError} when the command can't be started, fails or takes too long. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const shown = [command, ...args].join(" ");
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    const stream = child[name];
    if (!stream) continue;
    stream.setEncoding("utf8").on("data", (chunk: string) => (printed[name] += chunk));
    if (options.log) createInterface({ input: stream }).on("line", options.log);
  }
  // A command that ends without reading its input closes the pipe; its exit code tells the story.
  child.stdin?.on("error", () => undefined).end(options.input);
  let timedOut = false;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          child.kill("SIGKILL");
        }, options.timeoutMs);
  try {
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once("error", reject).once("close", (code, signal) => resolve({ code, signal }));
      },
    );
    if (code === 0) return printed;
    const how = timedOut
      ? `took longer than ${(options.timeoutMs ?? 0) / 1000} s`
      : code === null
        ? `was ended by ${signal}`
        : `exited with code ${code}`;
    throw new CommandError(shown, code, printed.stdout, printed.stderr, how);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(shown, null, "", "", `could not be started (${(error as Error).message})`);
  } finally {
    clearTimeout(timer);
  }
}
