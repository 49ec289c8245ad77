/** Tells a rollout as it happens: each change is one line, said once. */
import { GATE_LINE_PREFIX } from "../migrationGate";
import { describeAllocation, describeCheck, describeDeployment } from "./describe";
import { type NomadApi, NomadApiError } from "./nomadApi";
import { type Allocation, allocationLabel, type CheckResult, type Deployment } from "./nomadModels";

/** Says one line to the person who waits. */
export type Tell = (line: string) => void;

/** Seconds without news after which a running migration is said to run still; doubled each time. */
const firstSignOfLife = 10;
/** The gate's lines on what takes its time. */
const lasting = /: (applying|running|waiting|still) /;

/** A server that has only just started may refuse its first checks. */
const bootMs = 15_000;

/** How far the gate's log has been told. */
interface GateProgress {
  length: number;
  last: string;
  since: number;
  nextSign: number;
  ended: boolean;
}

export class Story {
  private readonly told = new Map<string, string>();
  private readonly gates = new Map<string, GateProgress>();
  private readonly healthy = new Set<string>();
  private readonly checkWords = new Map<string, string>();

  constructor(
    private readonly api: NomadApi,
    private readonly tell: Tell,
  ) {}

  /** Said when it differs from what was said last about the same thing. */
  once(about: string, line: string): void {
    if (this.told.get(about) === line) return;
    this.told.set(about, line);
    this.tell(line);
  }

  /**
   * What an allocation does now: the gate's own lines, then its state.
   * @param since milliseconds: the rollout's begin. What an allocation did before it is another story.
   */
  async allocation(allocation: Allocation, since: number): Promise<void> {
    const label = allocationLabel(allocation);
    const { migrate, server } = allocation.TaskStates ?? {};
    if (migrate?.FinishedAt && Date.parse(migrate.FinishedAt) < since && allocation.DesiredStatus === "run") {
      if (allocation.ClientStatus === "running")
        this.once(allocation.ID, `${label}: runs on, updated in place`);
      return;
    }
    const spoke = migrate?.StartedAt ? await this.gate(allocation, label) : false;
    // The deployment's line says who became healthy; the gate's lines say more than that it runs.
    if (allocation.DeploymentStatus?.Healthy === true && allocation.DesiredStatus === "run") return;
    if (spoke && migrate?.State === "running") return;
    this.once(allocation.ID, `${label}: ${describeAllocation(allocation)}`);
    const boot = this.api.now() - Date.parse(server?.StartedAt ?? "");
    if (server?.State === "running" && boot > bootMs) {
      await this.checks(allocation, label);
    }
  }

  /** How many are healthy, and which ones have just become so. */
  deployment(deployment: Deployment, allocations: readonly Allocation[]): void {
    const fresh = allocations.filter(
      ({ ID, DeploymentStatus }) => DeploymentStatus?.Healthy === true && !this.healthy.has(ID),
    );
    for (const { ID } of fresh) this.healthy.add(ID);
    const who = fresh.map((allocation) => allocationLabel(allocation)).join(", ");
    const state = describeDeployment(deployment);
    if (this.told.get("deployment") === state || (!this.told.has("deployment") && this.healthy.size === 0)) {
      return;
    }
    this.told.set("deployment", state);
    this.tell(who ? `${state}: ${who}` : state);
  }

  /** @returns whether the gate has said anything yet. */
  private async gate(allocation: Allocation, label: string): Promise<boolean> {
    const now = Date.now();
    const known = this.gates.get(allocation.ID);
    const progress = known ?? { length: 0, last: "", since: now, nextSign: firstSignOfLife, ended: false };
    this.gates.set(allocation.ID, progress);
    if (progress.ended) return progress.last !== "";
    progress.ended = allocation.TaskStates?.migrate?.State === "dead";
    const log = await this.gateLog(allocation);
    const complete = log.slice(0, log.lastIndexOf("\n") + 1);
    const fresh = complete.slice(progress.length);
    progress.length = complete.length;
    for (const line of fresh.split("\n").filter((text) => text.startsWith(GATE_LINE_PREFIX))) {
      this.tell(`${label}: ${line}`);
      Object.assign(progress, { last: line, since: now, nextSign: firstSignOfLife });
    }
    const seconds = (now - progress.since) / 1000;
    if (!progress.ended && lasting.test(progress.last) && seconds >= progress.nextSign) {
      this.tell(`${label}: ${progress.last} (for ${Math.floor(seconds)} s now)`);
      progress.nextSign *= 2;
    }
    return progress.last !== "";
  }

  private gateLog(allocation: Allocation): Promise<string> {
    const query = { task: "migrate", type: "stdout", plain: "true" };
    return this.api.text(`/v1/client/fs/logs/${allocation.ID}`, query).catch((error: unknown) => {
      if (!(error instanceof NomadApiError) || error.status === undefined || error.tokenProblem) throw error;
      // With any other answer the log file is not there yet: it comes a moment after the task.
      if (error.status === 403) this.once("logs", `What the migrations do can't be told. ${error.message}`);
      return "";
    });
  }

  /** A check that fails says early what the deadline would say late. Consul's checks Nomad does not know. */
  private async checks(allocation: Allocation, label: string): Promise<void> {
    for (const said of await failingChecks(this.api, allocation)) {
      this.checkWords.set(allocation.ID, said);
      this.once(`${allocation.ID}/check`, `${label}: ${said}`);
    }
  }

  /** What the check of an allocation said last; Nomad forgets it when the allocation stops. */
  lastCheck({ ID }: Allocation): string | undefined {
    return this.checkWords.get(ID);
  }
}

/** What the failing checks of an allocation say; empty where Nomad runs none or its client is away. */
export async function failingChecks(api: NomadApi, { ID }: Allocation): Promise<string[]> {
  try {
    const { body } = await api.get<Record<string, CheckResult> | null>(`/v1/client/allocation/${ID}/checks`);
    return Object.values(body ?? {})
      .map(describeCheck)
      .filter((said) => said !== undefined);
  } catch (error) {
    if (error instanceof NomadApiError && error.status !== undefined) return [];
    throw error;
  }
}
