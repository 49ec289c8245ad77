/** Whose logs a name means: the instances of the web server, of a process, or of a job beside the application's. */
import { groupName, migrateTaskName, serverTaskName } from "../../components/jobspec";
import type { NomadApi } from "../../components/nomad/api";
import {
  type Allocation,
  allocationGroup,
  allocationIndex,
  hasEnded,
  mainTask,
} from "../../components/nomad/models";
import { jobPath } from "../../components/nomad/registered";
import { UserError } from "../base/step";
import { lastEnd, newestOfEach, type TaskEnd } from "./crashes";
import { childrenOf, type Companion, companionsOf, type Job } from "./jobs";

/** One task of one allocation. */
export interface Instance {
  /** Such as `worker.0 8317eef3`. */
  label: string;
  allocationId: string;
  task: string;
  /** Whether it will write no more. */
  isOver: boolean;
  /** How it ended; unset while it has not. */
  end?: TaskEnd;
}

/** Asks for instances. */
export type Look = () => Promise<Instance[]>;

/** What a name means. */
export interface Instances {
  /** The instances that there are now. */
  now: Look;
  /** The last ones that ended, for when there are none. */
  last: Look;
}

/**
 * @param name of a process, a singleton or a schedule, `server` or `migrate`; unset for the web server and all processes.
 * @throws {UserError} that names what there is, when there is no such thing.
 */
export async function instancesOf(api: NomadApi, job: Job, name: string | undefined): Promise<Instances> {
  const groups = job.TaskGroups.map((group) => group.Name);
  const ofGroups = (isMeant: (group: string) => boolean): Instances => ({
    now: () => running(api, job.ID, isMeant),
    last: () => lastOnes(api, job.ID, isMeant),
  });
  if (name === undefined) return ofGroups(() => true);
  if (name === serverTaskName) return ofGroups((group) => group === groupName);
  if (name === migrateTaskName) return { now: () => migrations(api, job.ID), last: nothing };
  if (groups.includes(name) && name !== groupName) return ofGroups((group) => group === name);
  const companions = await companionsOf(api, job);
  const companion = companions.find((one) => one.name === name);
  if (companion) {
    const isSingleton = companion.kind === "singleton";
    return {
      now: () => ofCompanion(api, companion),
      last: isSingleton ? () => lastOnes(api, companion.id, () => true) : nothing,
    };
  }
  const known = [serverTaskName, ...groups.filter((group) => group !== groupName), migrateTaskName];
  const all = [...known, ...companions.filter(({ stopped }) => !stopped).map((one) => one.name)].join(", ");
  throw new UserError(`${job.ID} has no process "${name}". Its logs are: ${all}`);
}

const nothing: Look = () => Promise.resolve([]);

async function allocationsOf(api: NomadApi, jobId: string): Promise<Allocation[]> {
  const { body } = await api.get<Allocation[]>(`${jobPath(jobId)}/allocations`);
  return body.sort(
    (a, b) =>
      allocationGroup(a).localeCompare(allocationGroup(b)) ||
      allocationIndex(a) - allocationIndex(b) ||
      a.CreateIndex - b.CreateIndex,
  );
}

function instance(allocation: Allocation, name: string, task: string): Instance {
  const state = allocation.TaskStates?.[task];
  const end = lastEnd(state);
  return {
    label: `${name}.${allocationIndex(allocation)} ${allocation.ID.slice(0, 8)}`,
    allocationId: allocation.ID,
    task,
    isOver: hasEnded(allocation) || state?.State === "dead",
    ...(end && { end }),
  };
}

/** Instances that have started and not ended, including one that starts again or is being stopped. */
async function running(
  api: NomadApi,
  jobId: string,
  isMeant: (group: string) => boolean,
): Promise<Instance[]> {
  const all = begun(await allocationsOf(api, jobId), isMeant);
  return all.map(mainInstance).filter(({ isOver }) => !isOver);
}

/** The newest of each instance, of the newest version that has begun. */
async function lastOnes(
  api: NomadApi,
  jobId: string,
  isMeant: (group: string) => boolean,
): Promise<Instance[]> {
  const all = begun(await allocationsOf(api, jobId), isMeant);
  const newest = Math.max(...all.map(({ JobVersion }) => JobVersion));
  return newestOfEach(all.filter(({ JobVersion }) => JobVersion === newest)).map(mainInstance);
}

function begun(allocations: readonly Allocation[], isMeant: (group: string) => boolean): Allocation[] {
  return allocations.filter(
    (one) => isMeant(allocationGroup(one)) && one.TaskStates?.[mainTask(one)]?.StartedAt,
  );
}

const mainInstance = (one: Allocation): Instance => instance(one, mainTask(one), mainTask(one));

/** Of the newest version, whose gates may have ended long ago. */
async function migrations(api: NomadApi, jobId: string): Promise<Instance[]> {
  const all = await allocationsOf(api, jobId);
  const newest = Math.max(...all.map(({ JobVersion }) => JobVersion));
  return all
    .filter((one) => one.JobVersion === newest && one.TaskStates?.[migrateTaskName]?.StartedAt)
    .map((one) => {
      const group = allocationGroup(one);
      return instance(
        one,
        group === groupName ? migrateTaskName : `${group}:${migrateTaskName}`,
        migrateTaskName,
      );
    });
}

/** A singleton's instance; the last run of a schedule, or every command that runs. */
async function ofCompanion(api: NomadApi, companion: Companion): Promise<Instance[]> {
  const { kind, id, name } = companion;
  if (kind === "singleton") return started(await allocationsOf(api, id), name, ({ isOver }) => !isOver);
  const children = await childrenOf(api, companion);
  const wanted = kind === "schedule" ? children.slice(0, 1) : children;
  const all = await Promise.all(wanted.map(({ ID }) => allocationsOf(api, ID)));
  return started(all.flat(), name, ({ isOver }) => kind === "schedule" || !isOver);
}

/** A companion has one task that stays, named after it or not: prestart tasks come before it. */
function started(
  allocations: readonly Allocation[],
  name: string,
  isMeant: (one: Instance) => boolean,
): Instance[] {
  return allocations.flatMap((one) => {
    const tasks = Object.entries(one.TaskStates ?? {}).filter(([, { StartedAt }]) => StartedAt);
    return tasks.map(([task]) => instance(one, task === "backup" ? task : name, task)).filter(isMeant);
  });
}
