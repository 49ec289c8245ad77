/**
 * Nomad compares a scaling block with the one that it keeps by everything in it, its own ids and indexes too. So it says of
 * each job with such a block that it would change, and names no field.
 */
import type { JobDiff, ObjectDiff } from "./plan";

/** The difference without scaling blocks in which no field differs. */
export function withoutEmptyScaling(diff: JobDiff | null): JobDiff | null {
  if (diff === null) return null;
  const groups = (diff.TaskGroups ?? []).map(scalingLeftOut);
  return groups.every((group, index) => group === diff.TaskGroups?.[index])
    ? diff
    : settled({ ...diff, TaskGroups: groups });
}

function scalingLeftOut(group: ObjectDiff): ObjectDiff {
  const objects = group.Objects ?? [];
  const left = objects.filter((block) => block.Name !== "Scaling" || differs(block));
  return left.length === objects.length ? group : settled({ ...group, Objects: left });
}

/** "Edited" no more when nothing in it differs. */
function settled<D extends JobDiff>(diff: D): D {
  return diff.Type === "Edited" && !differs(diff) ? { ...diff, Type: "None" } : diff;
}

function differs({ Fields, Objects, Tasks, TaskGroups }: JobDiff): boolean {
  const isChanged = ({ Type }: { Type: string }): boolean => Type !== "None";
  return (
    (Fields ?? []).some(isChanged) ||
    (Objects ?? []).some((one) => isChanged(one) && (one.Name !== "Policy" || differs(one))) ||
    [...(Tasks ?? []), ...(TaskGroups ?? [])].some(isChanged)
  );
}
