import type { Transform as JobTransform } from "../jobspec";
import type { NomadArgs } from "../nomad/nomadArgs";
import type { ConfigArgs } from "./configArgs";
import type { Transforms } from "./transforms";

/** Inputs of `DjangoApp`. Plain values decide which resources exist or are checked before anything runs. */
export interface DjangoAppArgs extends ConfigArgs {
  /**
   * The cluster to deploy to, by the names of the nomad provider's arguments: the component makes its provider and its own
   * client from it. Without it both go by the stack's `nomad:` config and the NOMAD_* variables of the environment.
   * @example { address: "https://nomad.example.com:4646", region: "eu", secretId: token, caFile: "ca.pem" }
   */
  nomad?: NomadArgs;
  /**
   * Escape hatch: receives the job as Nomad API JSON and returns the job to register. Called more than once, so
   * without side effects. What it returns is checked: the job's id, namespace and type, the tasks `migrate` and
   * `server` with their order, and fields that Nomad does not know and would drop. A map has such a function as `job`,
   * and others for the other resources.
   * @example (job) => ({ ...job, AllAtOnce: true })
   */
  transform?: JobTransform | Transforms;
}
