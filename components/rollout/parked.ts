/** `count` 0: the application is parked. Nothing of it runs; its secrets and its data stay. */
import { printable } from "../messages/printable";
import type { NomadApi } from "../nomad/api";
import { type Allocation, hasEnded } from "../nomad/models";
import { lookEveryMs, pause } from "../nomad/pause";
import { jobPath } from "../nomad/registered";
import { stopLimit } from "./stopLimit";
import type { Tell } from "./story";

export interface ParkedOptions {
  jobName: string;
  tell: Tell;
  /** Shortest limit of the wait: a longer killTimeout of what runs counts, too. @default 300 */
  deadlineSeconds?: number;
}

/** What a preview says of a change after which nothing runs. */
export const parkedNotice =
  "count is 0: the application is parked. Nothing of it runs and nothing migrates; its secrets and its data stay. " +
  "A count of 1 or more brings it back through the migration gate.";

/**
 * Nomad answers before the instances have stopped: an `up` that parks an application waits for the last one.
 * @returns what is wrong; undefined when nothing runs any more.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function awaitParked(
  api: NomadApi,
  { jobName, tell, deadlineSeconds = 300 }: ParkedOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const begin = Date.now();
  let limit: number | undefined;
  let said = 0;
  for (;;) {
    const { body } = await api.get<Allocation[]>(`${jobPath(jobName)}/allocations`, { all: "true" });
    const left = body.filter((allocation) => !hasEnded(allocation));
    if (left.length === 0) {
      if (said > 0) tell(`parked: nothing of ${jobName} runs any more`);
      return undefined;
    }
    if (left.length !== said)
      tell(`count is 0: waiting for ${left.length} instance${left.length === 1 ? "" : "s"} to stop`);
    said = left.length;
    limit ??= await stopLimit(api, jobName, deadlineSeconds);
    const waited = Date.now() - begin;
    if (signal.aborted || waited > limit * 1000) {
      return (
        `${left.length} of the instances of ${jobName} still run ${Math.floor(waited / 1000)} s after count became 0 ` +
        `(allocation ${left[0].ID.slice(0, 8)} on ${printable(left[0].NodeName)}). ` +
        `\`nomad job status${api.placeOptions} ${jobName}\` shows why; then run \`pulumi up\` again.`
      );
    }
    await pause(lookEveryMs, signal);
  }
}
