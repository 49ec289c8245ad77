/** Writing as fast as the reader takes it, and no faster: nothing piles up in memory. */
import { once } from "node:events";
import { shown } from "../base/step";

/** The reader of our output has gone, as `head` does: there is nobody left to tell. */
export class ReaderGone extends Error {}

/** @throws {ReaderGone} */
export async function write(stream: NodeJS.WriteStream, data: Buffer): Promise<void> {
  if (data.length === 0) return;
  if (stream.destroyed || stream.errored) throw new ReaderGone();
  if (stream.write(data)) return;
  const settled = new AbortController();
  const { signal } = settled;
  try {
    await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]);
  } catch {
    throw new ReaderGone();
  } finally {
    // The one that did not happen must not listen for ever.
    settled.abort();
  }
}

/** Has a reader that goes away end the command at its next write, and not with Node's own report. */
export function expectReadersToGo(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Waits, or less when the signal ends it. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/** A line of our own among the output of others. */
export function say(text: string): void {
  process.stderr.write(`-- ${shown(text)}\n`);
}
