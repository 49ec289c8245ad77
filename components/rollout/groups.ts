/** The task groups of an application's job and the number of instances of each. */
import { groupName } from "../jobspec";

export interface GroupCounts {
  /** Of the web server. */
  count: number;
  /** Of each process beside it, by its name. @default {} */
  processes?: Readonly<Record<string, number>>;
}

/** Instances of every group, by the group's name. */
export function countsByGroup({ count, processes = {} }: GroupCounts): Record<string, number> {
  return { [groupName]: count, ...processes };
}
