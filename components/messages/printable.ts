/**
 * What others wrote is data: logs, checks, Docker, Nomad, PostgreSQL, archives. Before a person sees it, it passes here.
 *
 * A terminal obeys control sequences (they clear it, set its title, write the clipboard), shows text backwards after a
 * bidirectional override, and overwrites a line after a carriage return. Pulumi obeys its own colour markup and panics
 * at markup that it does not know, which leaves the stack locked.
 */

export interface Limits {
  /** Characters of one line; `Infinity` for text that a mask has still to see whole. @default 500 */
  characters?: number;
  /** With one, the lines of a text are joined, so that it can't pose as another message of ours. @default 1 */
  lines?: number;
}

/** For a message of ours that may hold text of others: its own lines stay, and nothing floods the terminal. */
export const message: Limits = { characters: 4000, lines: 400 };

/** For text of others that is masked and cut later. */
export const uncut: Limits = { characters: Infinity };

/**
 * Controls (all but tab and newline), invisible and bidirectional format characters, separators that some terminals take
 * for a newline, and halves of characters. The two joiners stay: Persian, Hindi and emoji need them.
 */
const unprintable = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Characters of one line. */
const longestLine = 500;

/** With more marks than any script puts on one letter, a line would cover its neighbours. */
const heapOfMarks = /(\p{M}{8})\p{M}+/gu;

/** Makes text of others safe for a terminal and for Pulumi. What is printable already stays as it is. */
export function printable(text: string, { characters = longestLine, lines = 1 }: Limits = {}): string {
  const safe = escaped(text);
  if (lines === 1)
    return capped(
      safe
        .replace(/^\s*\n/, "")
        .trimEnd()
        .replace(/\s*\n\s*/g, " "),
      characters,
    );
  const all = safe.split("\n");
  const rest = all.length - lines;
  const shown = (rest > 0 ? all.slice(0, lines) : all).map((line) => capped(line, characters));
  return [...shown, ...(rest > 0 ? [`… (${plural(rest, "more line")})`] : [])].join("\n");
}

/** The last lines of a text, and how many stand before them. */
export function lastLines(text: string, lines: number): string {
  const all = escaped(text).trimEnd().split("\n");
  const rest = Math.max(0, all.length - lines);
  const shown = all.slice(rest).map((line) => capped(line, longestLine));
  return [...(rest > 0 ? [`(${plural(rest, "line")} before)`] : []), ...shown].join("\n");
}

function escaped(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(unprintable, spelledOut)
    .replace(heapOfMarks, "$1…")
    .replaceAll("<{%", "<\\{%");
}

/** As programs write it: \x1b, \u202e. */
function spelledOut(sign: string): string {
  if (sign === "\r") return "\\r";
  const code = sign.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
}

function capped(line: string, characters: number): string {
  if (line.length <= characters) return line;
  // Never half of a character that takes two.
  const kept = line.slice(0, characters).replace(/[\ud800-\udbff]$/, "");
  return `${kept}… (${line.length - kept.length} more characters)`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
