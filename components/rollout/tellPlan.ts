/** Says in a preview what Nomad would do with the job. */
import type * as pulumi from "@pulumi/pulumi";
import { say, warn } from "../messages/say";
import { describePlan } from "./plan";
import type { Rendered } from "./rendering";
import type { RolloutArgs } from "./rolloutArgs";

/**
 * @param rendered undefined while there is no jobspec: a secret is not there yet, or the image is another resource's. That
 * is no reason to warn: the first preview of a stack can't have one.
 */
export function tellPlan(rendered: Rendered | undefined, args: RolloutArgs, job: pulumi.Resource): void {
  if (rendered === undefined) {
    return say("Nomad's plan is not known yet: the job needs values that only `up` makes", job);
  }
  const { plan, problem, numbers } = rendered;
  if (problem !== undefined) warn(problem, job);
  if (!plan) return;
  const { info, warnings } = describePlan(plan, args.strategy, args, numbers);
  if (info.length > 0) say(info.join("\n"), job);
  for (const warning of warnings) warn(warning, job);
}
