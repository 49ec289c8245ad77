/** The task groups of an application's job and the number of instances of each. */
import { groupName } from "../jobspec";

export interface GroupCounts {
  /** Of the web server; undefined for a job without one. */
  count?: number;
  /** Of each process beside it, by its name. @default {} */
  processes?: Readonly<Record<string, number>>;
  /** Groups whose number an autoscaler sets. @default [] */
  scaled?: readonly string[];
}

/** Whether nothing of the job is to run. */
export function isParked(counts: GroupCounts): boolean {
  return Object.values(countsByGroup(counts)).every((count) => count === 0);
}

/** Instances of every group, by the group's name. @param numbers what counts for groups that an autoscaler scales. */
export function countsByGroup(
  { count, processes = {}, scaled = [] }: GroupCounts,
  numbers: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const set = scaled.filter((group) => Object.hasOwn(numbers, group)).map((group) => [group, numbers[group]]);
  return {
    ...(count === undefined ? {} : { [groupName]: count }),
    ...processes,
    ...(Object.fromEntries(set) as Record<string, number>),
  };
}
