/** What serves at the end of an `up`, and what its release took, asked of Nomad. */
import { groupName, serverTaskName } from "../jobspec";
import { type NomadApi, NomadApiError } from "../nomad/api";
import { type Allocation, type Deployment, isServing, processOf } from "../nomad/models";
import { askRegistered, jobPath } from "../nomad/registered";
import type { AppliedMigrations } from "./applied";
import { type PhaseSeconds, phaseSeconds } from "./phases";
import { releaseOf } from "./release";

/** The last release that was rolled out. An `up` without a rollout leaves it as it is. */
export interface ReleaseSummary {
  /** The image that serves. */
  image: string;
  /** Version of the job in Nomad. */
  jobVersion: number;
  /** Number of the release, which only grows; scaling alone makes no release. */
  number?: number;
  /** What its migrations took; unset where nobody migrates, or the gate's log could not be read. */
  migrations?: AppliedMigrations;
  /** On what its rollout spent its time. */
  seconds?: PhaseSeconds;
}

/** What serves now. */
export interface Serving {
  jobName: string;
  image: string;
  jobVersion: number;
  release: number | undefined;
  /** Instances by the name of their group. */
  instances: Record<string, number>;
  /** Where Nomad lists the web server; empty without a service in its catalog. */
  addresses: string[];
}

/** What was followed of a rollout. */
export interface Followed {
  version: number | undefined;
  deployment: Deployment | undefined;
  migrations: AppliedMigrations | undefined;
}

/** @returns undefined where nothing serves. @throws {NomadApiError} when Nomad does not answer. */
export async function askServing(
  api: NomadApi,
  jobName: string,
  serviceName: string | undefined,
): Promise<Serving | undefined> {
  const [registered, { body: allocations }] = await Promise.all([
    askRegistered(api, jobName),
    api.get<Allocation[]>(`${jobPath(jobName)}/allocations`),
  ]);
  if (!registered) return undefined;
  const { job } = registered;
  const serving = allocations.filter((one) => one.JobVersion === job.Version && isServing(one));
  const web = job.TaskGroups.find(({ Name }) => Name === groupName)?.Tasks ?? [];
  const image = web.find(({ Name }) => Name === serverTaskName)?.Config?.image;
  const instances: Record<string, number> = { [groupName]: 0 };
  for (const one of serving) {
    const group = processOf(one) ?? groupName;
    instances[group] = (instances[group] ?? 0) + 1;
  }
  return {
    ...{ jobName, instances, jobVersion: job.Version, release: releaseOf(job) },
    image: typeof image === "string" ? image : "",
    addresses: serviceName === undefined ? [] : await addressesOf(api, serviceName, serving),
  };
}

async function addressesOf(api: NomadApi, service: string, serving: Allocation[]): Promise<string[]> {
  const ids = serving.map(({ ID }) => ID);
  try {
    const found = await api.find<{ AllocID: string; Address: string; Port: number }[]>(
      `/v1/service/${encodeURIComponent(service)}`,
    );
    return (found ?? [])
      .filter(({ AllocID }) => ids.includes(AllocID))
      .map(({ Address, Port }) => `${Address.includes(":") ? `[${Address}]` : Address}:${Port}`)
      .sort();
  } catch (error) {
    // A token need not see the catalog: what serves is known without it.
    if (error instanceof NomadApiError && error.status === 403) return [];
    throw error;
  }
}

/** What is known of a release that another run has rolled out. */
export function servedRelease({ image, jobVersion, release }: Serving): ReleaseSummary {
  return { image, jobVersion, ...(release === undefined ? {} : { number: release }) };
}

/** The earlier outputs' release while it is the one that serves: outputs that change for nothing would show in previews. */
export function keptRelease(
  serving: Serving,
  earlier: ReleaseSummary | undefined,
): ReleaseSummary | undefined {
  const now = servedRelease(serving);
  const isSame = earlier?.number === now.number && earlier?.image === now.image;
  return isSame && (now.number !== undefined || earlier?.jobVersion === now.jobVersion) ? earlier : undefined;
}

/** The release that has just been rolled out; undefined when nothing was. */
export async function releaseSummary(
  api: NomadApi,
  serving: Serving,
  { version, deployment, migrations }: Followed,
): Promise<ReleaseSummary | undefined> {
  if (version !== serving.jobVersion) return undefined;
  const { body } = await api.get<Allocation[]>(`${jobPath(serving.jobName)}/allocations`);
  const own = body.filter(({ JobVersion }) => JobVersion === version);
  const seconds = deployment && phaseSeconds(own, deployment.CreateTime / 1e6);
  return {
    ...servedRelease(serving),
    ...(migrations ? { migrations } : {}),
    ...(seconds ? { seconds } : {}),
  };
}
