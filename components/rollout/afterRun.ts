/** Asks Nomad for one run of afterRollout's commands per release, follows it and reports on it. */
import { AFTER_LINE_PREFIX } from "../gate";
import { afterRolloutName, companionJobName } from "../jobspec";
import { printable } from "../messages/printable";
import { type NomadApi, NomadApiError } from "../nomad/api";
import { LogReader } from "../nomad/logReader";
import { type Allocation, type Evaluation, hasEnded } from "../nomad/models";
import { lookEveryMs, pause } from "../nomad/pause";
import { jobPath } from "../nomad/registered";
import { awaitStopped } from "./awaitTurn";
import type { Mask } from "./mask";
import { placementLines } from "./report";
import type { Tell } from "./story";
import { logTail } from "./taskLog";

export interface AfterRunOptions {
  /** The application's job. */
  jobName: string;
  release: number;
  /** Masks what it is given. */
  tell: Tell;
  mask: Mask;
  /** Longest wait for a run, which begins when the last old instance is gone. */
  patienceSeconds: number;
  /** How long a run may find no room. @default 60 */
  roomSeconds?: number;
  /** How long an old instance may take to stop: a longer killTimeout counts, too. @default 900 */
  stopSeconds?: number;
}

/** What the program says last when there is nothing more to do for a release. */
const ends = /^afterRollout: (done|already done|nothing to do)\b/;

/**
 * Makes sure that the commands of a release have run. Nomad remembers a run for some hours, and the database for ever: a run
 * that is asked for again ends at once.
 * @returns what is wrong; undefined when they have run.
 * @throws {NomadApiError} when Nomad does not answer. @throws {Failure} when an old instance does not stop.
 */
export async function runAfterRollout(api: NomadApi, options: AfterRunOptions): Promise<string | undefined> {
  const old = {
    which: ({ DesiredStatus }: Allocation) => DesiredStatus !== "run",
    who: "afterRollout",
    held: "afterRollout was not run, though the new version serves",
    harm: "work while they run",
    deadlineSeconds: options.stopSeconds ?? 900,
  };
  // Not within the time of the run: it has to begin after them, however long they take.
  await awaitStopped(api, { ...options, ...old }, new AbortController().signal);
  const signal = AbortSignal.timeout(options.patienceSeconds * 1000);
  for (let attempt = 1; ; attempt++) {
    const run = await dispatched(api, options, attempt);
    const before = run.isNew ? undefined : await lastAllocation(api, run.id);
    const isOld = before !== undefined && hasEnded(before);
    if (isOld && hasPassed(before)) return undefined;
    if (isOld) continue; // It failed in an earlier `up`.
    const { allocation, said, room } = await follow(api, run.id, options, signal);
    if (allocation === undefined || !hasEnded(allocation)) return unended(api, run.id, options, room);
    if (hasPassed(allocation) && (said === undefined || ends.test(said))) return undefined;
    return report(api, allocation, options, said);
  }
}

/** To a token that it knows, Nomad answers with the run that it began for the first request. */
async function dispatched(
  api: NomadApi,
  { jobName, release }: AfterRunOptions,
  attempt: number,
): Promise<{ id: string; isNew: boolean }> {
  const { DispatchedJobID, EvalID } = await api.post<{ DispatchedJobID: string; EvalID?: string }>(
    `${jobPath(companionJobName(jobName, afterRolloutName))}/dispatch`,
    {},
    { idempotency_token: `release-${release}-${attempt}` },
  );
  return { id: DispatchedJobID, isNew: Boolean(EvalID) };
}

async function lastAllocation(api: NomadApi, run: string): Promise<Allocation | undefined> {
  const { body } = await api.get<Allocation[]>(`${jobPath(run)}/allocations`);
  return body.sort((a, b) => b.CreateIndex - a.CreateIndex)[0];
}

interface Followed {
  allocation?: Allocation;
  /** The program's last line; undefined where the log could not be read to its end. */
  said?: string;
  /** Why it found no room. */
  room?: string[];
}

