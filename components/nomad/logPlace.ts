/**
 * A place in a task's log, from which it is read on, a piece at a time.
 *
 * Nomad keeps a log in numbered files and throws the oldest away. `origin=start` counts an offset from the beginning of
 * the oldest file that is still there: after a rotation the same offset is another place, and one beyond the end is
 * answered with nothing, as if there were no news. So each piece is asked for from one byte before its place: the answer
 * names the file and the place in it, and is never empty while the place is what it was.
 */
import type { NomadApi } from "./api";
import { type Frame, parsedFrames } from "./logFrames";

/** What one look may take from Nomad. A task that writes more is caught up with in the next looks. */
const lookBytes = 4_000_000;
/** Enough for one frame, which tells the oldest file's number. */
const probeBytes = 100_000;

/** Which log. */
export interface LogOf {
  allocationId: string;
  task: string;
  /** @default "stdout" */
  type?: "stdout" | "stderr";
}

/** What became known of a log besides its bytes. */
export interface Look {
  /** Whether bytes were thrown away before anybody read them. */
  lost: boolean;
  /** Whether there is more to read already. */
  more: boolean;
}

/**
 * Gets what is new.
 * @param isCut whether more follows already. @param lost as {@link Look} has it.
 * @returns how many of the bytes it has taken; the others come again.
 */
export type Take = (data: Buffer, isCut: boolean, lost: boolean) => number;

export class LogPlace {
  /** After the last byte that was taken: the place in its file, and all bytes before it that Nomad still has. */
  private place = { file: 0, offset: 0, before: 0 };
  /** Of the files that were read to their end. */
  private readonly sizes = new Map<number, number>();
  private misses = 0;

  constructor(
    private readonly api: NomadApi,
    private readonly log: LogOf,
  ) {}

  /** @throws {NomadApiError} also while the log is not there yet. */
  async read(take: Take): Promise<Look> {
    const first = this.isUnread();
    const asked = await this.frames("start", Math.max(0, this.place.before - 1), lookBytes);
    if (this.isOn(asked.frames)) {
      this.misses = 0;
      return this.take(take, asked.frames, asked.cut, first && (asked.frames.at(0)?.file ?? 0) > 0);
    }
    const lost = await this.findPlace();
    const again = await this.frames("start", Math.max(0, this.place.before - 1), lookBytes);
    if (again.frames.length > 0 && !this.isOn(again.frames)) {
      // Rotated once more in between: the next look finds it.
      this.misses += 1;
      take(Buffer.alloc(0), false, lost);
      return { lost, more: true };
    }
    return this.take(take, again.frames, again.cut, lost);
  }

  /**
   * Goes to the beginning of one of the last lines, before anything was read.
   * @param lines how many of them are still to be read; of very long ones fewer.
   * @param fileBytes size of a file that is full.
   * @throws {NomadApiError} as {@link read}.
   */
  async goToLast(lines: number, fileBytes: number): Promise<void> {
    const { frames } = await this.frames("end", lookBytes / 2, 2 * lookBytes);
    const first = frames.at(0);
    if (first === undefined) return;
    const data = Buffer.concat(frames.map((frame) => frame.data));
    let at = data.at(-1) === 10 ? data.length - 1 : data.length;
    for (let left = lines; left > 0 && at >= 0; left--) at = at === 0 ? -1 : data.lastIndexOf(10, at - 1);
    const oldest = (await this.frames("start", 0, probeBytes)).frames.at(0)?.file ?? first.file;
    for (let file = oldest; file < first.file; file++) this.sizes.set(file, fileBytes);
    const before = (first.file - oldest) * fileBytes + first.begin;
    this.place = { file: first.file, offset: first.begin, before };
    this.advance(frames, lines === 0 ? data.length : at + 1);
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
    const { frames } = await this.frames("start", 0, probeBytes);
    if (frames.length === 0) return false;
    const oldest = frames[0].file;
    const { file, offset } = this.place;
    for (const number of this.sizes.keys()) if (number < oldest) this.sizes.delete(number);
    if (oldest > file || this.misses > 2) {
      this.place = { file: oldest, offset: 0, before: 0 };
      return true;
    }
    const earlier = [...this.sizes].filter(([number]) => number < file);
    this.place.before = earlier.reduce((sum, [, size]) => sum + size, offset);
    return false;
  }

  private take(take: Take, frames: readonly Frame[], cut: boolean, lost: boolean): Look {
    const overlap = this.place.before > 0 ? 1 : 0;
    const data = Buffer.concat(frames.map((frame) => frame.data)).subarray(overlap);
    const taken = take(data, cut, lost);
    this.advance(frames, taken + overlap, overlap);
    return { lost, more: cut };
  }

  /** @param bytes from the begin of the first frame on. @param known how many of them the place has already. */
  private advance(frames: readonly Frame[], bytes: number, known = 0): void {
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
    this.place.before += bytes - known;
  }

  private async frames(
    origin: "start" | "end",
    offset: number,
    maxBytes: number,
  ): Promise<{ frames: Frame[]; cut: boolean }> {
    const { allocationId, task, type = "stdout" } = this.log;
    const path = `/v1/client/fs/logs/${allocationId}`;
    const { text, cut } = await this.api.start(path, { task, type, origin, offset }, maxBytes);
    return { frames: parsedFrames(text), cut };
  }
}
