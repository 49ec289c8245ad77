/** Follows one rollout while `pulumi up` waits for it, tells it live, and ends it as soon as it is lost. */
import type { AppliedMigrations } from "./applied";
import { waysOn } from "./describe";
import { lostReason } from "./lost";
import { migrateTaskName } from "../jobspec";
import { defaultStartSeconds, isSilentTooLong } from "./silentGate";
import type { Mask } from "./mask";
import { type NomadApi, NomadApiError } from "../nomad/api";
import {
  type Allocation,
  allocationIndex,
  allocationLabel,
  type Deployment,
  type Evaluation,
  isActive,
} from "../nomad/models";
import { lookEveryMs, pause } from "../nomad/pause";
import { jobPath } from "../nomad/registered";
import { byInterest, fitsNowhere, placementLines } from "./report";
import { Story, type Tell } from "./story";

export interface WatchOptions {
  jobName: string;
  /** Seconds from a server's start to its first passed check. */
  serverDeadlineSeconds: number;
  /** Seconds from a migrate container's start to the gate's first line. @default 90 */
  migrateStartSeconds?: number;
  tell: Tell;
  mask: Mask;
}

/** How long a rollout may wait for room in the cluster: something else may end, or the cluster grow. */
const roomDeadlineSeconds = 60;
/** The same where no node is of the kind that is asked for: that is most often a mistake, and waiting mends none. */
const fittingDeadlineSeconds = 15;

export class RolloutWatch {
  /** The job's version that is being rolled out, once it is registered. */
  version: number | undefined;
  deployment: Deployment | undefined;
  /** Why this watch failed the deployment, when it did. */
  reason: string | undefined;
  /** What is wrong with the token since it was good enough to begin: Nomad answers nothing any more. */
  tokenProblem: string | undefined;

  private readonly finishing = new AbortController();
  private readonly story: Story;
  private unplacedSince: number | undefined;
  private readonly path: string;

  constructor(
    private readonly api: NomadApi,
    private readonly options: WatchOptions,
  ) {
    this.path = jobPath(options.jobName);
    this.story = new Story(api, options.tell, options.mask);
  }

  /** The job's version before the rollout; undefined when there is no job. */
  async currentVersion(): Promise<number | undefined> {
    return (await this.api.find<{ Version: number }>(this.path))?.Version;
  }

