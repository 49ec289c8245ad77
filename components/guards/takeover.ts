/** What keeps a takeover from losing requests: the running instances must leave the service catalog a while before they stop. */
import type { NomadApi } from "../nomad/api";
import { jobPath } from "../nomad/registered";

/** As for our own servers: meanwhile, callers forget the address. */
const shutdownDelay = 5e9;
const waitMs = 90_000;

interface TaskGroup {
  ShutdownDelay: number | null;
  Services: object[] | null;
}

/** A registered job with all its fields, to be registered again as it is. */
export interface WholeJob {
  Version: number;
  JobModifyIndex: number;
  Stop: boolean;
  TaskGroups: TaskGroup[] | null;
}

/** The job with a delay on each group that has a service and none; undefined when nothing is to be changed. */
export function withShutdownDelay<T extends WholeJob>(job: T): T | undefined {
  const groups = job.TaskGroups ?? [];
  const lacks = ({ Services, ShutdownDelay }: TaskGroup): boolean =>
    Boolean(Services?.length) && !ShutdownDelay;
  if (job.Stop || !groups.some(lacks)) return undefined;
  return {
    ...job,
    TaskGroups: groups.map((group) => (lacks(group) ? { ...group, ShutdownDelay: shutdownDelay } : group)),
  };
}

/**
 * Gives the running instances of another tool's job a shutdown delay. Nomad changes it in place: no instance is
 * restarted. Without it the first ones to be replaced would still be called for a moment after they stopped.
 *
 * @throws NomadApiError when Nomad refuses, for example because somebody registered the job meanwhile.
 */
export async function delayShutdown(api: NomadApi, jobName: string): Promise<boolean> {
  const path = jobPath(jobName);
  const { body: job } = await api.get<WholeJob>(path);
  const delayed = withShutdownDelay(job);
  if (!delayed) return false;
  await api.put("/v1/jobs", { Job: delayed, EnforceIndex: true, JobModifyIndex: job.JobModifyIndex });
  const deadline = Date.now() + waitMs;
  while (!(await isDone(api, path, job.Version)) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return true;
}

/** True once the deployment of a later version than `before` has ended, well or not. */
async function isDone(api: NomadApi, path: string, before: number): Promise<boolean> {
  const { body } = await api.get<{ JobVersion: number; Status: string } | null>(`${path}/deployment`);
  return body !== null && body.JobVersion > before && body.Status !== "running";
}
