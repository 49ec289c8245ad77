/** A download that gives up: on a server that does not answer, on one that falls silent, and on one that takes too long. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** In milliseconds. */
export interface Patience {
  /** Until the server has begun to answer. */
  answer: number;
  /** Between two pieces of the answer. */
  silence: number;
  /** For all of it. */
  whole: number;
}

/** Why nothing came: one sentence, without the address. */
export class DownloadError extends Error {}

interface Answer {
  response: Response;
  /** Called for each piece. */
  alive: () => void;
  end: () => void;
}

/** fetch takes no user and password in an address. */
function asked(url: string): { address: URL; headers: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  if (!username && !password) return { address, headers: {} };
  [address.username, address.password] = ["", ""];
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  return { address, headers: { Authorization: `Basic ${login}` } };
}

/** A percent sign may be one of the password's own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function ask(url: string, { answer, silence, whole }: Patience): Promise<Answer> {
  const controller = new AbortController();
  const giveUp = (after: number, why: string): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new DownloadError(why)), after);
  let timer = giveUp(answer, `no answer within ${answer / 1000} s`);
  const limit = giveUp(whole, `not complete after ${whole / 1000} s`);
  const end = (): void => {
    clearTimeout(timer);
    clearTimeout(limit);
  };
  const alive = (): void => {
    clearTimeout(timer);
    timer = giveUp(silence, `nothing more came for ${silence / 1000} s`);
  };
  try {
    const { address, headers } = asked(url);
    const response = await fetch(address, { headers, signal: controller.signal });
    if (!response.ok) throw new DownloadError(`${response.status} ${response.statusText}`.trim());
    alive();
    return { response, alive, end };
  } catch (error) {
    end();
    throw inWords(error);
  }
}

/** Whether it comes from the file system, and so not from a server. */
export function isOfFileSystem(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === "object" && error !== null && "syscall" in error && "errno" in error;
}

/** fetch says "fetch failed" and "terminated", and keeps what happened to itself. */
function inWords(error: unknown): Error {
  if (error instanceof DownloadError) return error;
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return new DownloadError(cause?.code ?? cause?.message ?? message);
}

/** @throws {DownloadError} */
export async function fetchText(url: string, patience: Patience): Promise<string> {
  const { response, end } = await ask(url, patience);
  try {
    return await response.text();
  } catch (error) {
    throw inWords(error);
  } finally {
    end();
  }
}

/**
 * Writes a file and gives its SHA-256.
 * @throws {DownloadError} with a part of the file left behind; what the file system says as it is.
 */
export async function fetchFile(
  url: string,
  file: string,
  patience: Patience,
  log: (line: string) => void = () => undefined,
): Promise<string> {
  const { response, alive, end } = await ask(url, patience);
  const hash = createHash("sha256");
  const whole = Number(response.headers.get("content-length"));
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      alive();
      hash.update(chunk);
      bytes += chunk.length;
      log(`${Math.round(bytes / 1e6)} MB${whole > 0 ? ` of ${Math.round(whole / 1e6)}` : ""}`);
      pass(null, chunk);
    },
  });
  try {
    if (response.body === null) throw new DownloadError("an empty answer");
    await pipeline(Readable.fromWeb(response.body as ReadableStream), measure, createWriteStream(file));
    return hash.digest("hex");
  } catch (error) {
    throw isOfFileSystem(error) ? error : inWords(error);
  } finally {
    end();
  }
}
