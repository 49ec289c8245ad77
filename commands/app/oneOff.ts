/** One dispatch of the job of one-off commands: from its start to its end, with nothing left behind. */
import { roleMeta } from "../../components/gate";
import { manageName } from "../../components/jobspec";
import { type NomadApi, NomadApiError } from "../../components/nomad/api";
import { LogPlace } from "../../components/nomad/logPlace";
import {
  type Allocation,
  type Evaluation,
  exitCodeOf,
  hasEnded,
  type TaskState,
} from "../../components/nomad/models";
import { jobPath } from "../../components/nomad/registered";
import { describePlacementFailure } from "../../components/rollout/describe";
import { UserError } from "../base/step";
import { type LogType, logTypes } from "./openLog";
import { say, sleep, write } from "./output";
import { WithoutBreaks } from "./withoutBreaks";

/** Of Nomad's: what a dispatch may carry. */
const longestPayload = 16 * 1024;
const lookMs = 250;
/** How long the cluster may not answer before the command is given up. */
const awayMs = 60_000;
/** After this time a line says what the command waits for. */
const quietMs = 5_000;

export interface Dispatched {
  DispatchedJobID: string;
  EvalID: string;
}

/** @throws {UserError} when the words don't fit. */
export async function dispatch(
  api: NomadApi,
  manageJob: string,
  words: readonly string[],
  role: string,
): Promise<Dispatched> {
  const payload = Buffer.from(JSON.stringify(words));
  if (payload.length > longestPayload) {
    throw new UserError(
      `The command line has ${payload.length} bytes, and Nomad passes on at most ${longestPayload}: put long values into a file of the image, or into the database`,
    );
  }
  return api.post<Dispatched>(`${jobPath(manageJob)}/dispatch`, {
    Payload: payload.toString("base64"),
    Meta: role === "app" ? {} : { [roleMeta]: role },
  });
}

export class OneOff {
  private allocation: Allocation | undefined;
  private readonly outputs: Output[] = [];
  private lastAnswer = Date.now();
  /** Since when its node is lost, and nothing in its place. */
  private lostSince: number | undefined;

  constructor(
    private readonly api: NomadApi,
    private readonly dispatched: Dispatched,
    private readonly signal: AbortSignal,
  ) {}

  /** Prints what the command prints. @returns its exit code. @throws {UserError} when it could not run. */
  async run(): Promise<number> {
    let told = Date.now() - lookMs;
    const begun = Date.now();
    let waitedFor = "";
    for (;;) {
      this.signal.throwIfAborted();
      const state = await this.look();
      const isLost = this.isLost();
      const isOver =
        !isLost && this.allocation !== undefined && (hasEnded(this.allocation) || state?.State === "dead");
      const busy = state?.StartedAt && !isLost ? await this.print(isOver) : false;
      if (isOver) return this.result(state);
      if (!state?.StartedAt && Date.now() - begun > quietMs && Date.now() - told > quietMs) {
        told = Date.now();
        const reason = await this.hindrance(state);
        if (reason !== waitedFor) say(`waiting for the command to start${reason && `: ${reason}`}`);
        waitedFor = reason;
      }
      if (!busy) await sleep(lookMs, this.signal);
    }
  }

  /** Passes a signal on to the command. @returns whether there is one that runs. */
  async pass(name: NodeJS.Signals): Promise<boolean> {
    if (this.allocation === undefined) return false;
    try {
      await this.api.put(`/v1/client/allocation/${this.allocation.ID}/signal`, {
        Signal: name,
        Task: manageName,
      });
      return true;
    } catch (error) {
      if (error instanceof NomadApiError) return false;
      throw error;
    }
  }

  private async look(): Promise<TaskState | undefined> {
    const all = await this.patiently(async () => {
      const path = `${jobPath(this.dispatched.DispatchedJobID)}/allocations`;
      return (await this.api.get<Allocation[]>(path)).body;
    });
    const before = this.allocation;
    this.allocation = all?.sort((a, b) => b.CreateIndex - a.CreateIndex).at(0) ?? before;
    if (before !== undefined && this.allocation?.ID !== before.ID) await this.beginAgain(before);
    return this.allocation?.TaskStates?.[manageName];
  }

