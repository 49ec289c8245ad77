/** Lines of several logs on one stream: each begins with the instance that wrote it. */
import { printable, uncut } from "../../components/messages/printable";

/** A longer line is written in parts, so that nothing has to be kept in memory. */
const longest = 64 * 1024;
const newline = Buffer.from("\n");
/** Colours are all that a terminal gets of its control sequences. */
const colour = /(\x1b\[[0-9;]*m)/;

export class Lines {
  private readonly prefix: Buffer;
  private rest = Buffer.alloc(0);

  /** @param forTerminal whether a person's terminal reads it: then it gets text, and otherwise every byte as it is. */
  constructor(
    label: string,
    private readonly forTerminal: boolean,
  ) {
    this.prefix = Buffer.from(`${label} | `);
  }

  /** The lines that are whole by now. */
  push(data: Buffer): Buffer {
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data;
    const written: Buffer[] = [];
    let begin = 0;
    for (;;) {
      const end = all.indexOf(10, begin);
      const stop = end === -1 ? all.length : end;
      while (stop - begin > longest) {
        written.push(...this.line(all.subarray(begin, begin + longest)));
        begin += longest;
      }
      if (end === -1) break;
      written.push(...this.line(all.subarray(begin, end)));
      begin = end + 1;
    }
    this.rest = Buffer.from(all.subarray(begin));
    return Buffer.concat(written);
  }

  /** What was left without a newline. */
  end(): Buffer {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    return rest.length > 0 ? Buffer.concat(this.line(rest)) : rest;
  }

  private line(line: Buffer): Buffer[] {
    return [this.prefix, this.forTerminal ? safe(line) : line, newline];
  }
}

function safe(line: Buffer): Buffer {
  const parts = line
    .toString("utf8")
    .replace(/\r$/, "")
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : spaced(part)));
  return Buffer.from(parts.length > 1 ? `${parts.join("")}\x1b[0m` : parts.join(""));
}

/** A log's own spaces at the begin of a line and at its end stay: they are its layout. */
function spaced(part: string): string {
  const [, before, text, after] = /^(\s*)([^]*?)(\s*)$/.exec(part) ?? ["", "", part, ""];
  return before.replace(/[^\t ]/g, " ") + printable(text, uncut) + after.replace(/[^\t ]/g, " ");
}
