/** `protect`: what keeps Pulumi from removing an application by accident. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { defaults } from "../arguments/keys";
import type { Application } from "./application";

/** Unset rather than false, so that a component that is protected as a whole protects its children, too. */
export function protection({ protect = defaults.protect }: Pick<DjangoAppArgs, "protect">): {
  protect?: true;
} {
  return protect ? { protect } : {};
}

/**
 * Depends on everything that is deployed: Pulumi would delete it first, may not, and then leaves all that it depends on.
 *
 * Singletons, schedules and their secrets can't be protected one by one: `up` removes them once the config names them no more.
 */
class Protection extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("django-nomad:index:Protection", name, {}, opts);
    this.registerOutputs();
  }
}

/**
 * Made without `protect`, too: Pulumi refuses to delete what its state still calls protected.
 *
 * @param deployed the jobs; what they depend on is held with them.
 */
export function createProtection({ name, args, component }: Application, deployed: pulumi.Resource[]): void {
  new Protection(`${name}-protection`, { parent: component, ...protection(args), dependsOn: deployed });
}
