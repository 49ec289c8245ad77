import type { KnownArgs } from "../arguments";
import type { ScalingSpec } from "../jobspec";

/** What the job says of a number that an autoscaler sets, defaults applied. */
export function scalingSpec(
  scaling: KnownArgs["scaling"],
  defaults: Pick<ScalingSpec, "min" | "enabled">,
): ScalingSpec | undefined {
  return scaling && { ...defaults, ...scaling };
}
