/** Whether an instance serves, asked of Nomad. */
import { type NomadApi, NomadApiError } from "../nomad/api";
import {
  type Allocation,
  type CheckResult,
  isServing,
  mainState,
  processOf,
  type TaskState,
} from "../nomad/models";

/** An instance that ends sooner than this after its start, in milliseconds, may end as soon again. */
const shortLifeMs = 30_000;

/** The longest of the short lives that a task had before its present one, in milliseconds; 0 without any. */
function longestShortLife(state: TaskState | undefined): number {
  let started: number | undefined;
  let longest = 0;
  for (const { Type, Time = 0 } of state?.Events ?? []) {
    if (Type === "Started") started = Time / 1e6;
    if (Type !== "Terminated" || started === undefined) continue;
    const life = Time / 1e6 - started;
    if (life < shortLifeMs) longest = Math.max(longest, life);
  }
  return longest;
}

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
 * long in any case: one that ends as soon as it has begun runs at some moments, too. If it, or one that it replaces, has
 * ended before, it must have outlived that by so much.
 *
 * @param all allocations of its version.
 */
export async function serves(
  api: NomadApi,
  allocation: Allocation,
  minHealthySeconds: number,
  all: readonly Allocation[] = [allocation],
): Promise<boolean> {
  if (!isServing(allocation)) return false;
  const isWeb = processOf(allocation) === undefined;
  if (!allocation.DeploymentStatus?.Healthy) {
    const checks = await checkResults(api, allocation);
    if (checks.some(({ Status }) => Status !== "success")) return false;
    if (isWeb && checks.length > 0) return true;
  } else if (isWeb) return true;
  const lives = all
    .filter(({ Name }) => Name === allocation.Name)
    .map((one) => longestShortLife(mainState(one)));
  const started = Date.parse(mainState(allocation)?.StartedAt ?? "");
  return api.now() - started >= minHealthySeconds * 1000 + Math.max(...lives);
}
