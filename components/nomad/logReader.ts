/** Reads a task's log on from where it was left, in whole lines. */
import type { NomadApi } from "./api";
import { LogPlace } from "./logPlace";

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
  private readonly place: LogPlace;
  /** In a line that is longer than a look: its rest is no line. */
  private inLongLine = false;

  constructor(api: NomadApi, allocationId: string, task: string) {
    this.place = new LogPlace(api, { allocationId, task });
  }

  /** @throws {NomadApiError} also while the log is not there yet. */
  async read(): Promise<Piece> {
    let lines: string[] = [];
    const look = await this.place.read((data, isCut, lost) => {
      if (lost) this.inLongLine = false;
      const end = data.lastIndexOf(10) + 1;
      const isLong = end === 0 && isCut;
      if (end > 0) lines = data.toString("utf8", 0, end).split("\n").slice(0, -1);
      if (this.inLongLine && end > 0) lines.shift();
      this.inLongLine = isLong || (this.inLongLine && end === 0);
      return isLong ? data.length : end;
    });
    return { lines, ...look };
  }
}
