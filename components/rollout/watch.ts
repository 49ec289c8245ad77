/** Follows one rollout while `pulumi up` waits for it, tells it live, and ends it as soon as it is lost. */
import { GATE_LINE_PREFIX } from "../migrationGate";
import { describeAllocation, describeDeployment } from "./describe";
import { type NomadApi, NomadApiError } from "./nomadApi";
import {
  type Allocation,
  allocationLabel,
  type Deployment,
  type Evaluation,
  type JobSummary,
} from "./nomadModels";
import { placementLines } from "./report";

/** Says one line to the person who waits. */
export type Tell = (line: string) => void;

export interface WatchOptions {
  jobName: string;
  /** Seconds from a server's start to its first passed check. */
  serverDeadlineSeconds: number;
  tell: Tell;
}

/** Between two looks. Logs and deadlines have no blocking query, and the calls are cheap. */
const lookEveryMs = 500;
/** How long a rollout may wait for room in the cluster. */
const placementDeadlineMs = 60_000;

export class RolloutWatch {
  /** The job's version that is being rolled out, once it is registered. */
  version: number | undefined;
  deployment: Deployment | undefined;
  /** Why this watch failed the deployment, when it did. */
  reason: string | undefined;

  private readonly finishing = new AbortController();
  private readonly told = new Map<string, string>();
  private readonly logLength = new Map<string, number>();
  private unplacedSince: number | undefined;
  private readonly path: string;

  constructor(
    private readonly api: NomadApi,
    private readonly options: WatchOptions,
  ) {
    this.path = `/v1/job/${encodeURIComponent(options.jobName)}`;
  }

  /** The job's version before the rollout; undefined when there is no job. */
  async currentVersion(): Promise<number | undefined> {
    try {
      return (await this.api.get<JobSummary>(this.path)).body.Version;
    } catch (error) {
      if (error instanceof NomadApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Looks again and again until {@link finish} is called or the signal of its API ends it. */
  async follow(before: number | undefined, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isLast = this.finishing.signal.aborted;
      try {
        await this.look(before);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NomadApiError)) throw error;
        this.tellOnce("api", error.message);
      }
      if (isLast || signal.aborted) return;
      await pause(lookEveryMs, this.finishing.signal);
    }
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
    const allocations = all.filter(({ JobVersion }) => JobVersion === this.version);
    for (const allocation of allocations) await this.tellAllocation(allocation);
    if (!this.deployment) return;
    this.tellOnce("deployment", describeDeployment(this.deployment));
    if (this.deployment.Status !== "running") return;
    await this.checkPlacement(allocations);
    const lost = this.lostReason(allocations);
    if (lost) await this.fail(lost);
  }

  /** Said when it differs from what was said last about the same thing. */
  private tellOnce(about: string, line: string): void {
    if (this.told.get(about) === line) return;
    this.told.set(about, line);
    this.options.tell(line);
  }

  private async tellAllocation(allocation: Allocation): Promise<void> {
    const label = allocationLabel(allocation);
    if (allocation.TaskStates?.migrate?.StartedAt) await this.tellGate(allocation, label);
    this.tellOnce(allocation.ID, `${label}: ${describeAllocation(allocation)}`);
  }

  /** The gate's own lines, each once. */
  private async tellGate(allocation: Allocation, label: string): Promise<void> {
    const done = allocation.TaskStates?.migrate?.State === "dead";
    if (this.told.get(`${allocation.ID}/gate`) === "done") return;
    const log = await this.api
      .text(`/v1/client/fs/logs/${allocation.ID}`, { task: "migrate", type: "stdout", plain: "true" })
      .catch((error: unknown) => {
        // The log file comes a moment after the task.
        if (error instanceof NomadApiError && error.status !== undefined) return "";
        throw error;
      });
    const complete = log.slice(0, log.lastIndexOf("\n") + 1);
    const fresh = complete.slice(this.logLength.get(allocation.ID) ?? 0);
    this.logLength.set(allocation.ID, complete.length);
    for (const line of fresh.split("\n").filter((line) => line.startsWith(GATE_LINE_PREFIX))) {
      this.options.tell(`${label}: ${line}`);
    }
    if (done) this.told.set(`${allocation.ID}/gate`, "done");
  }

  private async checkPlacement(allocations: Allocation[]): Promise<void> {
    if (allocations.length > 0) {
      this.unplacedSince = undefined;
      return;
    }
    this.unplacedSince ??= Date.now();
    const { body: evaluations } = await this.api.get<Evaluation[]>(`${this.path}/evaluations`);
    const lines = placementLines(
      evaluations.filter(
        ({ DeploymentID, Status }) => DeploymentID === this.deployment?.ID || Status === "blocked",
      ),
    );
    for (const line of lines) this.tellOnce("placement", line);
    if (lines.length > 0 && Date.now() - this.unplacedSince > placementDeadlineMs) {
      await this.fail(
        `no allocation could be placed within ${placementDeadlineMs / 1000} s. ${lines.join("; ")}`,
      );
    }
  }

  /** Why waiting longer can't help; undefined while it can. */
  private lostReason(allocations: Allocation[]): string | undefined {
    for (const allocation of allocations) {
      if (allocation.ClientStatus === "failed") return `${allocationLabel(allocation)} failed`;
      const started = allocation.TaskStates?.server?.StartedAt;
      const late = started && Date.now() - Date.parse(started) > this.options.serverDeadlineSeconds * 1000;
      if (late && allocation.ClientStatus === "running" && allocation.DeploymentStatus?.Healthy !== true) {
        return `the server of ${allocationLabel(allocation)} did not pass its check within ${this.options.serverDeadlineSeconds} s`;
      }
    }
    return undefined;
  }

  /** Nomad alone would wait for its progress deadline; `up` should end in seconds. */
  private async fail(reason: string): Promise<void> {
    if (this.reason !== undefined || !this.deployment) return;
    this.reason = reason;
    await this.api.put(`/v1/deployment/fail/${this.deployment.ID}`, { DeploymentID: this.deployment.ID });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
