import { type NomadApi, NomadApiError } from "./nomadApi";
import type { Deployment } from "./nomadModels";

/** Group meta key of a job that was registered again because its rollout had failed. */
export const retryMetaKey = "retry_of_deployment";

interface RegisteredJob {
  Version: number;
  TaskGroups: { Meta: Record<string, string> | null }[];
}

/**
 * A rollout that failed and was not reverted leaves a job that runs and looks unchanged: the first
 * deployment has nothing to go back to. Pulumi would call it up to date.
 *
 * @returns a mark for the jobspec that makes the next `up` register the job again. It stays once it is
 * there, so that a rollout that went well shows no change; undefined when nothing ever failed.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function retryMark(api: NomadApi, jobName: string): Promise<string | undefined> {
  const path = `/v1/job/${encodeURIComponent(jobName)}`;
  try {
    const { body: job } = await api.get<RegisteredJob>(path);
    const { body: latest } = await api.get<Deployment | null>(`${path}/deployment`);
    const failed = latest?.Status === "failed" || latest?.Status === "cancelled";
    if (latest && failed && latest.JobVersion === job.Version) return latest.ID.slice(0, 8);
    return job.TaskGroups[0]?.Meta?.[retryMetaKey];
  } catch (error) {
    if (error instanceof NomadApiError && error.status === 404) return undefined;
    throw error;
  }
}
