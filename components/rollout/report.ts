/** The report of a rollout that failed: what, why, what still serves, what to type next. */
import { RELEASE_FAILED } from "../gate";
import { groupName } from "../jobspec";
import { printable } from "../messages/printable";
import { allocationReport, type Finding } from "./allocationReport";
import { describePlacementFailure } from "./describe";
import type { Mask } from "./mask";
import { type FailedVersion, inBrackets, registeredSince, stillServing } from "./stillServing";
import { type NomadApi, NomadApiError } from "../nomad/api";
import {
  type Allocation,
  allocationIndex,
  type Deployment,
  type Evaluation,
  processOf,
  type RegisteredJob,
} from "../nomad/models";
import { askRegistered, jobPath } from "../nomad/registered";
import type { Rendered } from "./rendering";

export interface FailedRollout extends FailedVersion {
  jobName: string;
  deployment?: Deployment;
  /** Seconds from a migrate container's start to the gate's first line. @default 90 */
  migrateStartSeconds?: number;
  /** Reason that the watch itself gave for failing the deployment. */
  reason?: string;
}

/** Worth showing first: what failed, index 0 before the others, and last what only repeats another one's failure. */
export function byInterest(a: Allocation, b: Allocation): number {
  const failed = (allocation: Allocation): number => (allocation.ClientStatus === "failed" ? 0 : 1);
  const process = (allocation: Allocation): number => (processOf(allocation) === undefined ? 0 : 1);
  return (
    failed(a) - failed(b) ||
    repeats(a) - repeats(b) ||
    process(a) - process(b) ||
    allocationIndex(a) - allocationIndex(b)
  );
}

function repeats({ TaskStates }: Allocation): number {
  const codes = (TaskStates?.migrate?.Events ?? []).map(({ Details }) => Number(Details?.exit_code));
  return codes.includes(RELEASE_FAILED) ? 1 : 0;
}

/** @returns the report's lines. Never throws for what Nomad does not answer: it says so instead. */
export async function failureReport(api: NomadApi, failed: FailedRollout, mask: Mask): Promise<string> {
  const { jobName, version, deployment, reason } = failed;
  const lines: string[] = [];
  try {
    const path = jobPath(jobName);
    const { body: allocations } = await api.get<Allocation[]>(`${path}/allocations`);
    const ours = allocations.filter(({ JobVersion }) => JobVersion === version).sort(byInterest);
    const said = mask(reason ?? deployment?.StatusDescription ?? "the deployment did not finish in time");
    const known = await api.find<{ Versions: RegisteredJob[] | null }>(`${path}/versions`);
    const own = known?.Versions?.find(({ Version }) => Version === version);
    lines.push(
      `The rollout of ${jobName} version ${version}${inBrackets(own)} failed: ${printable(said, { characters: 1000 })}`,
    );
    const findings: (Finding & { id: string })[] = [];
    for (const allocation of ours) {
      const found = await allocationReport(api, allocation, mask, failed.migrateStartSeconds);
      findings.push(...found.map((finding) => ({ ...finding, id: allocation.ID.slice(0, 8) })));
    }
    // Beside one that failed, another group's may only not have had the time.
    const failures = findings.filter(({ isWait }) => !isWait);
    if (failures.length > 0) findings.splice(0, findings.length, ...failures);
    lines.push(...indented(findings.slice(0, 2).flatMap((finding) => finding.lines)));
    const { body: evaluations } = await api.get<Evaluation[]>(`${path}/evaluations`);
    lines.push(...indented(placementLines(ofVersion(evaluations, deployment))));
    const since = await registeredSince(api, path, version, deployment);
    lines.push(await stillServing(api, path, failed, since?.by === "nomad"), ...(since?.lines ?? []));
    lines.push(nextLine(api, jobName, findings[0]));
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    lines.push(
      ...(error.status === undefined
        ? unanswered(failed, error)
        : [`(nothing more is known: ${error.message})`]),
    );
  }
  return mask(lines.join("\n"));
}

/** A reader of a failed `up` must not think that the rollout is over. */
function unanswered({ jobName, version }: FailedRollout, { message }: NomadApiError): string[] {
  return [
    `Nomad stopped answering while version ${version} of ${jobName} was being rolled out: ${message}.`,
    "Its clients continue; how the rollout ends is not known here.",
    "Next: once Nomad answers again, run `pulumi up`. It waits for that rollout and reports how it ended.",
  ];
}

/** The report when this `up` could not even register the job: the provider says why, this says what it means. */
export async function unregisteredReport(
  api: NomadApi,
  jobName: string,
  rendered: Rendered | undefined,
): Promise<string> {
  const unchanged = `Job ${jobName} was not registered: the reason is in the error beside this one.`;
  try {
    const registered = await askRegistered(api, jobName);
    const version = registered?.job.Version;
    if (version !== undefined && version !== rendered?.registered?.job.Version && rendered?.plan) {
      return (
        `Job ${jobName} was not registered: another user or tool registered version ${version} while this \`up\` ran. ` +
        "This `up` changed nothing. Next: look at that version, then run `pulumi up` again."
      );
    }
    return registered ? `${unchanged} Version ${version} stays as it was.` : unchanged;
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    return `${unchanged} (${error.message})`;
  }
}

function indented(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** A task that never ran has no log to look at. */
function nextLine(api: NomadApi, jobName: string, telling?: Finding & { id: string }): string {
  const place = api.placeOptions;
  const logs = (stream: string, task: string): string =>
    `nomad alloc logs${place}${stream === "stderr" ? " -stderr" : ""} -task ${task}`;
  const command =
    telling === undefined
      ? `nomad job status${place} ${jobName}`
      : `${telling.log ? logs(telling.log, telling.task) : `nomad alloc status${place}`} ${telling.id}`;
  const more = `\`${command}\``;
  return `Next: fix the cause and run \`pulumi up\` again; ${more} shows more.`;
}

/** Evaluations of this rollout: that an older one lacked room explains nothing. */
function ofVersion(evaluations: Evaluation[], deployment: Deployment | undefined): Evaluation[] {
  return evaluations.filter(
    ({ DeploymentID, Status }) => DeploymentID === deployment?.ID || Status === "blocked",
  );
}

/** The newest evaluation that could not place something. */
export function placementLines(evaluations: Evaluation[]): string[] {
  const [latest] = evaluations
    .filter(({ FailedTGAllocs }) => FailedTGAllocs && Object.keys(FailedTGAllocs).length > 0)
    .sort((a, b) => b.CreateIndex - a.CreateIndex);
  return Object.entries(latest?.FailedTGAllocs ?? {}).map(
    ([group, failure]) =>
      `No room${group === groupName ? "" : ` for ${printable(group)}`}: ${describePlacementFailure(failure)}`,
  );
}

/** Whether every node was left out for what it is, and none for want of room. */
export function fitsNowhere(placementLine: string): boolean {
  return /constraint ".*" filtered/.test(placementLine) && !placementLine.includes("exhausted");
}
