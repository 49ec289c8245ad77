import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { nomadEnvironment } from "../nomad/cluster";

/** Where the job goes: the provider reads the same variable, but for jobs alone. */
export function namespaceOf({ namespace, nomad }: Pick<DjangoAppArgs, "namespace" | "nomad">): string {
  return namespace ?? nomadEnvironment(nomad).NOMAD_NAMESPACE ?? "default";
}
