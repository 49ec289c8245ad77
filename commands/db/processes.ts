/** Waiting for programs whose streams are connected by hand. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { lastLines } from "../../components/messages/printable";
import { UserError } from "../base/step";

/** psql that prints answers alone, and ends with the first error. */
export const bare = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1"];

/** @returns what it said on stderr, when it ends well. @throws {UserError} with its last lines when it does not. */
export function ended(name: string, child: ChildProcess): Promise<string> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (errors = (errors + chunk).slice(-4000)));
  // What a program that ended does not read any more; its exit code tells the story.
  child.stdin?.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new UserError(`${name} could not be started: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) resolve(errors);
      else reject(new UserError(`${name} ended with code ${code}:\n${lastLines(errors, 30)}`));
    });
  });
}

/** A psql that stays: one question at a time, answers as lines. */
export class Conversation {
  private readonly lines: AsyncIterator<string>;
  readonly over: Promise<string>;

  constructor(private readonly psql: ChildProcess) {
    if (!psql.stdout) throw new Error("psql was started without a pipe");
    this.lines = createInterface({ input: psql.stdout })[Symbol.asyncIterator]();
    this.over = ended("psql", psql);
    this.over.catch(() => undefined); // reported to the next caller
  }

  /** @param after what sends the statement. @throws when psql ends before it has answered. */
  async ask(statement: string, after = ";"): Promise<string[]> {
    const end = "-- end of the answer";
    this.psql.stdin?.write(`${statement}${after}\n\\echo '${end}'\n`);
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
