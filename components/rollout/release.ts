/**
 * The number of a release: it only grows, and changes together with what replaces every allocation anyway. It is a part
 * of the migrate task, so a change of the number alone would replace them, too.
 */
import { releaseVariable } from "../gate";
import { groupName } from "../jobspec";
import type { NomadApi } from "../nomad/api";
import { type Allocation, hasEnded, type RegisteredJob } from "../nomad/models";
import { changesCountAlone, changesJob, type Plan } from "./plan";
import { jobPath, type Registered } from "../nomad/registered";

/** The number in a registered job; undefined where another program, or an older one, registered it. */
export function releaseOf({ TaskGroups }: Pick<RegisteredJob, "TaskGroups">): number | undefined {
  const numbers = TaskGroups.flatMap(({ Tasks }) => Tasks ?? [])
    .map(({ Env }) => Number(Env?.[releaseVariable]))
    .filter((number) => Number.isSafeInteger(number) && number > 0);
  return numbers.length > 0 ? Math.max(...numbers) : undefined;
}

/** Whether the registered version is one whose rollout failed: it is tried again, also when nothing was changed. */
export function hasFailed({ job, latest }: Registered): boolean {
  return latest?.JobVersion === job.Version && ["failed", "cancelled"].includes(latest.Status);
}

/**
 * Whether the registered version never came to serve, and Nomad has forgotten its deployment, as after an hour: the
 * database may still have it as failed.
 *
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function hasFailedLongAgo(
  api: NomadApi,
  jobName: string,
  { job, latest }: Registered,
): Promise<boolean> {
  const wanted = job.TaskGroups.reduce((sum, { Count }) => sum + Count, 0);
  if (job.Stable !== false || job.Stop || wanted === 0 || latest?.JobVersion === job.Version) return false;
  const { body } = await api.get<Allocation[]>(`${jobPath(jobName)}/allocations`);
  return !body.some((allocation) => allocation.JobVersion === job.Version && !hasEnded(allocation));
}

/**
 * Whether the change that Nomad plans is a release. Scaling and what Nomad updates in place are none; nor is what a
 * rollout that still runs has left to replace. A change is one, too, where no allocation is left that could be replaced,
 * as in a job that was stopped: what starts the next ones has to migrate.
 *
 * Only the web server's group counts, whose index 0 migrates: what replaces a process alone keeps the number, and with it
 * every other group as it is.
 */
export function isRelease(plan: Plan): boolean {
  if (!changesJob(plan) || changesCountAlone(plan)) return false;
  const updates = plan.Annotations?.DesiredTGUpdates ?? {};
  const groups = updates[groupName] ? [updates[groupName]] : Object.values(updates);
  const replaces = groups.some(({ Canary, DestructiveUpdate }) => Canary + DestructiveUpdate > 0);
  const leaves = groups.some(({ Ignore, InPlaceUpdate, Migrate }) => Ignore + InPlaceUpdate + Migrate > 0);
  return replaces || !leaves;
}

/**
 * A number higher than that of every version that Nomad remembers: the time in seconds by Nomad's clock, so that it
 * also grows past the versions that Nomad has forgotten. The one that failed last may not be the one registered.
 *
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function nextRelease(api: NomadApi, jobName: string): Promise<number> {
  const known = await api.find<{ Versions: RegisteredJob[] | null }>(`${jobPath(jobName)}/versions`);
  const numbers = (known?.Versions ?? []).map((version) => releaseOf(version) ?? 0);
  return Math.max(Math.floor(api.now() / 1000), ...numbers.map((number) => number + 1));
}

/** The number in a jobspec's text, as {@link releaseOf} reads it of a job. */
export function releaseIn(jobspec: string): number | undefined {
  return releaseOf((JSON.parse(jobspec) as { Job: Parameters<typeof releaseOf>[0] }).Job);
}
