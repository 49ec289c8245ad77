/** What the Nomad resources of one application have in common. */
import * as nomad from "@pulumi/nomad";
import type * as pulumi from "@pulumi/pulumi";
import type { AdoptionHooks, GuardedVariable } from "./adoption";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { defaults } from "./jobspec";

/** Where the job goes: the provider reads the same variable, but for jobs alone. */
export function namespaceOf({ namespace }: Pick<DjangoAppArgs, "namespace">): string {
  return namespace ?? process.env.NOMAD_NAMESPACE ?? "default";
}

/** Unset rather than false, so that a component that is protected as a whole protects its children, too. */
export function protection({
  protect = defaults.protect,
}: Pick<DjangoAppArgs, "protect">): pulumi.CustomResourceOptions {
  return protect ? { protect } : {};
}

/** A variable of the application's namespace that overwrites nobody else's. */
export function createVariable(
  name: string,
  variable: GuardedVariable,
  args: DjangoAppArgs,
  hooks: AdoptionHooks,
  parent: pulumi.Resource,
): nomad.Variable {
  const { path, items } = variable;
  const namespace = namespaceOf(args);
  return new nomad.Variable(
    name,
    { path, items, ...(namespace === "default" ? {} : { namespace }) },
    { parent, ...protection(args), hooks: { beforeCreate: hooks.variable(variable) } },
  );
}
