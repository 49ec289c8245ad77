/** Nomad's update block. Every group has the same timers, and promotes together with the others. */
import type { AppSpec, UpdateSpec } from "./appSpec";
import { nanoseconds } from "./duration";
import type { UpdateStrategy } from "./nomadTypes";

const second = 1e9;

function canaries(update: UpdateSpec, count: number): number {
  switch (update.strategy) {
    case "canary":
      return 1;
    case "blue-green":
      // Of a parked application none is started, but Nomad promotes nothing by itself without a canary.
      return Math.max(1, count);
    case "rolling":
    case "recreate":
      return 0;
  }
}

/** Of a group with so many allocations. */
export function updateStrategy(
  update: UpdateSpec,
  { count, scaling }: Pick<AppSpec, "count" | "scaling">,
): UpdateStrategy {
  const canary = canaries(update, count);
  return {
    // All at once: no old instance is left to serve beside a new one.
    MaxParallel: update.strategy === "recreate" ? Math.max(1, scaling?.max ?? count) : update.maxParallel,
    Canary: canary,
    AutoPromote: canary > 0,
    // Nomad would go back to the version that "recreate" has stopped: a job that does not run.
    AutoRevert: update.autoRevert && update.strategy !== "recreate",
    HealthCheck: "checks",
    MinHealthyTime: nanoseconds(update.minHealthyTime),
    HealthyDeadline: update.healthyDeadline * second,
    ProgressDeadline: update.progressDeadline * second,
  };
}
