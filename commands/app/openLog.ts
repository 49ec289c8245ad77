/** One stream of one instance, printed with its label. */
import { type NomadApi, NomadApiError } from "../../components/nomad/api";
import { LogPlace } from "../../components/nomad/logPlace";
import type { Instance } from "./instances";
import { Lines } from "./lines";
import { say, write } from "./output";

export const logTypes = ["stdout", "stderr"] as const;
export type LogType = (typeof logTypes)[number];

/** One stream of one task, and how far it was printed. */
export class OpenLog {
  bytes = 0;
  private readonly place: LogPlace;
  private readonly out: NodeJS.WriteStream;
  private readonly lines: Lines;

  constructor(
    api: NomadApi,
    private readonly instance: Instance,
    type: LogType,
  ) {
    const { allocationId, task, label } = instance;
    this.place = new LogPlace(api, { allocationId, task, type });
    this.out = process[type];
    this.lines = new Lines(label, this.out.isTTY);
  }

  async goToLast(lines: number, fileBytes: number): Promise<void> {
    await orNotThere(this.place.goToLast(lines, fileBytes), undefined);
  }

  /** Prints what is new. @returns whether there is more already. */
  async more(): Promise<boolean> {
    let fresh: Buffer = Buffer.alloc(0);
    const reading = this.place.read((data) => {
      fresh = data;
      return data.length;
    });
    const { lost, more } = await orNotThere(reading, { lost: false, more: false });
    if (lost) say(`${this.instance.label}: Nomad has discarded what came before`);
    this.bytes += fresh.length;
    await write(this.out, this.lines.push(fresh));
    return more;
  }

  async end(): Promise<void> {
    await write(this.out, this.lines.end());
  }
}

/** A task has no log before it has started, and none any more once Nomad has cleaned up. */
async function orNotThere<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NomadApiError && error.status === 404) return otherwise;
    throw error;
  }
}
