/** How long instances may take to stop, by what they run with: what the program describes now may be shorter. */
import type { NomadApi } from "../nomad/api";
import { jobPath } from "../nomad/registered";

interface Stopping {
  /** Nanoseconds, as all of them. */
  ShutdownDelay?: number | null;
  Tasks: { KillTimeout?: number; ShutdownDelay?: number }[] | null;
}

/** For Docker's own work, and until Nomad's servers know of it. */
const marginSeconds = 60;

/**
 * In seconds. Asks for every version that Nomad remembers: an instance keeps the killTimeout that it started with.
 * @param least what it is at least.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function stopLimit(api: NomadApi, jobName: string, least: number): Promise<number> {
  const known = await api.find<{ Versions: { TaskGroups: Stopping[] | null }[] | null }>(
    `${jobPath(jobName)}/versions`,
  );
  const groups = (known?.Versions ?? []).flatMap(({ TaskGroups }) => TaskGroups ?? []);
  return Math.max(least, ...groups.map((group) => stopSeconds(group) + marginSeconds));
}

/** Nomad stops leaders, other tasks and sidecars one after another. */
function stopSeconds({ ShutdownDelay, Tasks }: Stopping): number {
  const ofTasks = (Tasks ?? []).map((task) => (task.KillTimeout ?? 0) + (task.ShutdownDelay ?? 0));
  const all = ofTasks.reduce((sum, one) => sum + one, ShutdownDelay ?? 0);
  return Math.ceil(all / 1e9);
}
