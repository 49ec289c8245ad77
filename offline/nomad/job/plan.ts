import { type DiffKind, type Log, type Properties, Unknown } from "../../host/types";
import { type NomadClient, NomadError } from "../client";
import { changes } from "../resource";
import { type Job, type PlanResponse } from "./api";
import { specOutputs } from "./outputs";

type Changes = Record<string, { kind: DiffKind }>;

/** What a change of the jobspec does to the outputs of a job that is registered as `olds`. */
export function plannedChanges(id: string, namespace: string, olds: Properties, job: Job): Changes {
  const found: Changes = {
    allocationIds: {
      kind: Array.isArray(olds.allocationIds) && olds.allocationIds.length > 0 ? "update" : "add",
    },
    jobspec: { kind: "update" },
    modifyIndex: { kind: "update" },
    status: { kind: "update" },
  };
  // A jobspec without a region goes to the agent's, which only the agent knows.
  if (job.Region === undefined || job.Region !== olds.region) found.region = { kind: "update" };
  for (const [key, value] of Object.entries(specOutputs(job))) {
    for (const [path, kind] of changes(olds[key] ?? null, value, key)) found[path] = { kind };
  }
  if (job.ID !== id) found.name = { kind: "update-replace" };
  if ((job.Namespace ?? namespace) !== namespace) found.namespace = { kind: "update-replace" };
  return found;
}

/** The outputs to expect when `job` replaces what is registered as `olds`. */
export function plannedOutputs(olds: Properties, job: Job): Properties {
  return {
    ...olds,
    ...specOutputs(job),
    allocationIds: Unknown.instance,
    modifyIndex: Unknown.instance,
    region: job.Region !== undefined && job.Region === olds.region ? job.Region : Unknown.instance,
    status: Unknown.instance,
  };
}

/**
 * Asks Nomad what it would do with the job. What it answers is only logged: a preview may run before the
 * namespace or the volume that the job needs is there.
 * @throws NomadUnreachable when nobody answers, since an update could not do anything then.
 */
export async function askForPlan(
  client: NomadClient,
  log: Log,
  urn: string,
  job: Job,
  policyOverride: boolean,
): Promise<PlanResponse | undefined> {
  const namespace = job.Namespace ?? client.settings.namespace;
  const body = { Job: { ...job, Namespace: namespace }, Diff: false, PolicyOverride: policyOverride };
  try {
    const path = `/v1/job/${encodeURIComponent(job.ID)}/plan`;
    const plan = await client.put<PlanResponse>(path, { query: { namespace, region: job.Region }, body });
    const unplaced = Object.keys(plan.FailedTGAllocs ?? {});
    if (unplaced.length > 0)
      log("debug", `No node has room for task group ${unplaced.join(", ")} right now`, urn);
    if (plan.Warnings) log("debug", plan.Warnings, urn);
    return plan;
  } catch (error) {
    if (!(error instanceof NomadError)) throw error;
    if (/nonexistent namespace/.test(error.message)) log("debug", error.message, urn);
    else log("warning", `Nomad would refuse this job: ${error.message}`, urn);
    return undefined;
  }
}
