/** A periodic or parameterized job beside the application's own: nothing is rolled out. */
import * as nomad from "@pulumi/nomad";
import type * as pulumi from "@pulumi/pulumi";
import type { AdoptionHooks } from "../guards/adoption";
import { applied, type ResourceTransform } from "../arguments/transforms";
import { canHook } from "../nomad/canHook";
import { previewHook } from "../rollout/previewHook";
import type { Application } from "./application";

export interface BatchJobParts {
  /** Of the resource, after the application's. */
  suffix: string;
  /** Nomad job id. */
  jobName: string;
  jobspec: pulumi.Output<string>;
  hooks: AdoptionHooks;
  transform: ResourceTransform<nomad.JobArgs> | undefined;
  /** What must be there before it. */
  dependsOn: pulumi.Output<pulumi.Resource[]>;
  /** How Pulumi changes and removes it. */
  options: pulumi.CustomResourceOptions;
}

/** Registers it; Pulumi does not wait for any of its runs. */
export function createBatchJob(
  { name, args, onNomad }: Application,
  { suffix, jobName, jobspec, hooks, transform, dependsOn, options }: BatchJobParts,
): nomad.Job {
  const own: nomad.JobArgs = {
    jobspec,
    json: true,
    // There is no deployment to wait for.
    detach: true,
    rerunIfDead: true,
    purgeOnDestroy: !args.protect,
  };
  const opts = {
    ...onNomad,
    ...options,
    dependsOn,
    hooks: { beforeCreate: hooks.job, ...changesHook(`${name}-${suffix}`, jobName) },
  };
  return new nomad.Job(...applied(transform, `${name}-${suffix}`, own, opts, ["jobspec", "json"]));
}

/** Says in a preview what would change in it. */
function changesHook(id: string, jobName: string): pulumi.ResourceHookBinding {
  return canHook() ? { beforeUpdate: [previewHook(`${id}-changes`, jobName)] } : {};
}
