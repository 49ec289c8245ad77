/** The part of a task's log that tells why it failed. */
import { type NomadApi, NomadApiError } from "./nomadApi";
import type { Allocation } from "./nomadModels";

const logLines = 30;
const logBytes = 20_000;

/** The last lines of a task's log, the stream with content; empty when there is none. */
export async function logTail(api: NomadApi, allocation: Allocation, task: string): Promise<string[]> {
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
      return Buffer.byteLength(text) < logBytes ? text : text.slice(text.indexOf("\n") + 1);
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      // A task that was never started has no log: Nomad answers 404.
      return error.status === 404 || error.status === 500 ? "" : `(the log can't be read: ${error.message})`;
    }
  };
  const [stdout, stderr] = await Promise.all([read("stdout"), read("stderr")]);
  const chosen = task === "migrate" && stdout.trim() ? `${stdout}${stderr}` : stderr.trim() ? stderr : stdout;
  return chosen.trimEnd().split("\n").filter(Boolean).slice(-logLines);
}
