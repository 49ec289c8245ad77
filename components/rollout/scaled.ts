/** What an autoscaler does to the job beside this program: it registers a version in which only numbers differ. */
import type { NomadApi } from "../nomad/api";
import type { RegisteredJob } from "../nomad/models";
import { jobPath, type Registered, registeredNumbers, submittedText } from "../nomad/registered";
import { withoutEmptyScaling } from "./scalingDiff";
import { isScaling, type JobDiff, type Plan } from "./plan";

/** Follows the number of instances where a release starts all of them beside the old ones (blue-green). */
const following = ["Update.Canary"];

/**
 * The text that the registered job was made from, where since then only an autoscaler has changed numbers: to Pulumi that is
 * no change, and nothing is to be registered.
 *
 * @param plan of the same job with the registered numbers. @param render makes the text with other numbers.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function textBeforeScaling(
  api: NomadApi,
  jobName: string,
  { registered, plan, scaled }: { registered: Registered; plan: Plan; scaled: readonly string[] },
  render: (numbers: Record<string, number>) => string,
): Promise<string | undefined> {
  if (scaled.length === 0 || !isScaling(plan.Diff, scaled, following)) return undefined;
  const text = await submittedText(api, jobName, registered.job.Version);
  const numbers = text === undefined ? undefined : numbersIn(text);
  return numbers && render(numbers) === text ? text : undefined;
}

/** Instances of each group in a jobspec; undefined of one that is not JSON, as other tools submit. */
export function numbersIn(jobspec: string): Record<string, number> | undefined {
  if (!jobspec.startsWith("{")) return undefined;
  const { Job } = JSON.parse(jobspec) as { Job?: Pick<RegisteredJob, "TaskGroups"> };
  return Job?.TaskGroups ? registeredNumbers({ job: Job }) : undefined;
}

/**
 * Whether an autoscaler alone has registered each version since.
 * @param modifyIndex of the version that this program knows. @throws {NomadApiError} when Nomad does not answer.
 */
export async function scaledSince(
  api: NomadApi,
  jobName: string,
  modifyIndex: number,
  scaled: readonly string[],
): Promise<boolean> {
  if (scaled.length === 0) return false;
  const { body } = await api.get<{ Versions: RegisteredJob[]; Diffs: (JobDiff | null)[] | null }>(
    `${jobPath(jobName)}/versions`,
    { diffs: "true" },
  );
  const since = body.Versions.findIndex(({ JobModifyIndex }) => JobModifyIndex === modifyIndex);
  if (since < 0) return false;
  const between = (body.Diffs ?? []).slice(0, since);
  return between.every((diff) => diff !== null && isScaling(withoutEmptyScaling(diff), scaled));
}
