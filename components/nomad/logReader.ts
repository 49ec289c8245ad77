/**
 * Reads a task's log on from where it was left, a piece at a time.
 *
 * Nomad keeps a log in numbered files and throws the oldest away. `origin=start` counts an offset from the beginning of
 * the oldest file that is still there: after a rotation the same offset is another place, and one beyond the end is
 * answered with nothing, as if there were no news. So each piece is asked for from one byte before its place: the answer
 * names the file and the place in it, and is never empty while the place is what it was.
 */
import type { NomadApi } from "./api";

/** What one look may take from Nomad. A task that writes more is caught up with in the next looks. */
const lookBytes = 4_000_000;
/** Enough for one frame, which tells the oldest file's number. */
const probeBytes = 100_000;

/** A part of one file, as Nomad sends it. */
interface Frame {
  file: number;
  begin: number;
  data: Buffer;
}

/** What is new in a log. */
export interface Piece {
  /** Whole lines, without their newlines. */
  lines: string[];
  /** Whether lines were thrown away before anybody read them. */
  lost: boolean;
  /** Whether there is more to read already. */
  more: boolean;
}

export class LogReader {
  /** After the last whole line: the place in its file, and all bytes before it that Nomad still has. */
  private place = { file: 0, offset: 0, before: 0 };
  /** Of the files that were read to their end. */
  private readonly sizes = new Map<number, number>();
  /** In a line that is longer than a look: its rest is no line. */
  private inLongLine = false;
  private misses = 0;

  constructor(
    private readonly api: NomadApi,
    private readonly allocationId: string,
    private readonly task: string,
    private readonly type: "stdout" | "stderr" = "stdout",
  ) {}

  /** @throws {NomadApiError} also while the log is not there yet. */
  async read(): Promise<Piece> {
    const first = this.isUnread();
    const asked = await this.frames(Math.max(0, this.place.before - 1), lookBytes);
    if (this.isOn(asked.frames)) {
      this.misses = 0;
      return this.take(asked.frames, asked.cut, first && (asked.frames.at(0)?.file ?? 0) > 0);
    }
    const lost = await this.findPlace();
    const again = await this.frames(Math.max(0, this.place.before - 1), lookBytes);
    if (again.frames.length > 0 && !this.isOn(again.frames)) {
      // Rotated once more in between: the next look finds it.
      this.misses += 1;
      return { lines: [], lost, more: true };
    }
    return this.take(again.frames, again.cut, lost);
  }

  /** Whether the first frame is what was asked for. Nothing is what an empty log says. */
  private isOn([first]: readonly Frame[]): boolean {
    const { file, offset, before } = this.place;
    if (!first) return before === 0;
    if (before === 0) return file === first.file || this.isUnread();
    return first.file === file && first.begin === offset - 1;
  }

  private isUnread(): boolean {
    return this.sizes.size === 0 && this.place.offset === 0 && this.place.file === 0;
  }

  /** The place among the files that are left. @returns whether something unread is gone. */
  private async findPlace(): Promise<boolean> {
    const { frames } = await this.frames(0, probeBytes);
    if (frames.length === 0) return false;
    const oldest = frames[0].file;
    const { file, offset } = this.place;
    for (const number of this.sizes.keys()) if (number < oldest) this.sizes.delete(number);
    if (oldest > file || this.misses > 2) {
      this.place = { file: oldest, offset: 0, before: 0 };
      this.inLongLine = false;
      return true;
    }
    const earlier = [...this.sizes].filter(([number]) => number < file);
    this.place.before = earlier.reduce((sum, [, size]) => sum + size, offset);
    return false;
  }

  private take(frames: readonly Frame[], cut: boolean, lost: boolean): Piece {
    const overlap = this.place.before > 0 ? 1 : 0;
    const data = Buffer.concat(frames.map((frame) => frame.data)).subarray(overlap);
    const end = data.lastIndexOf(10) + 1;
    const isLong = end === 0 && cut;
    const taken = isLong ? data.length : end;
    this.advance(frames, taken + overlap);
    const lines = end === 0 ? [] : data.toString("utf8", 0, end).split("\n").slice(0, -1);
    if (this.inLongLine && end > 0) lines.shift();
    this.inLongLine = isLong || (this.inLongLine && end === 0);
    return { lines, lost, more: cut };
  }

  /** @param bytes from the begin of the first frame on. */
  private advance(frames: readonly Frame[], bytes: number): void {
    let left = bytes;
    for (const [index, { file, begin, data }] of frames.entries()) {
      const next = frames[index + 1];
      if (next && next.file !== file) this.sizes.set(file, begin + data.length);
      if (left === 0) continue;
      const part = Math.min(left, data.length);
      left -= part;
      this.place.file = file;
      this.place.offset = begin + part;
    }
    this.place.before += bytes - (this.place.before > 0 ? 1 : 0);
  }

  private async frames(offset: number, maxBytes: number): Promise<{ frames: Frame[]; cut: boolean }> {
    const { task, type } = this;
    const { text, cut } = await this.api.start(
      `/v1/client/fs/logs/${this.allocationId}`,
      { task, type, origin: "start", offset },
      maxBytes,
    );
    return { frames: parsed(text), cut };
  }
}

/** The last one may be cut off: its place is asked for again. */
function parsed(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const [json] of text.matchAll(/\{[^{}]*\}/g)) {
    // `{}` is a sign of life.
    const {
      Data,
      File = "",
      Offset = 0,
    } = JSON.parse(json) as { Data?: string; File?: string; Offset?: number };
    if (!Data) continue;
    const data = Buffer.from(Data, "base64");
    const file = Number(/\.(\d+)$/.exec(File)?.[1] ?? 0);
    frames.push({ file, begin: beginOf(frames.at(-1), file, Offset - data.length), data });
  }
  return frames;
}

/** Nomad says where a frame ends; of a short one behind others it says where a full one would have ended. */
function beginOf(before: Frame | undefined, file: number, told: number): number {
  if (!before) return told;
  return before.file === file ? before.begin + before.data.length : 0;
}
