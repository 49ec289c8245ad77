/** What happened in a rollout, second by second, for a chart. */
import type { PlacedAllocation } from "../test/support/cluster";
import type { LoopResult } from "../test/support/requests";
import type { Deployed } from "./contenders/contender";

/** Seconds since the command began. */
export interface Span {
  from: number;
  to: number;
}

export interface AllocationSpans {
  /** Of the job. */
  version: number;
  /** In its name. */
  index: number;
  migrate?: Span;
  server?: Span;
}

export interface Timeline {
  /** Until the command ended. */
  seconds: number;
  allocations: AllocationSpans[];
  /** How many listed instances answered, at seconds. */
  capacity: { at: number; answering: number }[];
  /** When requests failed at the first instance asked. */
  failedFirst: number[];
}

/** What still runs lasts to the end of the command. */
export function timelineOf(
  allocations: readonly PlacedAllocation[],
  { begin, end }: Deployed,
  seen?: LoopResult,
): Timeline {
  const seconds = (at: number): number => Math.round(at - begin) / 1000;
  const span = (allocation: PlacedAllocation, task: string): Span | undefined => {
    const { StartedAt, FinishedAt } = allocation.TaskStates?.[task] ?? {};
    const from = Date.parse(StartedAt ?? "");
    if (Number.isNaN(from)) return undefined;
    const to = Date.parse(FinishedAt ?? "");
    // Nomad's zero time means that it has not finished.
    const last = Number.isNaN(to) || to < from ? end : Math.min(to, end);
    return last < begin ? undefined : { from: seconds(Math.max(from, begin)), to: seconds(last) };
  };
  return {
    seconds: seconds(end),
    allocations: allocations
      .map((allocation) => ({
        version: allocation.JobVersion,
        index: Number(/\[(\d+)\]$/.exec(allocation.Name)?.[1] ?? 0),
        migrate: span(allocation, "migrate"),
        server: span(allocation, "server"),
      }))
      .filter(({ migrate, server }) => migrate ?? server)
      .sort((a, b) => a.version - b.version || a.index - b.index),
    capacity: (seen?.capacity ?? []).map(({ at, answering }) => ({ at: seconds(at), answering })),
    failedFirst: (seen?.failedFirst ?? []).map(seconds),
  };
}
