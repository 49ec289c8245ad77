/** What Nomad would do with a jobspec, asked before anything is changed. */
import { attemptMetaKey, formatSeconds, groupName } from "../jobspec";
import { releaseVariable } from "../gate";
import { printable } from "../messages/printable";
import { describePlacementFailure } from "./describe";
import { withoutEmptyScaling } from "./scalingDiff";
import { countsByGroup, type GroupCounts } from "./groups";
import { parkedNotice } from "./parked";
import { jobPath } from "../nomad/registered";
import type { NomadApi } from "../nomad/api";
import type { PlacementFailure } from "../nomad/models";

export interface FieldDiff {
  Type: string;
  Name: string;
  Old: string;
  New: string;
}

/** Task groups, tasks and the blocks in them all have this shape. */
export interface ObjectDiff {
  Type: "None" | "Added" | "Deleted" | "Edited";
  Name: string;
  Fields?: FieldDiff[] | null;
  Objects?: ObjectDiff[] | null;
  Tasks?: ObjectDiff[] | null;
}

export interface JobDiff extends ObjectDiff {
  TaskGroups?: ObjectDiff[] | null;
}

export interface DesiredUpdates {
  Ignore: number;
  Place: number;
  Migrate: number;
  Stop: number;
  InPlaceUpdate: number;
  DestructiveUpdate: number;
  Canary: number;
  Preemptions: number;
}

/** Answer of `POST /v1/job/ID/plan`. */
export interface Plan {
  /** Of the registered job; 0 when no job is registered. */
  JobModifyIndex: number;
  Diff: JobDiff | null;
  Annotations: { DesiredTGUpdates: Record<string, DesiredUpdates> | null } | null;
  FailedTGAllocs: Record<string, PlacementFailure> | null;
  Warnings?: string;
}

/** What a plan means, in lines. */
export interface PlanReport {
  /** What happens. Empty for a job that stays as it is. */
  info: string[];
  /** What the reader should think about before going on. */
  warnings: string[];
}

/** @throws {NomadApiError} when Nomad does not answer, refuses the job, or the token may not plan. */
export async function askPlan(api: NomadApi, jobName: string, jobspec: string): Promise<Plan> {
  const { Job } = JSON.parse(jobspec) as { Job: unknown };
  const plan = await api.post<Plan>(`${jobPath(jobName)}/plan`, { Job, Diff: true });
  return { ...plan, Diff: withoutEmptyScaling(plan.Diff) };
}

/** Whether registering the job would change it. */
export function changesJob({ Diff }: Plan): boolean {
  return Diff !== null && Diff.Type !== "None";
}

/** Whether the only change is the number of instances, or who sets it within which limits. */
export function changesCountAlone({ Diff }: Plan): boolean {
  return changesAlone(Diff, (path) => path === "Count" || /^Scaling\b/.test(path));
}

/** Whether a change is one that an autoscaler made, or none. @param scaled the groups that it may scale. */
export function isScaling(Diff: JobDiff | null, scaled: readonly string[], paths = ["Count"]): boolean {
  if (Diff === null || Diff.Type === "None") return true;
  return changesAlone(Diff, (path, group) => paths.includes(path) && scaled.includes(group));
}

function changesAlone(Diff: JobDiff | null, may: (path: string, group: string) => boolean): boolean {
  const changed = (Diff?.TaskGroups ?? []).flatMap((group) =>
    changedPaths(group).map((path) => may(path, group.Name)),
  );
  return changed.length > 0 && changed.every(Boolean) && ownChanges(Diff).length === 0;
}

/** @param strategy `update.strategy` @param wanted instances, as the program wants them. @param numbers what an autoscaler has set. */
export function describePlan(
  plan: Plan,
  strategy: string,
  wanted: number | GroupCounts,
  numbers: Readonly<Record<string, number>> = {},
): PlanReport {
  const info: string[] = [];
  const warnings: string[] = [];
  const isNew = plan.JobModifyIndex === 0;
  const counts = countsByGroup(typeof wanted === "number" ? { count: wanted } : wanted, numbers);
  const updatesOf = Object.entries(plan.Annotations?.DesiredTGUpdates ?? {});
  const replacedGroups = updatesOf.filter(([, updates]) => replacedBy(updates) > 0).map(([group]) => group);
  for (const [group, updates] of updatesOf) {
    if (!changesJob(plan)) continue;
    const count = counts[group] ?? 0;
    const replaced = replacedBy(updates);
    if (replaced > 0 && strategy === "recreate") {
      info.push(`Nomad plan: ${group}: the job is stopped, then ${count} created`);
      if (group !== replacedGroups[0]) continue;
      warnings.push(
        "update.strategy is recreate: every instance is stopped before the migration begins, and nothing serves " +
          "until the new ones have passed their check. If the rollout fails, nothing serves until you fix it.",
      );
      continue;
    }
    const described = describeUpdates(updates, count);
    if (described || updatesOf.length === 1) {
      info.push(`Nomad plan: ${group}: ${described || "nothing to do now"}`);
    }
    if (replaced > 0 && group === replacedGroups.at(-1)) {
      info.push(...describeReplacement(plan, replacedGroups.length < updatesOf.length ? replacedGroups : []));
    } else if (!isNew && replacedGroups.length === 0 && updates.InPlaceUpdate > 0) {
      info.push("Running instances are not restarted.");
    }
    if (strategy === "rolling" && updates.DestructiveUpdate >= Math.max(1, count)) {
      warnings.push(gapOfRolling(group, count));
    }
  }
  if (counts[groupName] === 0 && changesJob(plan)) info.push(parkedNotice);
  for (const [group, failure] of Object.entries(plan.FailedTGAllocs ?? {})) {
    warnings.push(
      `No room for ${group} in the cluster now: ${describePlacementFailure(failure)}. ` +
        "`up` would wait for it, a minute at most, and then fail.",
    );
  }
  warnings.push(...longKillTimeout(plan));
  if (plan.Warnings) warnings.push(printable(plan.Warnings.trim(), { lines: 20 }));
  return { info, warnings };
}

