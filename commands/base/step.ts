/** Says what is being done, with elapsed time, and shows that long steps live. */
import { withoutCredentials } from "../../components/nomad/address";
import { message, printable } from "../../components/messages/printable";
import { refuseSwallowed } from "./swallowed";
import { UserError } from "./userError";

export { UserError };

const started = Date.now();
const quietSeconds = 15;

function elapsed(since: number): string {
  const seconds = (Date.now() - since) / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** What a command says: nothing that a terminal obeys, and no credentials of an address. */
export function shown(text: string): string {
  return printable(withoutCredentials(text), message);
}

/** Prints one line with the time since the command began. */
export function say(text: string): void {
  process.stdout.write(`[${elapsed(started).padStart(8)}] ${shown(text)}\n`);
}

/**
 * Runs one step. While it is silent, a line every 15 seconds shows what it is at.
 * @param work receives `log`, for the step's own lines; the last one is shown as a sign of life.
 * @param tell what the closing line says of the result; unless given, the result itself when it is a text.
 */
export async function step<T>(
  title: string,
  work: (log: (line: string) => void) => Promise<T>,
  tell = (result: T): string => (typeof result === "string" ? result : ""),
): Promise<T> {
  const begin = Date.now();
  let last = "";
  const log = (line: string): void => {
    if (line.trim()) last = line.trim().slice(0, 100);
  };
  const alive = setInterval(
    () => say(`${title}: still running, ${elapsed(begin)}${last ? ` (${last})` : ""}`),
    quietSeconds * 1000,
  );
  try {
    const result = await work(log);
    const detail = tell(result);
    say(`${title}${detail && `: ${detail}`}${Date.now() - begin > 1000 ? ` (${elapsed(begin)})` : ""}`);
    return result;
  } catch (error) {
    say(`${title}: failed after ${elapsed(begin)}`);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

/**
 * Runs a command's main function; prints its error and sets the exit code.
 * @param refused exit code of a {@link UserError} that names none.
 */
export function main(work: () => Promise<number | void>, refused = 1): void {
  const begin = async (): Promise<number | void> => {
    refuseSwallowed(process.env, process.argv.slice(2));
    return work();
  };
  begin().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (error: unknown) => {
      const text =
        error instanceof UserError
          ? error.message
          : error instanceof Error
            ? (error.stack ?? error.message)
            : String(error);
      process.stderr.write(`\nerror: ${shown(text)}\n`);
      process.exitCode = error instanceof UserError ? (error.exitCode ?? refused) : 1;
    },
  );
}
