/** The rollout of an application, and the jobspec that it rolls out. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { defaults } from "../arguments/keys";
import { processCounts } from "../arguments/processCounts";
import { renderJobspec, seconds } from "../jobspec";
import { warn } from "../messages/say";
import type { JobMarks } from "../nomad/registered";
import { Rollout } from "../rollout";
import { openSecretWarnings } from "../secrets/openSecrets";
import type { Application } from "./application";
import { djangoAppProblems, type KnownValues, knownValues, resolvedArgs } from "./djangoAppProblems";
import { type AppSecrets, namedSecrets, openNames, secretsSpec } from "./djangoAppSecrets";
import { appSpec, environment, migrateEnvironment, type Resolved } from "./djangoAppSpec";
import { patience } from "./patience";
import { processEnvironments, resolvedProcesses } from "./processes";
import { refuse } from "./refusals";

/** What follows the job of that application. */
export function createRollout(app: Application, secrets: AppSecrets): Rollout {
  const { name, args, jobName, cluster, outcome, component } = app;
  const named = namedSecrets(args, secrets);
  const names = openNames(args, jobName);
  pulumi.all([named, names]).apply((known) => {
    // The dev stack's password is in every clone, and its database on this machine alone.
    if (pulumi.getStack() === "dev") return;
    for (const warning of openSecretWarnings(...known)) warn(warning);
  });
  return new Rollout({
    ...{ name, cluster, jobName, outcome, component, names },
    strategy: args.update?.strategy ?? defaults.update.strategy,
    count: args.count ?? defaults.count,
    processes: processCounts(args),
    minHealthySeconds: seconds(args.update?.minHealthyTime ?? defaults.update.minHealthyTime),
    migrateStartSeconds: seconds(args.update?.migrateStartDeadline ?? defaults.update.migrateStartDeadline),
    serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
    patienceSeconds: patience(args),
    secrets: named.apply((all) => all.map(({ value }) => value)),
  });
}

/** The job's text, once all of it is known. */
export function renderSpec(app: Application, secrets: AppSecrets, rollout: Rollout): pulumi.Output<string> {
  const { name, jobName, args, owner, child, component, transforms } = app;
  const renderWith =
    (resolved: KnownValues & Pick<Resolved, "ownerId" | "proofDelimiter">) =>
    ({ release, description }: JobMarks): string => {
      const spec = appSpec(args, { ...resolved, jobName, owner: owner.stack, release, description });
      return renderJobspec(spec, transforms.job);
    };
  const known = knownValues(args, jobName);
  if (known) rollout.expect(owner.made().then((made) => renderWith({ ...known, ...made })));
  const secretNames = secretsSpec(name, jobName, secrets, child);
  return pulumi
    .all([
      args.djangoImage,
      environment(args),
      migrateEnvironment(args),
      args.meta,
      secretNames,
      owner.id,
      owner.proofDelimiter,
      processEnvironments(args),
    ])
    .apply(([image, env, migrateEnv, jobMeta, own, ownerId, proofDelimiter, processEnv]) => {
      // What was not known before is checked as soon as it is.
      const resolved: DjangoAppArgs = {
        ...args,
        ...resolvedArgs(image, env, migrateEnv, own, jobMeta),
        ...resolvedProcesses(args, processEnv),
      };
      refuse(name, djangoAppProblems(resolved, name), component);
      const values = { image, env, migrateEnv, jobMeta, processEnv, secrets: own };
      return rollout.render(renderWith({ ...values, ownerId, proofDelimiter }));
    });
}
