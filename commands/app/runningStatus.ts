/** How many instances of the web server, a process or a singleton are healthy, and how often they started again. */
import { groupName } from "../../components/jobspec";
import type { NomadApi } from "../../components/nomad/api";
import { type Allocation, allocationGroup, mainState } from "../../components/nomad/models";
import { jobPath } from "../../components/nomad/registered";
import { serves } from "../../components/rollout/serving";
import { hasJustCrashed, restartsOf } from "./crashes";
import type { Companion, Job } from "./jobs";

/** Instances of the web server, a process or a singleton. */
export interface RunningStatus {
  name: string;
  kind: "web server" | "process" | "singleton";
  wanted: number;
  healthy: number;
  /** True when its job was stopped while it should run. */
  stopped?: true;
  /** How often its instances of this version started again, as long as Nomad remembers it. */
  restarts: number;
  /** Of the last one that ended. */
  lastExitCode?: number;
}

export async function groupStatus(
  api: NomadApi,
  { Version }: Job,
  { Name, Count }: Job["TaskGroups"][number],
  allocations: readonly Allocation[],
): Promise<RunningStatus> {
  const ours = allocations.filter((one) => allocationGroup(one) === Name);
  const able = ours.filter((one) => !hasJustCrashed(one, ours, api.now()));
  const serving = await Promise.all(able.map((one) => serves(api, one, 0)));
  const isWeb = Name === groupName;
  return {
    name: isWeb ? "web server" : Name,
    kind: isWeb ? "web server" : "process",
    wanted: Count,
    healthy: Math.min(Count, serving.filter(Boolean).length),
    ...restartsOf(ours, Version),
  };
}

export async function singletonStatus(api: NomadApi, { id, name }: Companion): Promise<RunningStatus> {
  const [job, allocations] = await Promise.all([
    api.get<Job>(jobPath(id)),
    api.get<Allocation[]>(`${jobPath(id)}/allocations`),
  ]);
  const wanted = job.body.TaskGroups.reduce((sum, { Count }) => sum + Count, 0);
  const running = allocations.body.filter(
    (one) => isRunning(one) && !hasJustCrashed(one, allocations.body, api.now()),
  );
  return {
    ...{ name, kind: "singleton", wanted, healthy: Math.min(wanted, running.length) },
    ...(job.body.Stop && wanted > 0 ? { stopped: true } : {}),
    ...restartsOf(allocations.body, job.body.Version),
  };
}

/** Also one whose deployment failed, and nothing of one whose program is between two starts. */
function isRunning(allocation: Allocation): boolean {
  const { ClientStatus, DesiredStatus } = allocation;
  return ClientStatus === "running" && DesiredStatus === "run" && mainState(allocation)?.State === "running";
}
