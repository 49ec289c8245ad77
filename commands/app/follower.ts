/** Prints the logs of instances: once, or for as long as it is told to. */
import { type NomadApi, NomadApiError } from "../../components/nomad/api";
import { endText } from "./crashes";
import type { Instance, Instances } from "./instances";
import type { Job } from "./jobs";
import { type LogType, logTypes, OpenLog } from "./openLog";
import { say, sleep } from "./output";

/** Pauses between looks at a log: short while it is written, longer while it is silent. */
const [shortestMs, longestMs] = [200, 2_000];
const lookForInstancesMs = 1_000;
/** What Nomad keeps in a file unless the job says otherwise: MB. */
const defaultFileSize = 10;

export class Follower {
  private isAway = false;

  constructor(
    private readonly api: NomadApi,
    private readonly lines: number | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /** Everything that is there; where nothing runs, what the last ones wrote. @returns how many instances there were. */
  async once({ now, last }: Instances): Promise<number> {
    const running = await now();
    return this.print(running.length > 0 ? running : this.told(await last()));
  }

  private async print(all: readonly Instance[]): Promise<number> {
    for (const instance of all) {
      for (const type of logTypes) {
        const log = await this.open(instance, type);
        while (await log.more());
        await log.end();
      }
    }
    return all.length;
  }

  /** Says of each how it ended. */
  private told(ended: Instance[]): Instance[] {
    for (const { label, end } of ended.filter(({ isOver }) => isOver))
      say(`${label} ${end ? endText(end) : "has ended"}`);
    return ended;
  }

  /** Until the signal: also what begins later. @throws what Nomad refuses. */
  async follow({ now: look, last }: Instances): Promise<void> {
    if ((await this.patiently(look))?.length === 0) {
      const ended = (await this.patiently(last)) ?? [];
      await this.print(this.told(ended.filter(({ isOver }) => isOver)));
    }
    const followed = new Map<string, { over: boolean; done: Promise<void> }>();
    let failure: unknown;
    while (!this.signal.aborted && failure === undefined) {
      const now = await this.patiently(look);
      const running = new Set(now?.filter(({ isOver }) => !isOver).map(keyOf));
      for (const instance of now ?? []) {
        if (followed.has(keyOf(instance))) continue;
        const state = { over: false, done: Promise.resolve() };
        const logs = logTypes.map((type) => this.followOne(instance, type, () => state.over));
        state.done = Promise.all(logs).then(
          () => (state.over && instance.isOver === false ? say(`${instance.label} has ended`) : undefined),
          (error: unknown) => void (failure ??= error),
        );
        followed.set(keyOf(instance), state);
      }
      if (now) for (const [key, state] of followed) state.over ||= !running.has(key);
      await sleep(lookForInstancesMs, this.signal);
    }
    await Promise.all([...followed.values()].map(({ done }) => done));
    if (failure !== undefined) throw failure;
  }

  private async followOne(instance: Instance, type: LogType, isOver: () => boolean): Promise<void> {
    const log = await this.patiently(() => this.open(instance, type));
    let pauseMs = shortestMs;
    while (log && !this.signal.aborted) {
      // Asked before the look: what came until then is in it.
      const last = isOver();
      const before = log.bytes;
      const more = await this.patiently(() => log.more());
      if (more === true) continue;
      if (last && more === false) break;
      pauseMs = log.bytes > before ? shortestMs : Math.min(longestMs, pauseMs * 1.5);
      await sleep(isOver() ? shortestMs : pauseMs, this.signal);
    }
    await log?.end();
  }

  private async open(instance: Instance, type: LogType): Promise<OpenLog> {
    const log = new OpenLog(this.api, instance, type);
    if (this.lines !== undefined) await log.goToLast(this.lines, await this.fileBytes(instance));
    return log;
  }

  /** Of the job that the instance was started with: a companion's is not the application's, and an older version may differ. */
  private async fileBytes({ allocationId, task }: Instance): Promise<number> {
    const allocation = await this.api.find<{ Job: Job | null }>(`/v1/allocation/${allocationId}`);
    const tasks = allocation?.Job?.TaskGroups.flatMap(({ Tasks }) => Tasks ?? []) ?? [];
    const size = tasks.find(({ Name }) => Name === task)?.LogConfig?.MaxFileSizeMB ?? defaultFileSize;
    return size * 1024 * 1024;
  }

  /** While Nomad or a client of it is away, following waits for it. @returns undefined for a question that it did not answer. */
  private async patiently<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await question();
      if (this.isAway) say("Nomad answers again");
      this.isAway = false;
      return answer;
    } catch (error) {
      if (!(error instanceof NomadApiError) || (error.status ?? 500) < 500) throw error;
      if (!this.isAway && !this.signal.aborted) say(`${error.message}; asking again`);
      this.isAway = true;
      await sleep(longestMs, this.signal);
      return undefined;
    }
  }
}

const keyOf = ({ allocationId, task }: Instance): string => `${allocationId}/${task}`;
