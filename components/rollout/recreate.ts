/**
 * `update.strategy` "recreate": Pulumi replaces the Job, so the old version is gone before the new one begins.
 * An update can't do it: Nomad stops old allocations and starts new ones in one step.
 */
import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "./plan";

/** Resource options with which a change that needs new allocations replaces the Job, after its end. */
export function replacementOptions(
  strategy: string,
  jobspec: pulumi.Output<string>,
): Pick<pulumi.CustomResourceOptions, "deleteBeforeReplace" | "replacementTrigger"> {
  // Pulumi compares it with the one before; where either is missing, as with other strategies, it updates.
  return strategy === "recreate"
    ? { deleteBeforeReplace: true, replacementTrigger: jobspec.apply(allocationsFingerprint) }
    : {};
}

/**
 * Whether an update, rather than a replacement, would stop what runs while the new version starts: so it is
 * when "recreate" is set together with other changes.
 */
export function needsReplacement(strategy: string, plan: Plan | undefined): boolean {
  const groups = Object.values(plan?.Annotations?.DesiredTGUpdates ?? {});
  return strategy === "recreate" && groups.some(({ DestructiveUpdate }) => DestructiveUpdate > 0);
}

interface Spec {
  Job: { UI?: unknown; TaskGroups: Record<string, unknown>[] };
}

/** Changes with all that makes Nomad start new allocations; not with the number of them. */
export function allocationsFingerprint(jobspec: string): string {
  const { Job } = JSON.parse(jobspec) as Spec;
  const groups = Job.TaskGroups.map((group) => ({ ...group, Count: 0, Update: {}, Scaling: {} }));
  const rest = JSON.stringify({ ...Job, UI: {}, TaskGroups: groups });
  return createHash("sha256").update(rest).digest("hex").slice(0, 16);
}
