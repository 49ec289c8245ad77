import type { DjangoAppArgs } from "../arguments/djangoAppArgs";

/** Where the job goes: the provider reads the same variable, but for jobs alone. */
export function namespaceOf({ namespace }: Pick<DjangoAppArgs, "namespace">): string {
  return namespace ?? process.env.NOMAD_NAMESPACE ?? "default";
}
