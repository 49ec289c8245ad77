/** What an update of the job must not do, although its arguments are right. */
import { needsReplacement } from "./recreate";
import type { Rendered } from "./rendering";
import type { RolloutArgs } from "./rolloutArgs";

/** Why the job must not be updated now, and what to do; undefined when it may. */
export function updateRefusal(
  { strategy, scaled = [] }: Pick<RolloutArgs, "strategy" | "scaled">,
  rendered: Rendered | undefined,
): string | undefined {
  if (needsReplacement(strategy, rendered?.plan)) {
    return (
      'update.strategy became "recreate" together with other changes, and Pulumi does not know yet that this job is ' +
      "to be replaced. Nothing was changed. Run `pulumi up` with the new strategy alone, then with the rest."
    );
  }
  if (scaled.length > 0 && rendered?.numbers === undefined) {
    return (
      "Nomad could not be asked how many instances an autoscaler has set, and this change would set another number. " +
      "Nothing was changed. Run `pulumi up` again."
    );
  }
  return undefined;
}
