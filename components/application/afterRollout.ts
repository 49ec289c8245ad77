/** The commands of afterRollout: their job, and the run that each `up` makes sure of. */
import type * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { runsAfterRollout } from "../arguments/processCounts";
import { afterRolloutName, companionJobName } from "../jobspec";
import type { Application } from "./application";
import { createBatchJob } from "./batchJob";
import { beginCompanion, type CompanionParts } from "./companions";
import { renderBatch } from "./companionSpecs";
import { afterPatience } from "./patience";
import { migratorsSecrets } from "./secretCopies";
import { releaseIn } from "../rollout/release";

export interface AfterRollout {
  job: nomad.Job;
  variables: readonly nomad.Variable[];
  /** Resolves once the commands have run, even if they failed: that ends the program red by itself. */
  done: pulumi.Output<unknown>;
}

/** @param after what else has to be there first: singletons and schedules of the new version. */
export function createAfterRollout(
  app: Application,
  parts: CompanionParts,
  after: readonly pulumi.Resource[],
): AfterRollout | undefined {
  const { args, transforms } = app;
  if (!runsAfterRollout(args)) return undefined;
  const { common, migrate } = parts.secrets;
  const secrets = {
    common: common || migrate ? migratorsSecrets(parts.secrets) : undefined,
    migrate: undefined,
  };
  const green = parts.rollout.served(parts.job);
  const begun = beginCompanion(app, { ...parts, secrets }, afterRolloutName, {
    ...{ green, isSingleton: false, source: "afterRollout" },
  });
  const job = createBatchJob(app, {
    ...{ suffix: afterRolloutName, hooks: begun.hooks },
    jobName: companionJobName(app.jobName, afterRolloutName),
    jobspec: renderBatch(app, { kind: "afterRollout", name: afterRolloutName }, parts),
    transform: transforms.companion,
    dependsOn: begun.dependsOn.apply((some) => [...some, ...after]),
    options: {},
  });
  return { job, variables: begun.variables, done: run(app, parts, job) };
}

/** A parked application runs nothing. */
function run({ args }: Application, parts: CompanionParts, job: nomad.Job): pulumi.Output<unknown> {
  if (args.count === 0) return job.modifyIndex;
  return pulumi.all([job.modifyIndex, parts.jobspec]).apply(([index, text]) => {
    const release = releaseIn(text);
    if (index === undefined || release === undefined) return undefined;
    return parts.rollout.ensureAfterRollout(release, afterPatience(args));
  });
}
