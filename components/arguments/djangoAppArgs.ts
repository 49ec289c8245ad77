import type { Transform as JobTransform } from "../jobspec";
import type { ProgramArgs } from "./configArgs";
import type { Transforms } from "./transforms";

/** Inputs of `DjangoApp`. Plain values decide which resources exist or are checked before anything runs. */
export interface DjangoAppArgs extends ProgramArgs {
  /**
   * Escape hatch: receives the job as Nomad API JSON and returns the job to register. Called more than once, so
   * without side effects. What it returns is checked: the job's id, namespace and type, the tasks `migrate` and
   * `server` with their order, and fields that Nomad does not know and would drop. A map has such a function as `job`,
   * one for the jobs beside it as `companionJob`, and others for the other resources.
   * @example (job) => ({ ...job, AllAtOnce: true })
   */
  transform?: JobTransform | Transforms;
}
