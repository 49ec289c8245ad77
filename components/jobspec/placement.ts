/** Placement of the job and its group, and what Nomad does with an allocation that fails. */
import { nanoseconds } from "./duration";
import type { Affinity, Constraint, NomadJob, ReschedulePolicy, RestartPolicy, Spread } from "./nomadTypes";
import type { ConstraintSpec, PlacementSpec, RescheduleSpec, RestartSpec, SpreadSpec } from "./placementSpec";

type Placed = Pick<
  NomadJob,
  "Namespace" | "Region" | "Datacenters" | "NodePool" | "Priority" | "Constraints" | "Affinities" | "Spreads"
>;

/** The fields of the job that say where it runs; what is unset is left to Nomad. */
export function placement(spec: PlacementSpec): Placed {
  return {
    Namespace: spec.namespace,
    Region: spec.region,
    Datacenters: [...spec.datacenters],
    NodePool: spec.nodePool,
    Priority: spec.priority,
    Constraints: listed(spec.constraints?.map(constraint)),
    Affinities: listed(spec.affinities?.map((one): Affinity => ({ ...constraint(one), Weight: one.weight }))),
    Spreads: listed(spec.spreads?.map(spread)),
  };
}

function constraint({ attribute, operator, value }: ConstraintSpec): Constraint {
  return { LTarget: attribute, Operand: operator, RTarget: value };
}

function spread({ attribute, weight, targets }: SpreadSpec): Spread {
  return {
    Attribute: attribute,
    Weight: weight,
    SpreadTarget: listed(targets.map(({ value, percent }) => ({ Value: value, Percent: percent }))),
  };
}

/** Nomad's restart block. */
export function restartPolicy({ attempts, delay, interval, mode }: RestartSpec): RestartPolicy {
  return { Attempts: attempts, Delay: nanoseconds(delay), Interval: nanoseconds(interval), Mode: mode };
}

/** Nomad's reschedule block. */
export function reschedulePolicy(spec: RescheduleSpec): ReschedulePolicy {
  return {
    Attempts: spec.attempts,
    Interval: spec.interval === undefined ? undefined : nanoseconds(spec.interval),
    Delay: nanoseconds(spec.delay),
    DelayFunction: spec.delayFunction,
    MaxDelay: nanoseconds(spec.maxDelay),
    Unlimited: spec.unlimited,
  };
}

/** Nomad has no empty lists: they come back as null. */
function listed<T>(items: T[] | undefined): T[] | undefined {
  return items && items.length > 0 ? items : undefined;
}
