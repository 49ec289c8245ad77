/** Waiting for programs whose streams are connected by hand. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { Transform } from "node:stream";
import { UserError } from "../step";

/** Resolves when it ends well. @throws {UserError} with its last lines when it does not. */
export function ended(name: string, child: ChildProcess): Promise<void> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (errors = (errors + chunk).slice(-4000)));
  // What a program that ended does not read any more; its exit code tells the story.
  child.stdin?.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new UserError(`${name} could not be started: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new UserError(`${name} ended with code ${code}:\n${errors.trim()}`));
    });
  });
}

/** A psql that stays: one question at a time, answers as lines. */
export class Conversation {
  private readonly lines: AsyncIterator<string>;
  readonly over: Promise<void>;

  constructor(private readonly psql: ChildProcess) {
    if (!psql.stdout) throw new Error("psql was started without a pipe");
    this.lines = createInterface({ input: psql.stdout })[Symbol.asyncIterator]();
    this.over = ended("psql", psql);
    this.over.catch(() => undefined); // told by whoever asks next
  }

  /** @throws when psql ends before it has answered. */
  async ask(statement: string): Promise<string[]> {
    const end = "-- end of the answer";
    this.psql.stdin?.write(`${statement};\n\\echo '${end}'\n`);
    const answer: string[] = [];
    for (;;) {
      const line = await this.lines.next();
      if (line.done === true) {
        await this.over;
        throw new UserError("psql ended before it had answered");
      }
      if (line.value === end) return answer;
      answer.push(line.value);
    }
  }

  async close(): Promise<void> {
    this.psql.stdin?.end();
    await this.over;
  }
}

/**
 * Passes pg_restore's script on without its last COMMIT, which whoever reads the rows first gives.
 * A script without one was cut short: the stream fails.
 */
export function withoutCommit(): Transform {
  const longest = 400;
  let held = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const all = Buffer.concat([held, chunk]);
      held = all.subarray(Math.max(0, all.length - longest));
      done(null, all.subarray(0, all.length - held.length));
    },
    flush(done) {
      const [rest, end] = held
        .toString("latin1")
        .split(/^COMMIT;$(?=\s*-*\s*-- PostgreSQL database dump complete)/m);
      if (end === undefined) done(new UserError("pg_restore's script has no end"));
      else done(null, Buffer.from(`${rest}${end}`, "latin1"));
    },
  });
}
