/** What of an application serves, and what does not: asked of Nomad, which does not know what should run. */
import { backupJobName, groupName } from "../../components/jobspec";
import type { NomadApi } from "../../components/nomad/api";
import { type Allocation, type Deployment, isActive } from "../../components/nomad/models";
import { jobPath } from "../../components/nomad/registered";
import { releaseOf } from "../../components/rollout/release";
import { type Companion, companionsOf, childrenOf, type Job, type JobStub } from "./jobs";
import { nextRun } from "./nextRun";
import { groupStatus, type RunningStatus, singletonStatus } from "./runningStatus";

/** One run of a schedule. */
export interface RunStatus {
  state: "ok" | "failed" | "running";
  /** ISO 8601. */
  at: string;
}

export interface ScheduleStatus {
  name: string;
  enabled: boolean;
  /** True when its job was stopped while it should run. */
  stopped?: true;
  /** The newest first, as long as Nomad remembers them: some hours by default. */
  runs: RunStatus[];
  /** ISO 8601. */
  next?: string;
}

export interface RolloutStatus {
  version: number;
  /** As Nomad has it: running, successful, failed, paused, cancelled, ... */
  status: string;
  /** In Nomad's words. */
  description: string;
}

export interface Status {
  job: string;
  /** Whether everything runs that should, and each schedule's last run ended well. */
  ok: boolean;
  stopped: boolean;
  /** Of the job. */
  version: number;
  image: string;
  /** When and by which stack the release came that is registered. */
  release: { number?: number; at: string; stack?: string };
  /** The last one, as long as Nomad remembers it. */
  rollout?: RolloutStatus;
  running: RunningStatus[];
  schedules: ScheduleStatus[];
  /** Of the scheduled backups; undefined without any. */
  backup?: ScheduleStatus;
}

/** How many of a schedule's runs are told. */
const runsTold = 3;

/**
 * @param named singletons and schedules that should run: of those that were stopped, only these are told.
 * @throws {NomadApiError}
 */
export async function statusOf(api: NomadApi, job: Job, named: readonly string[]): Promise<Status> {
  const [allocations, deployments, versions, all] = await Promise.all([
    api.get<Allocation[]>(`${jobPath(job.ID)}/allocations`),
    api.get<Deployment[]>(`${jobPath(job.ID)}/deployments`),
    api.find<{ Versions: Job[] | null }>(`${jobPath(job.ID)}/versions`),
    companionsOf(api, job),
  ]);
  const companions = all.filter(({ stopped, name }) => !stopped || named.includes(name));
  const own = await Promise.all(
    job.TaskGroups.map((group) => groupStatus(api, job, group, allocations.body)),
  );
  const others = await Promise.all(
    companions.filter(({ kind }) => kind === "singleton").map((one) => singletonStatus(api, one)),
  );
  const schedules = await Promise.all(
    companions.filter(({ kind }) => kind === "schedule").map((one) => scheduleStatus(api, one)),
  );
  const backupName = backupJobName(job.ID).slice(job.ID.length + 1);
  const running = [...own, ...others];
  const isShort = running.some(({ healthy, wanted }) => healthy < wanted);
  const isLate = schedules.some(
    ({ enabled, stopped, runs }) => stopped || (enabled && runs.find(ended)?.state === "failed"),
  );
  return {
    job: job.ID,
    ok: !job.Stop && !isShort && !isLate,
    stopped: job.Stop,
    version: job.Version,
    image: imageOf(job),
    release: releaseStatus(job, versions?.Versions ?? []),
    ...rolloutStatus(deployments.body),
    running,
    schedules: schedules.filter(({ name }) => name !== backupName),
    ...only(
      "backup",
      schedules.find(({ name }) => name === backupName),
    ),
  };
}

function only<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

const ended = ({ state }: RunStatus): boolean => state !== "running";

function imageOf({ TaskGroups }: Job): string {
  const web = TaskGroups.find(({ Name }) => Name === groupName) ?? TaskGroups[0];
  const tasks = web.Tasks ?? [];
  return (tasks.find(({ Name }) => Name === "server") ?? tasks[0]).Config?.image ?? "";
}

/** A release keeps its number while processes are added or counts change: it came with the first of these versions. */
function releaseStatus(job: Job, versions: readonly Job[]): Status["release"] {
  const number = releaseOf(job);
  const same = versions.filter((version) => number !== undefined && releaseOf(version) === number);
  const first = Math.min(job.SubmitTime, ...same.map(({ SubmitTime }) => SubmitTime));
  return { ...only("number", number), at: iso(first / 1e6), ...only("stack", job.Meta?.pulumi_stack) };
}

/** One that was reverted tells more than the revert, which has a version of its own. */
function rolloutStatus(deployments: readonly Deployment[]): Pick<Status, "rollout"> {
  const [last, before] = [...deployments].sort((a, b) => b.JobVersion - a.JobVersion);
  if (last === undefined) return {};
  const isRevert =
    !isActive(last) && before?.Status === "failed" && /rolling back to/.test(before.StatusDescription);
  const { JobVersion, Status, StatusDescription } = isRevert && before ? before : last;
  return { rollout: { version: JobVersion, status: Status, description: StatusDescription } };
}

async function scheduleStatus(api: NomadApi, companion: Companion): Promise<ScheduleStatus> {
  const [{ body: job }, children] = await Promise.all([
    api.get<Job>(jobPath(companion.id)),
    childrenOf(api, companion),
  ]);
  const { Enabled = false, Spec = "", Specs, TimeZone = "UTC" } = job.Periodic ?? {};
  const specs = Specs && Specs.length > 0 ? Specs : [Spec];
  const times = specs.map((spec) => nextRun(spec, TimeZone, api.now())).filter((time) => time !== undefined);
  return {
    name: companion.name,
    enabled: Enabled && !job.Stop,
    ...(Enabled && job.Stop ? { stopped: true } : {}),
    runs: children.slice(0, runsTold).map(runStatus),
    ...only("next", Enabled && !job.Stop && times.length > 0 ? iso(Math.min(...times)) : undefined),
  };
}

/** Nomad names a run after its time. */
function runStatus({ ID, Status, SubmitTime, JobSummary }: JobStub): RunStatus {
  const launched = Number(/\/periodic-(\d+)$/.exec(ID)?.[1] ?? SubmitTime / 1e9);
  const groups = Object.values(JobSummary?.Summary ?? {});
  const sum = (state: string): number => groups.reduce((total, group) => total + (group[state] ?? 0), 0);
  if (Status !== "dead") return { state: "running", at: iso(launched * 1000) };
  return { state: sum("Complete") > 0 && sum("Lost") === 0 ? "ok" : "failed", at: iso(launched * 1000) };
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
