/** Whether an instance serves, asked of Nomad. */
import { type NomadApi, NomadApiError } from "../nomad/api";
import { type Allocation, type CheckResult, isServing, mainState, processOf } from "../nomad/models";

/** Last results of an allocation's checks; empty where Nomad runs none or its client is away. */
export async function checkResults(api: NomadApi, { ID }: Allocation): Promise<CheckResult[]> {
  try {
    const { body } = await api.get<Record<string, CheckResult> | null>(`/v1/client/allocation/${ID}/checks`);
    return Object.values(body ?? {});
  } catch (error) {
    if (error instanceof NomadApiError && error.status !== undefined) return [];
    throw error;
  }
}

/**
 * A deployment's verdict counts for the web server. An instance that Nomad placed later has none: it serves when its
 * checks pass, or, where Nomad runs none, when it has run for `minHealthySeconds`. A process must have run for that
 * long in any case: one that ends as soon as it has begun runs at some moments, too.
 */
export async function serves(
  api: NomadApi,
  allocation: Allocation,
  minHealthySeconds: number,
): Promise<boolean> {
  if (!isServing(allocation)) return false;
  const isWeb = processOf(allocation) === undefined;
  if (!allocation.DeploymentStatus?.Healthy) {
    const checks = await checkResults(api, allocation);
    if (checks.some(({ Status }) => Status !== "success")) return false;
    if (isWeb && checks.length > 0) return true;
  } else if (isWeb) return true;
  const started = Date.parse(mainState(allocation)?.StartedAt ?? "");
  return api.now() - started >= minHealthySeconds * 1000;
}