  /** Nomad replaces an allocation whose node is lost or drained, whatever the job says about failures. */
  private async beginAgain({ NodeName }: Allocation): Promise<void> {
    for (const output of this.outputs.splice(0)) await output.end();
    say(
      `the command had to leave node ${NodeName}, which was lost or drained: Nomad starts it again from its beginning, and ` +
        "what follows is the output of the new run",
    );
  }

  /** @throws {UserError} when nothing has come in its place: Nomad places it together with the loss, or has no node for it. */
  private isLost(): boolean {
    if (this.allocation?.ClientStatus !== "lost") {
      this.lostSince = undefined;
      return false;
    }
    this.lostSince ??= Date.now();
    if (Date.now() - this.lostSince > quietMs) {
      throw new UserError(
        `Node ${this.allocation.NodeName}, on which the command ran, was lost, and Nomad has not started it on another one. It may ` +
          "have done part of its work: look at that before you run it again",
      );
    }
    return true;
  }

  /** @returns whether there was something. */
  private async print(isOver: boolean): Promise<boolean> {
    const { allocation } = this;
    if (!allocation) return false;
    if (this.outputs.length === 0) {
      this.outputs.push(...logTypes.map((type) => new Output(this.api, allocation.ID, type)));
    }
    let busy = false;
    for (;;) {
      const news = await this.patiently(() => Promise.all(this.outputs.map((output) => output.more())));
      busy ||= news?.some(({ bytes }) => bytes > 0) ?? false;
      const isDone = news?.every(({ more }) => !more) ?? false;
      // Of a command that has ended, all of it.
      if (isDone || !(isOver || news)) break;
    }
    if (isOver) for (const output of this.outputs) await output.end();
    return busy;
  }

  private result(state: TaskState | undefined): number {
    const events = [...(state?.Events ?? [])].reverse();
    const ended = events.find(({ Type }) => Type === "Terminated");
    if (!ended) {
      const hindrance = events.find(({ Details }) => Details?.driver_error) ?? events.at(1) ?? events.at(0);
      const reason = hindrance?.Details?.driver_error ?? hindrance?.DisplayMessage ?? "its client was lost";
      throw new UserError(`The command could not run: ${reason}`);
    }
    if (ended.Details?.oom_killed === "true") {
      say(
        "it used more memory than manage.resources.memory allows, and the kernel killed it or a process of it",
      );
    }
    const code = exitCodeOf(ended);
    if (!this.outputs.some(({ isIncomplete }) => isIncomplete)) return code;
    say(
      "its output above is not complete: it was written faster than it could be read, and Nomad discarded parts of it",
    );
    return code === 0 ? 1 : code;
  }

  /** Why it does not start. */
  private async hindrance(state: TaskState | undefined): Promise<string> {
    if (state) return state.Events?.at(-1)?.DisplayMessage ?? "";
    const evaluation = await this.patiently(() =>
      this.api.find<Evaluation>(`/v1/evaluation/${this.dispatched.EvalID}`),
    );
    const failures = Object.values(evaluation?.FailedTGAllocs ?? {});
    return failures.length > 0 ? describePlacementFailure(failures[0]) : "";
  }

  /** A server that elects a leader, or a client that starts again, is asked again. */
  private async patiently<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await question();
      this.lastAnswer = Date.now();
      return answer;
    } catch (error) {
      const passes = error instanceof NomadApiError && (error.status ?? 500) >= 500;
      if (!passes || this.signal.aborted || Date.now() - this.lastAnswer > awayMs) throw error;
      await sleep(lookMs * 4, this.signal);
      return undefined;
    }
  }
}

/** One of the command's two outputs, and how much of it was printed. */
class Output {
  isIncomplete = false;
  private readonly place: LogPlace;
  private readonly decoder = new WithoutBreaks();

  constructor(
    api: NomadApi,
    allocationId: string,
    private readonly type: LogType,
  ) {
    this.place = new LogPlace(api, { allocationId, task: manageName, type });
  }

  async more(): Promise<{ bytes: number; more: boolean }> {
    let fresh: Buffer = Buffer.alloc(0);
    const { lost, more } = await this.place.read((data) => {
      fresh = data;
      return data.length;
    });
    this.isIncomplete ||= lost;
    await write(process[this.type], this.decoder.push(fresh));
    return { bytes: fresh.length, more };
  }

  async end(): Promise<void> {
    await write(process[this.type], this.decoder.end());
  }
}
