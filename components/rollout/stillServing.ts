/** What answers after a rollout that failed, and what was registered since. */
import { printable } from "../messages/printable";
import type { NomadApi } from "../nomad/api";
import {
  type Allocation,
  type Deployment,
  imageOf,
  isServing,
  processOf,
  type RegisteredJob,
} from "../nomad/models";

/** The version whose rollout failed. */
export interface FailedVersion {
  version: number;
  /** `update.strategy`. */
  strategy: string;
  /** Of a singleton's job: the application's, which serves already. */
  companionOf?: { jobName: string };
}

/**
 * What answers now: what has passed its check, and what served before this rollout began. Nomad takes the latter back into
 * the version before, where it has no verdict yet; if that version's own deployment failed, it may never have served.
 *
 * @param reverted whether Nomad is bringing back the version before.
 */
export async function stillServing(
  api: NomadApi,
  path: string,
  { version: failed, strategy, companionOf }: FailedVersion,
  reverted: boolean,
): Promise<string> {
  if (companionOf)
    return `The new version of ${companionOf.jobName} still serves; nothing else was reverted.`;
  const { body: deployments } = await api.get<Deployment[]>(`${path}/deployments`);
  const lost = new Set(
    deployments.filter(({ Status }) => Status === "failed").map((deployment) => deployment.JobVersion),
  );
  // Asked again: reading logs takes its time, and Nomad has gone on meanwhile.
  const { body: allocations } = await api.get<Allocation[]>(`${path}/allocations`);
  const own = allocations.filter(({ JobVersion }) => JobVersion === failed);
  const begun = Math.min(...own.map(({ CreateIndex }) => CreateIndex));
  const serving = allocations.filter(
    (allocation) =>
      isServing(allocation) &&
      (allocation.DeploymentStatus?.Healthy === true ||
        (allocation.CreateIndex < begun && !lost.has(allocation.JobVersion))),
  );
  const previous = serving.filter(({ JobVersion }) => JobVersion !== failed);
  if (previous.length > 0) return `The previous version still serves: ${countedByGroup(previous)}.`;
  if (reverted) {
    const until =
      serving.length > 0 ? `version ${failed} still serves: ${countedByGroup(serving)}` : "nothing serves";
    return `The last good version is being started again. Until its checks pass, ${until}.`;
  }
  return strategy === "recreate"
    ? "Nothing serves: update.strategy recreate stopped the previous version. To bring it back now, set djangoImage " +
        "to its image and run `pulumi up`; it serves if its code works with the migrated schema."
    : "Nothing serves: no previous version passed its check, or none still runs.";
}

/** Such as " (shop:1.4)"; nothing for a version that Nomad has forgotten. */
export function inBrackets(version: RegisteredJob | undefined): string {
  const image = version && imageOf(version);
  return image === undefined ? "" : ` (${printable(image)})`;
}

/** Such as "2 running", or "2 running and 1 of worker". */
function countedByGroup(allocations: Allocation[]): string {
  const counts = new Map<string | undefined, number>();
  for (const process of allocations.map(processOf)) counts.set(process, (counts.get(process) ?? 0) + 1);
  const processes = [...counts].flatMap(([name, count]) =>
    name === undefined ? [] : [`${count} of ${name}`],
  );
  return [`${counts.get(undefined) ?? 0} running`, ...processes.sort()].join(" and ");
}

/** What came after the version that failed: Nomad's own revert, or a registration by another user or tool. */
export async function registeredSince(
  api: NomadApi,
  path: string,
  version: number,
  deployment: Deployment | undefined,
): Promise<{ by: "nomad" | "another"; lines: string[] } | undefined> {
  const { body: job } = await api.get<RegisteredJob>(path);
  if (job.Version <= version) return undefined;
  if (deployment?.Status === "cancelled") {
    const told = `Another user or tool registered version ${job.Version} meanwhile, which ended this rollout.`;
    return { by: "another", lines: [told] };
  }
  const back = `Nomad went back to the last good version${inBrackets(job)}, as version ${job.Version}.`;
  return { by: "nomad", lines: [`${back} Applied migrations stay applied.`] };
}
