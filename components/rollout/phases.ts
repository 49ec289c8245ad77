/** How a rollout spent its time, from what Nomad says of its allocations. Pure. */
import { migrateTaskName } from "../jobspec";
import { type Allocation, mainState, type TaskState } from "../nomad/models";

/** Whole seconds of a rollout; each moment counts once, so that the parts make up `total`. */
export interface PhaseSeconds {
  /** From the registration to the last healthy instance. */
  total: number;
  /** While a migrate task ran. */
  migration: number;
  /** While no migration ran, and images were pulled or containers started. */
  image: number;
  /** While servers had started, and their checks or `update.minHealthyTime` were awaited. */
  checks: number;
  /** While the new version waited for room, for the end of an old instance, or for Nomad's next step. */
  waiting: number;
}

type Phase = Exclude<keyof PhaseSeconds, "total">;

interface Span {
  phase: Phase;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/** If allocations are in different phases at one moment, the first of these counts. */
const order: readonly Phase[] = ["migration", "image", "checks"];

/** @param begun milliseconds: when the rollout's version was registered. */
export function phaseSeconds(allocations: readonly Allocation[], begun: number): PhaseSeconds | undefined {
  const healthy = allocations.map(healthySince).filter((time) => time !== undefined && time > begun);
  if (healthy.length === 0) return undefined;
  const ended = Math.max(...(healthy as number[]));
  const spans = allocations.flatMap(spansOf);
  const moments = [begun, ended, ...spans.flatMap(({ from, to }) => [from, to])]
    .filter((moment) => moment >= begun && moment <= ended)
    .sort((a, b) => a - b);
  const spent: Record<Phase, number> = { migration: 0, image: 0, checks: 0, waiting: 0 };
  for (const [index, from] of moments.slice(0, -1).entries()) {
    const to = moments[index + 1];
    const now = spans.filter((span) => span.from <= from && span.to >= to).map(({ phase }) => phase);
    spent[order.find((phase) => now.includes(phase)) ?? "waiting"] += to - from;
  }
  return rounded(spent, ended - begun);
}

function healthySince({ DeploymentStatus }: Allocation): number | undefined {
  if (DeploymentStatus?.Healthy !== true) return undefined;
  return time(DeploymentStatus.Timestamp);
}

function spansOf(allocation: Allocation): Span[] {
  const migrate = allocation.TaskStates?.[migrateTaskName];
  const main = mainState(allocation);
  const spans: { phase: Phase; from: number | undefined; to: number | undefined }[] = [
    { phase: "image", from: setUp(migrate), to: time(migrate?.StartedAt) },
    { phase: "migration", from: time(migrate?.StartedAt), to: time(migrate?.FinishedAt) },
    { phase: "image", from: time(migrate?.FinishedAt), to: time(main?.StartedAt) },
    { phase: "checks", from: time(main?.StartedAt), to: healthySince(allocation) },
  ];
  return spans.filter((span): span is Span => span.from !== undefined && span.to !== undefined);
}

/** Nomad begins with a task only when the instance that it replaces has ended. */
function setUp(task: TaskState | undefined): number | undefined {
  const event = task?.Events?.find(({ Type }) => Type === "Task Setup");
  return event?.Time === undefined ? undefined : event.Time / 1e6;
}

function time(text: string | null | undefined): number | undefined {
  const parsed = Date.parse(text ?? "");
  // Go writes the year 1 for a time that was never set.
  return Number.isNaN(parsed) || parsed <= 0 ? undefined : parsed;
}

/** The parts add up to the total in whole seconds: waiting takes what rounding leaves. */
function rounded(spent: Record<Phase, number>, all: number): PhaseSeconds {
  const whole = (ms: number): number => Math.round(ms / 1000);
  const [total, migration, image] = [whole(all), whole(spent.migration), whole(spent.image)];
  const checks = Math.min(whole(spent.checks), Math.max(0, total - migration - image));
  return { total, migration, image, checks, waiting: Math.max(0, total - migration - image - checks) };
}
