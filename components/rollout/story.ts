/** Tells a rollout as it happens: each change is one line, said once. */
import { GATE_FIRST_LINE, GATE_LINE_PREFIX } from "../gate";
import { type AppliedMigrations, appliedIn, appliedName } from "./applied";
import { describeAllocation, describeCheck, describeDeployment } from "./describe";
import { LogReader, type Piece } from "../nomad/logReader";
import type { Mask } from "./mask";
import { checkResults } from "./serving";
import { type NomadApi, NomadApiError } from "../nomad/api";
import { type Allocation, allocationLabel, type Deployment, mainState, processOf } from "../nomad/models";

/** Says one line to the person who waits. */
export type Tell = (line: string) => void;

/** Seconds without news after which a running migration is said to run still; doubled each time. */
const firstSignOfLife = 10;
/** The gate's lines on what takes its time. */
const lasting = /: (applying|running|waiting|still) /;

/** A server that has only just started may refuse its first checks. */
const bootMs = 15_000;

const lostLines =
  "the log grew faster than Nomad keeps it: lines are lost (raise logs.maxFiles or logs.maxFileSize)";

/** What one thing may say, and all of them together: a project's `migrate` may print a line for each of 20,000 steps. */
const linesOfOne = 200;
const linesOfAll = 1000;
/** A check's answer may be another one each time that it is asked. */
const wordsOfOneCheck = 20;

/** How far the gate's log has been told. */
interface GateProgress {
  log: LogReader;
  last: string;
  since: number;
  nextSign: number;
  ended: boolean;
  told: number;
  /** Since the last line that was told. */
  leftOut: number;
  /** Whether all of the log so far has been read. */
  readable: boolean;
  /** Migrations that it has named as applied. */
  applied: string[];
}

export class Story {
  /** What the gate that led says in its closing line. */
  migrations: AppliedMigrations | undefined;

  private readonly told = new Map<string, string>();
  private readonly gates = new Map<string, GateProgress>();
  private toldOfGates = 0;
  private readonly healthy = new Set<string>();
  private readonly checkWords = new Map<string, string>();
  private readonly checkLines = new Map<string, number>();

  /** @param mask for what is cut here; what is told whole, the caller masks. */
  constructor(
    private readonly api: NomadApi,
    private readonly tell: Tell,
    private readonly mask: Mask,
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
    const { migrate } = allocation.TaskStates ?? {};
    const server = mainState(allocation);
    if (migrate?.FinishedAt && Date.parse(migrate.FinishedAt) < since && allocation.DesiredStatus === "run") {
      if (allocation.ClientStatus === "running")
        this.once(allocation.ID, `${label}: keeps running, updated in place`);
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
    const progress = known ?? {
      log: new LogReader(this.api, allocation.ID, "migrate"),
      ...{
        last: "",
        since: now,
        nextSign: firstSignOfLife,
        ended: false,
        told: 0,
        leftOut: 0,
        readable: false,
        applied: [],
      },
    };
    this.gates.set(allocation.ID, progress);
    if (progress.ended) return progress.last !== "";
    const isDead = allocation.TaskStates?.migrate?.State === "dead";
    const { lines, lost, more, unread } = await this.gateLog(progress.log);
    progress.readable = !lost && !more && !unread;
    progress.ended = isDead && !more;
    if (lost) this.once(`${allocation.ID}/lost`, `${label}: ${lostLines}`);
    for (const line of lines.filter((text) => text.startsWith(GATE_LINE_PREFIX))) {
      if (line.startsWith(GATE_FIRST_LINE)) {
        // Meant for readers of the log; here it only tells that the gate runs.
      } else if (progress.told >= linesOfOne || this.toldOfGates >= linesOfAll) progress.leftOut += 1;
      else {
        this.tell(`${label}: ${line}`);
        progress.told += 1;
        this.toldOfGates += 1;
      }
      progress.last = line;
      const name = appliedName(line);
      if (name !== undefined) progress.applied.push(name);
      this.migrations = appliedIn(line, progress.applied) ?? this.migrations;
      // With lines left out, time goes on: a sign of life is all that is told.
      if (progress.leftOut === 0) Object.assign(progress, { since: now, nextSign: firstSignOfLife });
    }
    this.signOfLife(progress, label, (now - progress.since) / 1000);
    return progress.last !== "";
  }

  /** Whether the gate of an allocation has said anything; undefined when that can't be known. */
  gateSpoke({ ID }: Allocation): boolean | undefined {
    const progress = this.gates.get(ID);
    if (!progress) return undefined;
    return progress.last !== "" || (progress.readable ? false : undefined);
  }

  private signOfLife(progress: GateProgress, label: string, seconds: number): void {
    const { ended, last, leftOut, nextSign } = progress;
    if (leftOut > 0 && (ended || seconds >= nextSign)) {
      this.tell(`${label}: (${leftOut} lines left out) ${last}`);
      progress.leftOut = 0;
      progress.nextSign *= 2;
    } else if (!ended && lasting.test(last) && seconds >= nextSign) {
      this.tell(`${label}: ${last} (for ${Math.floor(seconds)} s now)`);
      progress.nextSign *= 2;
    }
  }

  private gateLog(log: LogReader): Promise<Piece & { unread?: true }> {
    return log.read().catch((error: unknown) => {
      if (!(error instanceof NomadApiError) || error.status === undefined || error.tokenProblem) throw error;
      // With any other answer the log file is not there yet: it comes a moment after the task.
      if (error.status === 403)
        this.once("logs", `The progress of the migrations can't be shown. ${error.message}`);
      return { lines: [], lost: false, more: false, unread: true };
    });
  }

  /** A check that fails says early what the deadline would say late. Consul's checks Nomad does not know. */
  private async checks(allocation: Allocation, label: string): Promise<void> {
    for (const said of await failingChecks(this.api, allocation, this.mask)) {
      this.checkWords.set(allocation.ID, said);
      const about = `${allocation.ID}/check`;
      if (this.told.get(about) === `${label}: ${said}`) continue;
      const times = (this.checkLines.get(about) ?? 0) + 1;
      this.checkLines.set(about, times);
      if (times <= wordsOfOneCheck) this.once(about, `${label}: ${said}`);
      else
        this.once(
          `${about}/more`,
          `${label}: its check answers differently each time; further answers are left out`,
        );
    }
  }

  /** What the check of an allocation said last; Nomad forgets it when the allocation stops. */
  lastCheck({ ID }: Allocation): string | undefined {
    return this.checkWords.get(ID);
  }
}

/** What the failing checks of an allocation say; empty where Nomad runs none or its client is away. */
export async function failingChecks(api: NomadApi, allocation: Allocation, mask: Mask): Promise<string[]> {
  return (await checkResults(api, allocation))
    .map((check) => describeCheck(check, mask))
    .filter((said) => said !== undefined)
    .map((said) => inItsKeys(said, processOf(allocation)));
}

/** A process's check has keys of its own. */
function inItsKeys(said: string, process: string | undefined): string {
  if (process === undefined) return said;
  return said.replace(
    /httpService\.check([A-Z])/g,
    (_key, letter: string) => `processes.${process}.check.${letter.toLowerCase()}`,
  );
}