async function follow(
  api: NomadApi,
  run: string,
  { tell, roomSeconds = 60 }: AfterRunOptions,
  signal: AbortSignal,
): Promise<Followed> {
  const end = Date.now() + roomSeconds * 1000;
  const log: { reader?: LogReader; last: string } = { last: "" };
  const listen = async (allocation: Allocation): Promise<boolean> => {
    log.reader ??= new LogReader(api, allocation.ID, afterRolloutName);
    try {
      for (let more = true; more;) {
        const piece = await log.reader.read();
        for (const line of piece.lines.filter((one) => one.startsWith(AFTER_LINE_PREFIX))) {
          log.last = line;
          tell(printable(line));
        }
        more = piece.more;
      }
      return true;
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      return false; // Not there yet, or not to be read.
    }
  };
  for (;;) {
    const allocation = await lastAllocation(api, run);
    const isRead = allocation !== undefined && (await listen(allocation));
    if (allocation && hasEnded(allocation)) return { allocation, said: isRead ? log.last : undefined };
    if (signal.aborted) return { allocation };
    if (!allocation && Date.now() > end) return { room: await whyNoRoom(api, run) };
    await pause(lookEveryMs, signal);
  }
}

async function whyNoRoom(api: NomadApi, run: string): Promise<string[]> {
  const { body } = await api.get<Evaluation[]>(`${jobPath(run)}/evaluations`);
  return placementLines(body);
}

function exitCode({ TaskStates }: Allocation): number | undefined {
  const ended = (TaskStates?.[afterRolloutName]?.Events ?? []).filter(({ Type }) => Type === "Terminated");
  const code = ended.at(-1)?.Details?.exit_code;
  return code === undefined ? undefined : Number(code);
}

function hasPassed(allocation: Allocation): boolean {
  return allocation.ClientStatus === "complete" && exitCode(allocation) === 0;
}

const servesOn = "The new version still serves; nothing was reverted.";

function unended(api: NomadApi, run: string, { jobName }: AfterRunOptions, room?: string[]): string {
  const status = `\`nomad job status${api.placeOptions} ${run}\` shows more`;
  const [what, then] = room
    ? ["found no room in the cluster", room.map((line) => `  ${line}`)]
    : ["is still running", []];
  return [
    `afterRollout of ${jobName} ${what}.`,
    ...then,
    servesOn,
    `Next: run \`pulumi up\` again, which waits for it; ${status}.`,
  ].join("\n");
}

/** The program's own last line says which command failed, and why. */
async function report(
  api: NomadApi,
  allocation: Allocation,
  { jobName, mask }: AfterRunOptions,
  said: string | undefined,
): Promise<string> {
  const id = allocation.ID.slice(0, 8);
  const { lines, stream } = await logTail(api, allocation, afterRolloutName, mask);
  const last = lines.at(-1) ?? "";
  const code = exitCode(allocation);
  const ended = code === undefined ? "did not end by itself" : `ended with exit code ${code}`;
  const reason =
    code !== 0 && last.startsWith(AFTER_LINE_PREFIX)
      ? last.slice(AFTER_LINE_PREFIX.length)
      : `its task ${ended}${code === 0 ? ` before its commands were done (last: ${said || "nothing"})` : ""}.`;
  const events = (allocation.TaskStates?.[afterRolloutName]?.Events ?? []).map(
    ({ DisplayMessage }) => DisplayMessage,
  );
  const shown = lines.length > 0 ? lines : events.slice(-4).map((event) => printable(event));
  const command = `nomad alloc logs${api.placeOptions}${stream === "stderr" ? " -stderr" : ""} ${id}`;
  return mask(
    [
      `afterRollout of ${jobName} failed: ${reason}`,
      `  allocation ${id} on ${printable(allocation.NodeName)}: task ${afterRolloutName} ${ended}`,
      ...shown.map((line) => `      ${line}`),
      servesOn,
      `Next: fix the cause and run \`pulumi up\` again, which runs afterRollout again; \`${command}\` shows more.`,
    ].join("\n"),
  );
}
