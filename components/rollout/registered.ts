/** What Nomad has registered before this `up` changes anything, and the marks that its past asks for. */
import type { NomadApi } from "./nomadApi";
import type { Deployment, RegisteredJob } from "./nomadModels";

/** Group meta key of a job that was registered again because its rollout had failed. */
export const retryMetaKey = "retry_of_deployment";

const changedOutside = "Registered again by Pulumi: it had been changed outside, in version";

/** What goes into the jobspec besides the program's own arguments. Both stay once they are there. */
export interface JobMarks {
  /** Value of {@link retryMetaKey}: a change of it restarts every allocation. */
  retryOf?: string;
  /** Text on Nomad's page of the job: a change of it restarts nothing. */
  description?: string;
}

export interface Registered {
  job: RegisteredJob;
  /** The newest deployment; null when there is none, or none any more. */
  latest: Deployment | null;
}

export function jobPath(jobName: string): string {
  return `/v1/job/${encodeURIComponent(jobName)}`;
}

/** @returns undefined when there is no such job. @throws {NomadApiError} when Nomad does not answer. */
export async function askRegistered(api: NomadApi, jobName: string): Promise<Registered | undefined> {
  const path = jobPath(jobName);
  const [job, latest] = await Promise.all([
    api.find<RegisteredJob>(path),
    api.find<Deployment | null>(`${path}/deployment`),
  ]);
  return job === undefined || latest === undefined ? undefined : { job, latest };
}

/**
 * A rollout that failed and was not reverted leaves a job that runs and looks unchanged: the first
 * deployment has nothing to go back to. Pulumi would call it up to date; the mark makes the next `up`
 * register the job again.
 */
export function marksOf(registered: Registered | undefined): JobMarks {
  if (!registered) return {};
  const { job, latest } = registered;
  const description = job.UI?.Description?.startsWith(changedOutside) ? job.UI.Description : undefined;
  const failed = latest?.Status === "failed" || latest?.Status === "cancelled";
  const retryOf =
    latest && failed && latest.JobVersion === job.Version
      ? latest.ID.slice(0, 8)
      : job.TaskGroups[0]?.Meta?.[retryMetaKey];
  return { retryOf, description };
}

/** The mark of a job that was changed in a way that a refresh does not see: by `nomad job scale`, for one. */
export function markOfOutsideChange({ job }: Registered): string {
  return `${changedOutside} ${job.Version}`;
}

/** The text that the registered version came from; undefined when Nomad does not keep it. */
export async function submittedText(
  api: NomadApi,
  jobName: string,
  version: number,
): Promise<string | undefined> {
  return (await api.find<{ Source: string }>(`${jobPath(jobName)}/submission`, { version }))?.Source;
}
