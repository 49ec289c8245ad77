/** What Nomad has registered before this `up` changes anything, and the marks that its past asks for. */
import type { NomadApi } from "./api";
import type { Deployment, RegisteredJob } from "./models";

const changedOutside = "Registered again by Pulumi: it had been changed outside, in version";

/** What goes into the jobspec besides the program's own arguments. Both stay once they are there. */
export interface JobMarks {
  /** Number of the release: a change of it replaces every allocation. */
  release?: number;
  /** Text on Nomad's page of the job: a change of it restarts nothing. */
  description?: string;
  /** Of a job without a release of its own: a change of it replaces its allocation. */
  attempt?: string;
}

export interface Registered {
  job: RegisteredJob;
  /** The newest deployment; null when the job has none, or when Nomad has forgotten it. */
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

/** The description that {@link markOfOutsideChange} made; undefined for every other one. */
export function keptDescription(registered: Registered | undefined): string | undefined {
  const description = registered?.job.UI?.Description;
  return description?.startsWith(changedOutside) ? description : undefined;
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