function gapOfRolling(group: string, count: number): string {
  const [all, gap] =
    group === groupName
      ? ["all instances", "nothing serves until the new version has migrated and passed its check"]
      : [`all instances of ${group}`, "none works until the new version has migrated"];
  return (
    `update.strategy is rolling, and ${all} (${count}) are stopped at once: ${gap}. ` +
    'update.strategy "canary" has no such gap.'
  );
}

/** Nomad silently shortens a longer one. Its clients' limit can't be asked for, so a preview warns when the time changes. */
function longKillTimeout({ Diff }: Plan): string[] {
  const allowed = 30;
  const asked = (Diff?.TaskGroups ?? [])
    .flatMap(({ Tasks }) => Tasks ?? [])
    .flatMap(({ Fields }) => Fields ?? [])
    .filter(({ Name, Type }) => Name === "KillTimeout" && (Type === "Added" || Type === "Edited"))
    .map(({ New }) => Number(New) / 1e9);
  const longest = Math.max(0, ...asked);
  if (longest <= allowed) return [];
  return [
    `killTimeout becomes ${formatSeconds(longest)}, but a Nomad client waits no longer than its max_kill_timeout, ` +
      `${allowed}s unless its own config says more. Set that on the clients, or lower killTimeout to ${allowed}s.`,
  ];
}

function replacedBy({ Canary, DestructiveUpdate }: DesiredUpdates): number {
  return Canary + DestructiveUpdate;
}

function describeUpdates(updates: DesiredUpdates, count: number): string {
  const { Canary, DestructiveUpdate, Place, Ignore, InPlaceUpdate, Stop, Migrate, Preemptions } = updates;
  const some = (number: number, what: string): string[] => (number > 0 ? [`${number} ${what}`] : []);
  return [
    ...some(Canary, Canary === 1 ? "canary" : "canaries beside those that run"),
    ...some(Canary > 0 ? count - Canary : 0, "more once it is healthy"),
    ...some(DestructiveUpdate, "stopped and created anew"),
    ...some(DestructiveUpdate > 0 ? Ignore : 0, DestructiveUpdate === 1 ? "after it" : "after them"),
    ...some(Place, "created"),
    ...some(InPlaceUpdate, "updated in place"),
    ...some(Migrate, "moved to another node"),
    ...some(Stop, "stopped"),
    ...some(Preemptions, "of other jobs stopped to make room"),
  ].join(", ");
}

/** Why instances are replaced, and whether there can be something to migrate. @param groups when not of all groups. */
function describeReplacement({ Diff }: Plan, groups: readonly string[]): string[] {
  const every = `Every instance${groups.length === 0 ? "" : ` of ${groups.join(" and ")}`} is replaced`;
  const tasks = (Diff?.TaskGroups ?? []).flatMap(({ Tasks }) => Tasks ?? []);
  const image = tasks
    .flatMap(({ Objects }) => Objects ?? [])
    .flatMap(({ Fields }) => Fields ?? [])
    .find(({ Name, Type }) => Name === "image" && Type === "Edited");
  if (image) return [`${every}: image ${printable(image.Old)} becomes ${printable(image.New)}.`];
  const changed = [...ownChanges(Diff), ...(Diff?.TaskGroups ?? []).flatMap((group) => changedPaths(group))];
  // Every release has a number of its own, and so has every attempt.
  const numbers = [`migrate Env[${releaseVariable}]`, `Meta[${attemptMetaKey}]`];
  const names = [...new Set(changed)].filter((name) => !numbers.includes(name));
  if (names.length === 0) {
    return [`${every}: the last rollout failed, and this one tries again.`];
  }
  const listed = names.slice(0, 6).join(", ") + (names.length > 6 ? ` and ${names.length - 6} more` : "");
  return [
    `${every}: the image stays, the configuration changes (${printable(listed)}). ` +
      (groups.length === 0 || groups.includes(groupName)
        ? "`migrate` runs once more, with nothing new to apply."
        : "Nothing migrates; the other groups keep running."),
  ];
}

function ownChanges(diff: JobDiff | null): string[] {
  return diff ? fieldsOf({ ...diff, Tasks: null }) : [];
}

/** For example `server Env[DEBUG]`; names alone, since values may be nobody's business. */
function changedPaths(group: ObjectDiff): string[] {
  const tasks = (group.Tasks ?? []).flatMap((task) => fieldsOf(task).map((field) => `${task.Name} ${field}`));
  return [...fieldsOf(group), ...tasks];
}

function fieldsOf({ Fields, Objects }: ObjectDiff): string[] {
  const own = (Fields ?? []).filter(({ Type }) => Type !== "None").map(({ Name }) => Name);
  const nested = (Objects ?? [])
    .filter(({ Type }) => Type !== "None")
    .flatMap((block) => {
      const names = fieldsOf(block);
      return names.length > 0 ? names.map((name) => `${block.Name}.${name}`) : [block.Name];
    });
  return [...own, ...nested];
}
