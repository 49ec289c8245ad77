/** Where and how eagerly Nomad runs the allocations: plain values, defaults applied, checked. */
import type { Duration } from "./duration";

export interface PlacementSpec {
  namespace?: string;
  region?: string;
  datacenters: readonly string[];
  nodePool?: string;
  constraints?: readonly ConstraintSpec[];
  affinities?: readonly AffinitySpec[];
  spreads?: readonly SpreadSpec[];
  /** 1 to 100. */
  priority?: number;
}

export interface ConstraintSpec {
  /** Such as `${node.class}`. */
  attribute?: string;
  operator: string;
  value?: string;
}

export interface AffinitySpec extends ConstraintSpec {
  /** -100 to 100; below zero keeps away. */
  weight: number;
}

export interface SpreadSpec {
  attribute: string;
  /** 1 to 100. */
  weight: number;
  targets: readonly { value: string; percent: number }[];
}

/** Restarts of the server on the node where it is. */
export interface RestartSpec {
  attempts: number;
  delay: Duration;
  interval: Duration;
  mode: "fail" | "delay";
}

/** How failed allocations are rescheduled. */
export interface RescheduleSpec {
  attempts?: number;
  interval?: Duration;
  delay: Duration;
  delayFunction: "constant" | "exponential" | "fibonacci";
  maxDelay: Duration;
  unlimited: boolean;
}
