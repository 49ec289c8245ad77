/** What became of instances that ended: how often they started again, and how the last one ended. Pure. */
import {
  type Allocation,
  allocationGroup,
  allocationIndex,
  exitCodeOf,
  mainState,
  type TaskState,
} from "../../components/nomad/models";

/** How a task ended. */
export interface TaskEnd {
  /** Unset where Nomad does not know it: its node is lost, for one. */
  exitCode?: number;
  /** The kernel killed it for its memory. */
  outOfMemory: boolean;
  /** Milliseconds since 1970. */
  at?: number;
}

/** The last end of a task, which may run again since; undefined when it has not ended. */
export function lastEnd(state: TaskState | undefined): TaskEnd | undefined {
  const event = (state?.Events ?? []).filter(({ Type }) => Type === "Terminated").at(-1);
  const finished = Date.parse(state?.FinishedAt ?? "");
  // Nomad's zero time is one that has not come.
  const isKnown = finished > 0;
  if (event === undefined) return isKnown ? { outOfMemory: false, at: finished } : undefined;
  const { Details, Time } = event;
  return {
    exitCode: exitCodeOf(event),
    outOfMemory: Details?.oom_killed === "true",
    ...(Time !== undefined ? { at: Time / 1e6 } : isKnown ? { at: finished } : {}),
  };
}

/** Such as `ended with exit code 1 at 2026-11-28 20:09:59 UTC`. */
export function endText({ exitCode, outOfMemory, at }: TaskEnd): string {
  const code = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
  const why = outOfMemory ? " (out of memory)" : "";
  return `ended${code}${why}${at === undefined ? "" : ` at ${utc(at)}`}`;
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export interface Restarts {
  /** How often an instance of this version started again after its end, on its node or elsewhere. */
  restarts: number;
  /** Of the last one that ended. */
  lastExitCode?: number;
}

/**
 * @param allocations of one group.
 * @param version of the job that counts.
 */
export function restartsOf(allocations: readonly Allocation[], version: number): Restarts {
  const ours = allocations.filter(({ JobVersion }) => JobVersion === version);
  const newest = newestOfEach(ours);
  // What Nomad stopped did not crash.
  const live = ours.filter(
    (one) => one.ClientStatus === "failed" || (one.DesiredStatus === "run" && newest.includes(one)),
  );
  const again = live.reduce((sum, one) => sum + (mainState(one)?.Restarts ?? 0), 0);
  const replaced = live.filter((one) => !newest.includes(one)).length;
  const ends = live
    .map((one) => lastEnd(mainState(one)))
    .filter((end) => end !== undefined)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const code = ends.at(-1)?.exitCode;
  return { restarts: again + replaced, ...(code === undefined ? {} : { lastExitCode: code }) };
}

/** The newest allocation of each instance of each group. */
export function newestOfEach(allocations: readonly Allocation[]): Allocation[] {
  const newest = new Map<string, Allocation>();
  for (const one of allocations) {
    const key = `${allocationGroup(one)}[${allocationIndex(one)}]`;
    if (one.CreateIndex >= (newest.get(key)?.CreateIndex ?? 0)) newest.set(key, one);
  }
  return [...newest.values()];
}

/** How long an instance that crashed has to run before it counts again: Nomad's own min_healthy_time. */
const recoveryMs = 10_000;

/**
 * Whether an instance has only just started again after a crash, on its node or elsewhere: one that crashes again and again
 * runs at moments.
 * @param all allocations of its group.
 */
export function hasJustCrashed(one: Allocation, all: readonly Allocation[], now: number): boolean {
  const state = mainState(one);
  if (now - Date.parse(state?.StartedAt ?? "") >= recoveryMs) return false;
  const code = lastEnd(state)?.exitCode;
  if (code !== undefined) return code !== 0;
  return all.some(
    (before) =>
      before.Name === one.Name &&
      before.JobVersion === one.JobVersion &&
      before.CreateIndex < one.CreateIndex &&
      before.ClientStatus === "failed",
  );
}
