/** What must be over before a new version of the job may be registered. */
import { fail } from "../messages/failure";
import { waysOn } from "./describe";
import { printable } from "../messages/printable";
import type { NomadApi } from "../nomad/api";
import { type Allocation, allocationGroup, type Deployment, hasEnded, isActive } from "../nomad/models";
import { lookEveryMs, pause } from "../nomad/pause";
import { jobPath } from "../nomad/registered";
import type { RolloutArgs } from "./rolloutArgs";
import { stopLimit } from "./stopLimit";
import type { Tell } from "./story";

export interface WaitOptions {
  jobName: string;
  tell: Tell;
  /** Longest wait, in seconds. */
  patienceSeconds: number;
}

/** Longer than Nomad's longest kill timeout by default and a shutdown delay. Clients may allow longer ones. */
const stopDeadlineSeconds = 300;

type Waiting = Pick<
  RolloutArgs,
  "jobName" | "patienceSeconds" | "strategy" | "processes" | "companionOf" | "companions"
> & { tell: Tell };

/**
 * Waits until the new version may be registered.
 * @param creates whether the Job is new to Pulumi, as it is when "recreate" has ended the one before.
 * @throws {Failure} when what must end does not. @throws {NomadApiError} when Nomad does not answer.
 */
export async function awaitTurn(
  api: NomadApi,
  args: Waiting,
  creates: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { strategy, processes = {}, companionOf, companions = [] } = args;
  await awaitOthers(api, args, signal);
  if (creates && strategy === "recreate") {
    await stopCompanions(api, { ...args, companions }, signal);
    await awaitStopped(api, args, signal);
  }
  if (companionOf === undefined) return;
  for (const process of Object.keys(processes)) {
    await awaitEarlier(api, { ...args, process, application: companionOf.jobName }, signal);
  }
}

/**
 * Waits for a rollout that another user or tool began: two at a time would migrate one database for two versions.
 * @throws {Failure} when it is paused, or not over in time or at the signal.
 */
export async function awaitOthers(api: NomadApi, options: WaitOptions, signal: AbortSignal): Promise<void> {
  const { jobName, tell, patienceSeconds } = options;
  const begin = Date.now();
  let told = false;
  for (;;) {
    const { body: latest } = await api.get<Deployment | null>(`${jobPath(jobName)}/deployment`);
    if (!latest || !isActive(latest)) return;
    const id = latest.ID.slice(0, 8);
    const other = `version ${latest.JobVersion} of ${jobName} is already being rolled out (deployment ${id})`;
    const waited = Date.now() - begin;
    if (latest.Status === "paused" || signal.aborted || waited > patienceSeconds * 1000) {
      const why =
        latest.Status === "paused" ? "and is paused" : `and not done after ${Math.floor(waited / 1000)} s`;
      fail(`${other} ${why}. Nothing was changed. ${waysOn(api, latest)}; then run \`pulumi up\` again.`);
    }
    if (!told) {
      const wayOut = `waiting for it to end; \`nomad deployment fail${api.placeOptions} ${id}\` ends it`;
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

export interface StoppedOptions extends Pick<WaitOptions, "jobName" | "tell"> {
  /** Which allocations count. @default all */
  which?: (allocation: Allocation) => boolean;
  /** Who waits, as the line begins. @default "recreate" */
  who?: string;
  /** What does not happen while they run. @default "the new version was not started" */
  held?: string;
  /** What the new version would do beside the instances that still run. @default "migrate while they run" */
  harm?: string;
  /** Shortest limit of the wait: a longer killTimeout of what runs counts, too. @default 300 */
  deadlineSeconds?: number;
}

/**
 * Waits until nothing of the job runs any more: Nomad starts new allocations while old ones are still stopping.
 * @throws {Failure} when something still runs after that time, or at the signal.
 */
export async function awaitStopped(
  api: NomadApi,
  {
    jobName,
    tell,
    which = () => true,
    who = "recreate",
    held = "the new version was not started",
    harm = "migrate while they run",
    deadlineSeconds = stopDeadlineSeconds,
  }: StoppedOptions,
  signal: AbortSignal,
): Promise<void> {
  const begin = Date.now();
  let limit: number | undefined;
  let said = 0;
  for (;;) {
    const { body } = await api.get<Allocation[]>(`${jobPath(jobName)}/allocations`, { all: "true" });
    const left = body.filter((allocation) => !hasEnded(allocation) && which(allocation));
    if (left.length === 0) {
      if (said > 0) tell("all old instances have stopped");
      return;
    }
    if (left.length !== said)
      tell(`${who}: waiting for ${left.length} old instance${left.length === 1 ? "" : "s"} to stop`);
    said = left.length;
    limit ??= await stopLimit(api, jobName, deadlineSeconds);
    const waited = Date.now() - begin;
    if (signal.aborted || waited > limit * 1000) {
      fail(
        `${left.length} instances of ${jobName} still run ${Math.floor(waited / 1000)} s after they were told to stop ` +
          `(allocation ${left[0].ID.slice(0, 8)} on ${printable(left[0].NodeName)}), so ${held}: ` +
          `it would ${harm}. Stop them on their node, then run \`pulumi up\` again.`,
      );
    }
    await pause(lookEveryMs, signal);
  }
}

/**
 * Waits until no earlier instance of a singleton is stopping any more. Nomad lets a new allocation wait for the one that it
 * replaces, but not for one that was stopped without a replacement, nor for one of another job.
 * @param application the job whose group of this name the singleton may have been before.
 */
export async function awaitEarlier(
  api: NomadApi,
  {
    jobName,
    application,
    process,
    tell,
    patienceSeconds,
  }: WaitOptions & { application: string; process: string },
  signal: AbortSignal,
): Promise<void> {
  const common = { tell, who: process, harm: "run twice", deadlineSeconds: patienceSeconds };
  const which = ({ DesiredStatus }: Allocation): boolean => DesiredStatus !== "run";
  await awaitStopped(api, { ...common, jobName, which }, signal);
  const isGroups = (allocation: Allocation): boolean => allocationGroup(allocation) === process;
  await awaitStopped(api, { ...common, jobName: application, which: isGroups }, signal);
}

/**
 * Stops jobs beside the application's: with "recreate" nothing of the old version runs while the new one migrates. They are
 * registered again once that serves.
 */
export async function stopCompanions(
  api: NomadApi,
  { companions, tell }: Pick<WaitOptions, "tell"> & { companions: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  for (const jobName of companions) {
    const job = await api.find<{ Stop: boolean }>(jobPath(jobName));
    if (!job) continue;
    const runs = await runsOf(api, jobName);
    for (const id of [...(job.Stop ? [] : [jobName]), ...runs]) {
      tell(`recreate: stopping ${id}`);
      await api.delete(jobPath(id));
    }
    for (const id of [jobName, ...runs]) await awaitStopped(api, { jobName: id, tell }, signal);
  }
}

/** Runs of a periodic job that have not ended. Listing jobs would take one more right. */
async function runsOf(api: NomadApi, jobName: string): Promise<string[]> {
  const filter = `JobID contains "${jobName}/"`;
  const { body } = await api.get<(Allocation & { JobID: string })[]>("/v1/allocations", { filter });
  const running = body.filter((one) => one.JobID.startsWith(`${jobName}/`) && !hasEnded(one));
  return [...new Set(running.map(({ JobID }) => JobID))];
}
