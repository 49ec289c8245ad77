/** The part of a task's log that tells why it failed. */
import { GATE_LINE_PREFIX } from "../gate";
import { printable } from "../messages/printable";
import type { Mask } from "./mask";
import { type NomadApi, NomadApiError } from "../nomad/api";
import type { Allocation } from "../nomad/models";
import { shortenTracebacks } from "./traceback";

const logLines = 30;
/** Enough for an error with its causes, whose frames of the framework are then left out. */
const logBytes = 64_000;

/** The end of a task's log. */
export interface LogTail {
  /** Empty when the task has left no log. */
  lines: string[];
  /** The stream that says most. */
  stream: "stdout" | "stderr";
  /** Whether the gate wrote anything, also before these lines; undefined when so much of the log could not be read. */
  gateSpoke: boolean | undefined;
}

/** The last lines of a task's log, of the stream with content, tracebacks and long lines shortened. */
export async function logTail(
  api: NomadApi,
  allocation: Allocation,
  task: string,
  mask: Mask,
): Promise<LogTail> {
  let isWhole = true;
  const read = async (type: string): Promise<string> => {
    try {
      const text = await api.text(`/v1/client/fs/logs/${allocation.ID}`, {
        task,
        type,
        plain: "true",
        origin: "end",
        offset: logBytes,
      });
      // The first line may lack its beginning, and half a secret is no longer known for one.
      if (Buffer.byteLength(text) < logBytes) return text;
      isWhole = false;
      return withoutFirstLine(text);
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      isWhole &&= error.status === 404;
      // A task that was never started has no log: Nomad answers 404.
      return error.status === 404 || error.status === 500 ? "" : `(the log can't be read: ${error.message})`;
    }
  };
  const [stdout, stderr] = await Promise.all([read("stdout"), read("stderr")]);
  const stream = stderr.trim() ? "stderr" : "stdout";
  const chosen = task === "migrate" ? `${stdout}${stderr}` : stream === "stderr" ? stderr : stdout;
  // Masked before anything is cut: half a secret is no longer known for one.
  const lines = shortenTracebacks(mask(chosen).trimEnd().split("\n").filter(Boolean)).slice(-logLines);
  const gateSpoke = chosen.split("\n").some((line) => line.startsWith(GATE_LINE_PREFIX));
  return {
    lines: lines.map((line) => printable(line)),
    stream,
    gateSpoke: gateSpoke || (isWhole ? false : undefined),
  };
}

function withoutFirstLine(text: string): string {
  const end = text.indexOf("\n");
  return end === -1 ? `(its last line is longer than ${logBytes / 1000} kB)` : text.slice(end + 1);
}
