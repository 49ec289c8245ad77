/** The last question of every `up`, changed or not: does what the program describes serve? */
import { allocationReport, type Finding } from "./allocationReport";
import { waysOn } from "./describe";
import { countsByGroup, type GroupCounts } from "./groups";
import { groupName } from "../jobspec";
import type { Mask } from "./mask";
import type { NomadApi } from "../nomad/api";
import { type Allocation, allocationGroup, isActive, type RegisteredJob } from "../nomad/models";
import { lookEveryMs, pause } from "../nomad/pause";
import { changesJob, type Plan } from "./plan";
import { askRegistered, jobPath, type Registered } from "../nomad/registered";
import { failureReport } from "./report";
import { scaledSince } from "./scaled";
import { serves } from "./serving";
import { RolloutWatch, type WatchOptions } from "./watch";

export interface VerifyOptions extends WatchOptions, GroupCounts {
  /** `update.strategy`. */
  strategy: string;
  /** The job's modify index in Pulumi's state. */
  modifyIndex: number;
  /** What Nomad said of the jobspec before anything was registered; undefined when it could not be asked. */
  plan: Plan | undefined;
  /** How long an instance must have run that no deployment and no check speaks for. @default 0 */
  minHealthySeconds?: number;
  /** How long instances may be short of `count` once the rollout is over. @default 60 */
  graceSeconds?: number;
}

/**
 * Waits for a deployment that still runs, as after an `up` that was killed.
 * @returns what is wrong; undefined when the registered version is the program's and serves.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function verifyServing(
  api: NomadApi,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { jobName, modifyIndex, plan, mask } = options;
  const registered = await askRegistered(api, jobName);
  const ended = endedByOthers(jobName, registered);
  if (!registered || ended !== undefined) return ended;
  const { job, latest } = registered;
  const other = await otherVersion(job.JobModifyIndex, options);
  if (other) return `Job ${jobName}, now at version ${job.Version}, ${other}`;
  if (latest?.JobVersion === job.Version) {
    if (latest.Status === "paused") {
      return `The rollout of ${jobName} version ${job.Version} is paused: ${waysOn(api, latest)}; then run \`pulumi up\` again.`;
    }
    const watch = new RolloutWatch(api, options);
    if (isActive(latest)) {
      options.tell(`version ${job.Version} of ${jobName} is still being rolled out: waiting for it`);
      await watch.followRegistered(job.Version, signal);
    }
    const deployment = watch.deployment ?? latest;
    if (deployment.Status !== "successful") {
      return failureReport(api, { ...options, version: job.Version, deployment, reason: watch.reason }, mask);
    }
  }
  return shortOfCount(api, job, options, signal);

  // A registration by this program shows as an index other than the plan's.
  async function otherVersion(index: number, { scaled = [] }: VerifyOptions): Promise<string | undefined> {
    if (index !== modifyIndex)
      return (await scaledSince(api, jobName, modifyIndex, scaled)) ? undefined : registeredByOthers;
    if (!plan || index !== plan.JobModifyIndex || !changesJob(plan)) return undefined;
    return "is not what the program describes: it was changed outside Pulumi. Run `pulumi up --refresh`.";
  }
}

const registeredByOthers =
  "was registered by another user or tool while this `up` ran. Run `pulumi up --refresh`.";

function endedByOthers(jobName: string, registered: Registered | undefined): string | undefined {
  if (!registered) {
    return `Job ${jobName} is gone from Nomad. Run \`pulumi up --refresh\` to register it again.`;
  }
  if (!registered.job.Stop) return undefined;
  return `Job ${jobName} was stopped by another user or tool. Run \`pulumi up --refresh\` to start it again.`;
}

/** One is shown: the logs of the others are not read. */
async function firstFinding(
  api: NomadApi,
  allocations: readonly Allocation[],
  mask: Mask,
): Promise<Finding | undefined> {
  for (const one of allocations) {
    const [finding] = await allocationReport(api, one, mask);
    if (finding) return finding;
  }
  return undefined;
}

/** Instances come back from a restart or another node within moments; more than that is a failure. */
async function shortOfCount(
  api: NomadApi,
  { Version: version, TaskGroups }: RegisteredJob,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { jobName, tell, modifyIndex, scaled = [], minHealthySeconds = 0, graceSeconds = 60 } = options;
  const numbers = Object.fromEntries(TaskGroups.map(({ Name, Count }) => [Name, Count]));
  const wanted = Object.entries(countsByGroup(options, numbers));
  const end = Date.now() + graceSeconds * 1000;
  let told = "";
  for (;;) {
    const { body } = await api.get<Allocation[]>(`${jobPath(jobName)}/allocations`);
    // Of this version: Nomad may have forgotten a deployment that failed while the one before serves on.
    const ours = body.filter(({ JobVersion }) => JobVersion === version);
    const serve = await Promise.all(ours.map((one) => serves(api, one, minHealthySeconds, ours)));
    const serving = ours.filter((_, index) => serve[index]).map(allocationGroup);
    const missing = wanted
      .map(([group, count]) => ({ group, count, there: serving.filter((name) => name === group).length }))
      .find(({ count, there }) => there < count);
    if (!missing) return undefined;
    const { group, count, there } = missing;
    const [of, does] = group === groupName ? [jobName, "serve"] : [`${jobName}'s process ${group}`, "run"];
    const now = await askRegistered(api, jobName);
    const ended = endedByOthers(jobName, now);
    if (!now || ended !== undefined) return ended;
    if (now.job.Version !== version) {
      if (await scaledSince(api, jobName, modifyIndex, scaled)) return verifyServing(api, options, signal);
      return `Job ${jobName}, now at version ${now.job.Version}, ${registeredByOthers}`;
    }
    if (signal.aborted || Date.now() > end) {
      const short = ours.filter((one, index) => allocationGroup(one) === group && !serve[index]);
      const first = await firstFinding(api, short, options.mask);
      return [
        `Only ${there} of ${count} instances of ${of} ${does}, ${graceSeconds} s after its last ` +
          `rollout was over. \`nomad job status${api.placeOptions} ${jobName}\` shows more.`,
        ...(first?.lines ?? []).map((line) => `  ${line}`),
      ].join("\n");
    }
    const instances = group === groupName ? "instances" : `instances of ${group}`;
    const line = `${there} of ${count} ${instances} ${does}, waiting for the others`;
    if (line !== told) tell(line);
    told = line;
    await pause(lookEveryMs, signal);
  }
}
