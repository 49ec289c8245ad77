/** The task groups of an application's job and the number of instances of each. */
import { groupName } from "../jobspec";

export interface GroupCounts {
  /** Of the web server; undefined for a job without one. */
  count?: number;
  /** Of each process beside it, by its name. @default {} */
  processes?: Readonly<Record<string, number>>;
}

/** Whether nothing of the job is to run. */
export function isParked(counts: GroupCounts): boolean {
  return Object.values(countsByGroup(counts)).every((count) => count === 0);
}

/** Instances of every group, by the group's name. */
export function countsByGroup({ count, processes = {} }: GroupCounts): Record<string, number> {
  return { ...(count === undefined ? {} : { [groupName]: count }), ...processes };
}
