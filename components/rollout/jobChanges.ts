/** What a new jobspec changes, one line for each field, for a person to read. */
import { looksSecret } from "../arguments/warnings";
import { formatSeconds, groupName } from "../jobspec";
import { releaseVariable } from "../gate";

/** Lines such as `Tasks[server].Config.image: "shop:1" -> "shop:2"`; empty when both say the same. */
export function jobChanges(before: string, after: string): string[] {
  const all = changes("", ...numbered(parsedJob(before), parsedJob(after)));
  // What all groups have in common changes in each.
  const common: string[] = [newRelease, newSecrets];
  const lines = all.filter((line, index) => !common.includes(line) || all.indexOf(line) === index);
  // Every release has a number of its own: it says something only where it is all that changes.
  return lines.length > 1 ? lines.filter((line) => line !== newRelease) : lines;
}

const newSecrets = "secrets: a value or a name changed";
const newRelease = "a new release: the last rollout failed, and this one tries again";

/** The web server's group needs no name in the lines: Nomad's own path is `TaskGroups[0].Tasks[0]`. */
function parsed({ TaskGroups = [], ...job }: Job): unknown {
  const group = TaskGroups.find(({ Name }) => Name === groupName);
  const Processes = TaskGroups.filter((one) => one !== group);
  return group ? { ...job, Group: group, Processes } : { ...job, TaskGroups };
}

interface Job {
  TaskGroups?: { Name: string; Count?: number; Scaling?: object }[];
}

function parsedJob(jobspec: string): Job {
  return (JSON.parse(jobspec) as { Job: Job }).Job;
}

/** An autoscaler has changed the number of a group already: it is no change of this program's. */
function numbered(before: Job, after: Job): [unknown, unknown] {
  const scaled = (after.TaskGroups ?? []).filter(({ Scaling }) => Scaling).map(({ Name }) => Name);
  const TaskGroups = (before.TaskGroups ?? []).map((group) => {
    const now = after.TaskGroups?.find(({ Name }) => Name === group.Name);
    return group.Scaling && scaled.includes(group.Name) ? { ...group, Count: now?.Count } : group;
  });
  return [parsed({ ...before, TaskGroups }), parsed(after)];
}

function changes(path: string, before: unknown, after: unknown): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => changes(within(path, key), before[key], after[key]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isList(before) || !isList(after)) return told(path, before, after);
  const items = before.concat(after);
  if (items.every(isObject)) return changes(path, named(before), named(after));
  if (!items.some(isLong)) return told(path, before, after);
  return [`${path}: the list changed, ${differing(before, after)}`];
}

/** Which items of two lists differ; the gate's program is one, and longer than a screen. */
function differing(before: unknown[], after: unknown[]): string {
  const longest = before.length > after.length ? before : after;
  const numbers = longest.flatMap((_, index) => (before[index] === after[index] ? [] : [index]));
  return numbers.length === 1 ? `item ${numbers[0]} differs` : `items ${numbers.join(", ")} differ`;
}

/** List items by what tells them apart, so that one that is added does not move all others. */
function named(items: unknown[]): Record<string, unknown> {
  const key = (item: unknown, index: number): string => {
    const { Name, Label, Volume, DestinationName, DestPath } = item as Record<string, unknown>;
    return String(Name ?? Label ?? Volume ?? DestinationName ?? DestPath ?? index);
  };
  return Object.fromEntries(items.map((item, index) => [`[${key(item, index)}]`, item]));
}

function within(path: string, key: string): string {
  if (path === "" && key === "Group") return "";
  return key.startsWith("[") || path === "" ? path + key : `${path}.${key}`;
}

function told(path: string, before: unknown, after: unknown): string[] {
  const [, process] = /^Processes\[(.+)\]$/.exec(path) ?? [];
  if (process !== undefined) return [`process ${process}: ${wholeProcess(after)}`];
  const field = path.split(".").at(-1) ?? "";
  if (field === "secrets_fingerprint") return [newSecrets];
  if (field === releaseVariable) return before === undefined ? [] : [newRelease];
  const hidden = looksSecret(field, before) || looksSecret(field, after);
  if (!hidden && (isLong(before) || isLong(after)))
    return long(path, String(before ?? ""), String(after ?? ""));
  const show = (value: unknown): string => (hidden && value !== undefined ? "(hidden)" : shown(field, value));
  if (before === undefined) return [`${path}: + ${show(after)}`];
  if (after === undefined) return [`${path}: - ${show(before)}`];
  return [`${path}: ${show(before)} -> ${show(after)}`];
}

/** A new group has a hundred fields, and most are the same as in the group that exists already. */
function wholeProcess(after: unknown): string {
  if (after === undefined) return "removed";
  const { Count } = after as { Count?: number };
  return `new, ${Count} ${Count === 1 ? "instance" : "instances"}`;
}

function isLong(value: unknown): boolean {
  return typeof value === "string" && (value.length > 200 || value.includes("\n"));
}

/** Texts of many lines: the lines that differ, or how long they are when that says more. */
function long(path: string, before: string, after: string): string[] {
  const [old, young] = [before.split("\n"), after.split("\n")];
  const removed = old.filter((line) => !young.includes(line));
  const added = young.filter((line) => !old.includes(line));
  if (removed.length + added.length > 10 || [...removed, ...added].some((line) => line.length > 200)) {
    return [`${path}: the text changed, ${before.length} -> ${after.length} characters`];
  }
  return [`${path}:`, ...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)];
}

/** Nomad's durations are nanoseconds, which nobody reads. */
function shown(field: string, value: unknown): string {
  if (typeof value === "number" && /(Delay|Interval|Timeout|Deadline|Time)$/.test(field)) {
    return value % 1e9 === 0 ? formatSeconds(value / 1e9) : `${value / 1e6}ms`;
  }
  return JSON.stringify(value, (key, inner: unknown) => (looksSecret(key, inner) ? "(hidden)" : inner));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}
