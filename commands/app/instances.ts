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
import { childrenOf, type Companion, companionsOf, type Job } from "./jobs";

/** One task of one allocation. */
export interface Instance {
  /** Such as `worker.0 8317eef3`. */
  label: string;
  allocationId: string;
  task: string;
  /** Whether it will write no more. */
  isOver: boolean;
}

/** Asks for the instances that there are now. */
export type Look = () => Promise<Instance[]>;

/**
 * @param name of a process, a singleton or a schedule, `server` or `migrate`; unset for the web server and all processes.
 * @throws {UserError} that names what there is, when there is no such thing.
 */
export async function instancesOf(api: NomadApi, job: Job, name: string | undefined): Promise<Look> {
  const groups = job.TaskGroups.map((group) => group.Name);
  if (name === undefined) return () => running(api, job.ID, () => true);
  if (name === serverTaskName) return () => running(api, job.ID, (group) => group === groupName);
  if (name === migrateTaskName) return () => migrations(api, job.ID);
  if (groups.includes(name) && name !== groupName)
    return () => running(api, job.ID, (group) => group === name);
  const companions = await companionsOf(api, job);
  const companion = companions.find((one) => one.name === name);
  if (companion) return () => ofCompanion(api, companion);
  const known = [serverTaskName, ...groups.filter((group) => group !== groupName), migrateTaskName];
  const all = [...known, ...companions.map((one) => one.name)].join(", ");
  throw new UserError(`${job.ID} has no process "${name}". Its logs are: ${all}`);
}

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
  return {
    label: `${name}.${allocationIndex(allocation)} ${allocation.ID.slice(0, 8)}`,
    allocationId: allocation.ID,
    task,
    isOver: hasEnded(allocation) || allocation.TaskStates?.[task]?.State === "dead",
  };
}

/** Instances that have started and not ended, including one that starts again or is being stopped. */
async function running(
  api: NomadApi,
  jobId: string,
  isMeant: (group: string) => boolean,
): Promise<Instance[]> {
  const all = await allocationsOf(api, jobId);
  return all
    .filter((one) => isMeant(allocationGroup(one)) && one.TaskStates?.[mainTask(one)]?.StartedAt)
    .map((one) => instance(one, mainTask(one), mainTask(one)))
    .filter(({ isOver }) => !isOver);
}

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
