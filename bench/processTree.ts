/** What processes and all that they start take: read from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** A process that has ended reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function children(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It has ended.
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

/** The process and its descendants. */
export function tree(pid: number): number[] {
  return [pid, ...children(pid).flatMap(tree)];
}

/** Processor seconds of a process's tree, with those of descendants that have ended. */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((sum, one) => sum + ownCpuSeconds(one) + endedChildrenCpuSeconds(one), 0);
}

/** Of the process alone. */
export function ownCpuSeconds(pid: number): number {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0; // It has ended.
  }
  const nanoseconds = threads.map((thread) =>
    Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]),
  );
  const running = nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
  // The account of the whole process has its ended threads too, but counts in hundredths of a second.
  return Math.max(running, statSeconds(pid, 11));
}

function endedChildrenCpuSeconds(pid: number): number {
  return statSeconds(pid, 13);
}

/** User and system time, from that field on after the command's name. */
function statSeconds(pid: number, field: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(field, field + 2)
    .map(Number);
  return (user + system) / 100;
}

/** MB that a process has for itself, with its part of what it shares. */
export function memory(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** Of a process, as it was started. */
export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
}
