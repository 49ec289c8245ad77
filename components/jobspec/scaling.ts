/** What Nomad tells an autoscaler about a group, and the limits that Nomad itself keeps. */

export interface ScalingSpec {
  min: number;
  max: number;
  enabled: boolean;
  /** Passed on as it is. */
  policy?: Readonly<Record<string, unknown>>;
}

/** Nomad's scaling block. */
export interface Scaling {
  Type: "horizontal";
  Min: number;
  Max: number;
  Enabled: boolean;
  Policy?: Record<string, unknown>;
}

/** The group's block; nothing where the number of its instances is fixed. */
export function scalingBlock(spec: ScalingSpec | undefined): { Scaling?: Scaling } {
  if (!spec) return {};
  const { min, max, enabled, policy } = spec;
  return {
    Scaling: { Type: "horizontal", Min: min, Max: max, Enabled: enabled, Policy: policy && { ...policy } },
  };
}