  /**
   * Looks again and again until {@link finish} is called or the signal of its API ends it.
   * @param before the version that is not yet the one to follow.
   */
  async follow(before: number | undefined, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isLast = this.finishing.signal.aborted;
      try {
        await this.look(before);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NomadApiError)) throw error;
        this.tokenProblem = error.tokenProblem;
        this.story.once("api", this.lostSight ?? error.message);
      }
      if (isLast || signal.aborted) return;
      await pause(lookEveryMs, this.finishing.signal);
    }
  }

  /** Follows a version that is registered already, to the end of its deployment or of the signal. */
  async followRegistered(version: number, signal: AbortSignal): Promise<void> {
    this.version = version;
    while (!signal.aborted) {
      await this.look(undefined);
      if (!this.deployment || !isActive(this.deployment)) return;
      await pause(lookEveryMs, signal);
    }
  }

  /** That nobody follows the rollout any more, and what to do; undefined while somebody does. */
  get lostSight(): string | undefined {
    if (this.tokenProblem === undefined) return undefined;
    const { jobName } = this.options;
    const version = this.version === undefined ? jobName : `version ${this.version} of ${jobName}`;
    return (
      `This \`up\` can't follow the rollout of ${version} any longer: ${this.tokenProblem}. Nomad continues it by itself, ` +
      "to its end or back to the previous version. Next: run `pulumi up` again with a new token; it waits for the end of " +
      "that rollout, and is green only if it serves."
    );
  }

  /** What the release has applied; undefined while nothing is known. */
  get migrations(): AppliedMigrations | undefined {
    return this.story.migrations;
  }

  /** Asks for one last look: the end of a rollout often comes between two. */
  finish(): void {
    this.finishing.abort();
  }

  private async look(before: number | undefined): Promise<void> {
    if (this.version === undefined) {
      const current = await this.currentVersion();
      if (current === undefined || current === before) return;
      this.version = current;
    }
    const { body: deployments } = await this.api.get<Deployment[]>(`${this.path}/deployments`);
    this.deployment = deployments.find(({ JobVersion }) => JobVersion === this.version);
    const { body: all } = await this.api.get<Allocation[]>(`${this.path}/allocations`);
    const allocations = all
      .filter(({ JobVersion }) => JobVersion === this.version)
      .sort((a, b) => allocationIndex(a) - allocationIndex(b));
    const begun = (this.deployment?.CreateTime ?? 0) / 1e6;
    for (const allocation of allocations) await this.story.allocation(allocation, begun);
    if (!this.deployment) return;
    this.story.deployment(this.deployment, allocations);
    if (this.deployment.Status === "paused") {
      const { ID } = this.deployment;
      this.story.once(`${ID}/paused`, `the rollout is paused: ${waysOn(this.api, this.deployment)}`);
    }
    if (this.deployment.Status !== "running") return;
    await this.checkPlacement();
    await this.checkSilence(allocations);
    // One that only repeats another one's failure is not the reason.
    for (const allocation of [...allocations].sort(byInterest)) {
      const lost = lostReason(allocation, this.options.serverDeadlineSeconds, begun, this.api.now());
      if (lost === undefined) continue;
      const said = this.story.lastCheck(allocation);
      return this.fail(said === undefined ? lost : `${lost}: ${said}`);
    }
  }

  /** A task that runs and never speaks: Nomad alone would let it run until its deadlines, or for good. */
  private async checkSilence(allocations: readonly Allocation[]): Promise<void> {
    const limit = this.options.migrateStartSeconds ?? defaultStartSeconds;
    const silent = allocations.filter(
      (allocation) =>
        allocation.TaskStates?.migrate?.State === "running" &&
        this.story.gateSpoke(allocation) === false &&
        isSilentTooLong(allocation.TaskStates.migrate, limit, this.api.now()),
    );
    const [first] = silent;
    if (!first) return;
    await this.fail(`the migrate task of ${allocationLabel(first)} runs, but Django never loaded`);
    for (const allocation of silent) await this.end(allocation);
  }

  /** Nomad stops nothing when there is no version to go back to. */
  private async end(allocation: Allocation): Promise<void> {
    try {
      await this.api.put(`/v1/client/allocation/${allocation.ID}/signal`, {
        Task: migrateTaskName,
        Signal: "SIGKILL",
      });
    } catch (error) {
      if (!(error instanceof NomadApiError) || error.status === undefined) throw error;
      // Nomad may have stopped it already, on its way back to the version before.
      this.story.once(
        `${allocation.ID}/silent`,
        `${allocationLabel(allocation)}: its migrate task could not be ended: ${error.message}. If it still runs, ` +
          `\`nomad alloc stop${this.api.placeOptions} ${allocation.ID.slice(0, 8)}\` ends it`,
      );
    }
  }

  /** With no placement at all Nomad's own progress timer never starts. */
  private async checkPlacement(): Promise<void> {
    const { body: evaluations } = await this.api.get<Evaluation[]>(`${this.path}/evaluations`);
    const lines = placementLines(evaluations.filter(({ Status }) => Status === "blocked"));
    if (lines.length === 0) {
      this.unplacedSince = undefined;
      return;
    }
    this.unplacedSince ??= Date.now();
    const patience = lines.every(fitsNowhere) ? fittingDeadlineSeconds : roomDeadlineSeconds;
    this.story.once("placement", `${lines.join("; ")}. Waiting up to ${patience} s for it`);
    if (Date.now() - this.unplacedSince > patience * 1000) {
      await this.fail(`not every allocation could be placed within ${patience} s`);
    }
  }

  /** Nomad alone would wait for its progress deadline; `up` should end in seconds. */
  private async fail(reason: string): Promise<void> {
    if (this.reason !== undefined || !this.deployment) return;
    this.reason = reason;
    await this.api.put(`/v1/deployment/fail/${this.deployment.ID}`, { DeploymentID: this.deployment.ID });
  }
}
