/** What must be over before a new version of the job may be registered. */
import { fail } from "../messages/failure";
import { waysOn } from "./describe";
import { printable } from "../messages/printable";
import type { NomadApi } from "../nomad/api";
import { type Allocation, type Deployment, hasEnded, isActive } from "../nomad/models";
import { pause } from "../nomad/pause";
import { jobPath } from "../nomad/registered";
import type { Tell } from "./story";

export interface GuardOptions {
  jobName: string;
  tell: Tell;
  /** Longest wait, in seconds. */
  patienceSeconds: number;
}

const lookEveryMs = 500;
/** Longer than Nomad's longest kill timeout by default and a shutdown delay. */
const stopDeadlineSeconds = 300;

/**
 * Waits for a rollout that another user or tool began: two at a time would migrate one database for two versions.
 * @throws {Failure} when it is paused, or not over in time.
 */
export async function awaitOthers(api: NomadApi, options: GuardOptions, signal: AbortSignal): Promise<void> {
  const { jobName, tell, patienceSeconds } = options;
  const end = Date.now() + patienceSeconds * 1000;
  let told = false;
  while (!signal.aborted) {
    const { body: latest } = await api.get<Deployment | null>(`${jobPath(jobName)}/deployment`);
    if (!latest || !isActive(latest)) return;
    const id = latest.ID.slice(0, 8);
    const other = `version ${latest.JobVersion} of ${jobName} is already being rolled out (deployment ${id})`;
    if (latest.Status === "paused" || Date.now() > end) {
      const why = latest.Status === "paused" ? "and is paused" : `and not done after ${patienceSeconds} s`;
      fail(`${other} ${why}. Nothing was changed. ${waysOn(api, latest)}; then run \`pulumi up\` again.`);
    }
    if (!told) {
      const wayOut = `waiting for it to end; \`nomad deployment fail${api.placeOptions} ${id}\` gives it up`;
      const reverts = await isRevert(api, jobName, latest);
      tell(reverts ? `Nomad is still returning to the last good version: ${wayOut}` : `${other}: ${wayOut}`);
    }
    told = true;
    await pause(lookEveryMs, signal);
  }
}

/** Whether Nomad itself began the rollout because the one before it failed. */
async function isRevert(api: NomadApi, jobName: string, { JobVersion }: Deployment): Promise<boolean> {
  const { body } = await api.get<Deployment[]>(`${jobPath(jobName)}/deployments`);
  return body.some(
    (one) =>
      one.JobVersion === JobVersion - 1 &&
      one.Status === "failed" &&
      one.StatusDescription.includes("rolling back"),
  );
}

/**
 * Waits until nothing of the job runs any more: Nomad starts new allocations while old ones are still stopping.
 * @throws {Failure} when something still runs after five minutes.
 */
export async function awaitStopped(
  api: NomadApi,
  { jobName, tell }: Pick<GuardOptions, "jobName" | "tell">,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + stopDeadlineSeconds * 1000;
  let said = 0;
  while (!signal.aborted) {
    const { body } = await api.get<Allocation[]>(`${jobPath(jobName)}/allocations`, { all: "true" });
    const left = body.filter((allocation) => !hasEnded(allocation));
    if (left.length === 0) {
      if (said > 0) tell("all old instances have stopped");
      return;
    }
    if (left.length !== said)
      tell(`recreate: waiting for ${left.length} old instance${left.length === 1 ? "" : "s"} to stop`);
    said = left.length;
    if (Date.now() > end) {
      fail(
        `${left.length} instances of ${jobName} still run ${stopDeadlineSeconds} s after they were told to stop ` +
          `(allocation ${left[0].ID.slice(0, 8)} on ${printable(left[0].NodeName)}), so the new version was not started: ` +
          "it would migrate while they run. Stop them on their node, then run `pulumi up` again.",
      );
    }
    await pause(lookEveryMs, signal);
  }
}
