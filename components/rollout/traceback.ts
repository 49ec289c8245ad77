/** Python's tracebacks, without the frames between that are not the project's. Pure. */

/** One call in a traceback: its `File` line, and what follows it: the source, markers, repetitions. */
interface Frame {
  lines: string[];
  /** What stands before it in each line: the bars of an ExceptionGroup. */
  lead: string;
  /** The package that it is of; undefined for a file of the project. */
  owner: string | undefined;
  /** The file that only starts the project: it says nothing of what failed. */
  isEntry: boolean;
  /** How often it was called, one call in the other. */
  calls: number;
  isKept: boolean;
}

type Part = string | Frame;

const frameLine = /^((?:[ |]*\| )?) {2}File "([^"]*)", line \d+, in /;
const header = /^[ |+]*(?:Exception Group )?Traceback \(most recent call last\):/;
const chained =
  /^[ |]*(?:The above exception was the direct cause of|During handling of the above exception, another) /;
const repeated = /\[Previous line repeated (\d+) more times?\]/;

/**
 * Leaves out the frames of Django, other packages and Python itself, a line for each row of them. Where the error
 * and its causes have no frame of the project's, their last one stays. All other lines stay as they are.
 */
export function shortenTracebacks(lines: readonly string[]): string[] {
  const parts = parse(lines);
  keepTelling(parts);
  const shown: string[] = [];
  let row: Frame[] = [];
  const endRow = (): void => {
    if (row.length > 0) shown.push(leftOut(row));
    row = [];
  };
  for (const part of parts) {
    if (typeof part !== "string" && !part.isKept) {
      row.push(part);
      continue;
    }
    endRow();
    shown.push(...(typeof part === "string" ? [part] : part.lines));
  }
  endRow();
  return shown;
}

function parse(lines: readonly string[]): Part[] {
  const parts: Part[] = [];
  let frame: Frame | undefined;
  for (const line of withoutHalfFrame(lines)) {
    const [begins, lead, file] = frameLine.exec(line) ?? [];
    if (begins !== undefined) {
      const owner = ownerOf(file);
      const isEntry = /(?:^|\/)(?:manage|wsgi|asgi)\.py$/.test(file);
      frame = { lines: [line], lead, owner, isEntry, calls: 1, isKept: owner === undefined };
      parts.push(frame);
    } else if (frame && belongsTo(frame, line)) {
      frame.lines.push(line);
      frame.calls += Number(repeated.exec(line)?.[1] ?? 0);
    } else {
      frame = undefined;
      parts.push(line);
    }
  }
  return parts;
}

function belongsTo({ lead }: Frame, line: string): boolean {
  return line.startsWith(`${lead}    `) || (line.startsWith(`${lead}  [`) && repeated.test(line));
}

/** A log that is read from its end may begin within a frame: nobody knows any more whose it was. */
function withoutHalfFrame(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => frameLine.test(line));
  const isHalf = lines.slice(0, first).every((line) => /^[ |]* {2}(?: {2}|\[)/.test(line));
  return first > 0 && isHalf ? lines.slice(first) : lines;
}

/** Undefined for a file of the project. */
function ownerOf(file: string): string | undefined {
  const [, installed] = /.*\/(?:site|dist)-packages\/([^/]+)/.exec(file) ?? [];
  if (installed !== undefined) return installed.replace(/\.py$/, "");
  return /^<|\/lib\d*\/python[\d.]+t?\/|\/python\d+\.zip\//.test(file) ? "Python" : undefined;
}

/** Per error, its causes with it: without a frame of the project's the last one says most. */
function keepTelling(parts: readonly Part[]): void {
  let error: Frame[] = [];
  let isChained = false;
  const decide = (): void => {
    const last = error.at(-1);
    if (last && !error.some(({ isKept, isEntry }) => isKept && !isEntry)) last.isKept = true;
    error = [];
  };
  for (const part of parts) {
    if (typeof part !== "string") error.push(part);
    else if (chained.test(part)) isChained = true;
    else if (header.test(part)) {
      if (!isChained) decide();
      isChained = false;
    }
  }
  decide();
}

function leftOut(row: readonly Frame[]): string {
  const owners = [...new Set(row.map(({ owner }) => owner ?? ""))];
  const calls = row.reduce((sum, frame) => sum + frame.calls, 0);
  const names = owners.length < 2 ? owners[0] : `${owners.slice(0, -1).join(", ")} and ${owners.at(-1)}`;
  return `${row[0].lead}  ... ${calls} ${calls === 1 ? "frame" : "frames"} of ${names} left out`;
}
