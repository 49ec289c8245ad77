/** The report of a rollout that failed: what, why, what still serves, what to type next. */
import { describePlacementFailure, describeTaskFailure } from "./describe";
import { type NomadApi, NomadApiError } from "./nomadApi";
import {
  type Allocation,
  allocationIndex,
  allocationLabel,
  type Deployment,
  type Evaluation,
} from "./nomadModels";

const logLines = 30;
const logBytes = 20_000;

/** Takes out what must not be shown. */
export type Mask = (text: string) => string;

/** A mask that replaces every occurrence of these values. */
export function maskOf(secrets: readonly string[]): Mask {
  const values = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, "[secret]"), text);
}

export interface FailedRollout {
  jobName: string;
  /** Undefined when the job was not even registered. */
  version?: number;
  deployment?: Deployment;
  /** Reason that the watch itself gave for failing the deployment. */
  reason?: string;
}

/** The last lines of a task's log, the stream with content; empty when there is none. */
async function logTail(api: NomadApi, allocation: Allocation, task: string): Promise<string[]> {
  const read = async (type: string): Promise<string> => {
    try {
      return await api.text(`/v1/client/fs/logs/${allocation.ID}`, {
        task,
        type,
        plain: "true",
        origin: "end",
        offset: logBytes,
      });
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      // A task that was never started has no log: Nomad answers 404.
      return error.status === 404 || error.status === 500 ? "" : `(the log can't be read: ${error.message})`;
    }
  };
  const [stdout, stderr] = await Promise.all([read("stdout"), read("stderr")]);
  const chosen = task === "migrate" && stdout.trim() ? `${stdout}${stderr}` : stderr.trim() ? stderr : stdout;
  return chosen.trimEnd().split("\n").filter(Boolean).slice(-logLines);
}

async function allocationReport(api: NomadApi, allocation: Allocation): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, state] of Object.entries(allocation.TaskStates ?? {})) {
    const failure = describeTaskFailure(name, state);
    if (!failure) continue;
    lines.push(`${allocationLabel(allocation)} on ${allocation.NodeName}: ${failure.what}`);
    const tail = await logTail(api, allocation, name);
    if (tail.length > 0) lines.push(`  last lines of its log:`, ...tail.map((line) => `    ${line}`));
    lines.push(`  What to do: ${failure.whatToDo}`);
  }
  const server = allocation.TaskStates?.server;
  if (lines.length === 0 && server?.State === "running" && allocation.DeploymentStatus?.Healthy !== true) {
    lines.push(
      `${allocationLabel(allocation)} on ${allocation.NodeName}: the server runs but never passed its check`,
    );
    const tail = await logTail(api, allocation, "server");
    if (tail.length > 0) lines.push(`  last lines of its log:`, ...tail.map((line) => `    ${line}`));
    lines.push(
      "  What to do: try the check's path by hand; a 400 means ALLOWED_HOSTS: set httpService.checkHeaders.Host, " +
        "a refused connection means that the server listens on another port or address than 0.0.0.0 and `port`.",
    );
  }
  return lines;
}

/** Worth showing first: what failed, index 0 before the others. */
function byInterest(a: Allocation, b: Allocation): number {
  const failed = (allocation: Allocation): number => (allocation.ClientStatus === "failed" ? 0 : 1);
  return failed(a) - failed(b) || allocationIndex(a) - allocationIndex(b);
}

/**
 * What still answers. A running allocation does not, when it never passed its check and its own deployment
 * failed too; one that Nomad has just taken back into the version before has no verdict yet, and does.
 */
async function stillServing(
  api: NomadApi,
  path: string,
  allocations: Allocation[],
  failed: number,
): Promise<string> {
  const { body: deployments } = await api.get<Deployment[]>(`${path}/deployments`, { all: "true" });
  const lost = new Set(
    deployments.filter(({ Status }) => Status === "failed").map((deployment) => deployment.JobVersion),
  );
  const serving = allocations.filter(
    ({ JobVersion, ClientStatus, DesiredStatus, DeploymentStatus }) =>
      JobVersion !== failed &&
      ClientStatus === "running" &&
      DesiredStatus === "run" &&
      (DeploymentStatus?.Healthy === true || !lost.has(JobVersion)),
  );
  return serving.length > 0
    ? `The version before still serves: ${serving.length} running.`
    : "Nothing serves: there was no version before that passed its check, or it does not run any more.";
}

/** @returns the report's lines. Never throws for what Nomad does not answer: it says so instead. */
export async function failureReport(api: NomadApi, failed: FailedRollout, mask: Mask): Promise<string> {
  const { jobName, version, deployment, reason } = failed;
  const lines: string[] = [];
  try {
    if (version === undefined) {
      return `Job ${jobName} was not registered: the reason is in the error below.`;
    }
    const path = `/v1/job/${encodeURIComponent(jobName)}`;
    const { body: allocations } = await api.get<Allocation[]>(`${path}/allocations`, { all: "true" });
    const ours = allocations.filter(({ JobVersion }) => JobVersion === version).sort(byInterest);
    const said = reason ?? deployment?.StatusDescription ?? "the deployment did not finish in time";
    lines.push(`The rollout of ${jobName} version ${version} failed: ${said}`);
    const reports = [];
    for (const allocation of ours) reports.push(await allocationReport(api, allocation));
    const telling = reports.filter((report) => report.length > 0).slice(0, 2);
    lines.push(...telling.flat().map((line) => `  ${line}`));
    const { body: evaluations } = await api.get<Evaluation[]>(`${path}/evaluations`);
    lines.push(...placementLines(evaluations).map((line) => `  ${line}`));
    lines.push(await stillServing(api, path, allocations, version));
    lines.push(...(await revertLine(api, path, version)));
    const [first] = ours;
    const more = first
      ? `\`nomad alloc logs -stderr -task migrate ${first.ID.slice(0, 8)}\` shows more.`
      : `\`nomad job status ${jobName}\` shows more.`;
    lines.push(`Next: mend the cause and run \`pulumi up\` again; ${more}`);
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    lines.push(`(more can't be said: ${error.message})`);
  }
  return mask(lines.join("\n"));
}

/** The newest evaluation that could not place something. */
export function placementLines(evaluations: Evaluation[]): string[] {
  const [latest] = evaluations
    .filter(({ FailedTGAllocs }) => FailedTGAllocs && Object.keys(FailedTGAllocs).length > 0)
    .sort((a, b) => b.CreateIndex - a.CreateIndex);
  return Object.values(latest?.FailedTGAllocs ?? {}).map(
    (failure) => `No room: ${describePlacementFailure(failure)}`,
  );
}

async function revertLine(api: NomadApi, path: string, version: number): Promise<string[]> {
  const { body } = await api.get<{ Version: number }>(path);
  return body.Version > version
    ? [
        `Nomad went back to the last good version (as version ${body.Version}). Applied migrations stay applied.`,
      ]
    : [];
}
