/** The rollout of an application, and the jobspec that it rolls out. */
import * as pulumi from "@pulumi/pulumi";
import { laterIn } from "../arguments";
import { defaults, type KnownArgs } from "../arguments/keys";
import {
  companionNames,
  processCounts,
  scaledGroups,
  singletonCounts,
  webCount,
} from "../arguments/processCounts";
import { companionJobName, renderJobspec, type SecretsSpec, seconds } from "../jobspec";
import { warn } from "../messages/say";
import type { JobMarks } from "../nomad/registered";
import { Rollout, type RolloutArgs } from "../rollout";
import { openSecretWarnings } from "../secrets/openSecrets";
import type { Application } from "./application";
import { djangoAppProblems, knownSecrets, resolvedArgs } from "./djangoAppProblems";
import { type AppSecrets, namedSecrets, openNames } from "./djangoAppSecrets";
import { appSpec, type Resolved } from "./djangoAppSpec";
import { knownArgs } from "./knownArgs";
import { earlierRelease } from "./earlierRelease";
import { patience, singletonPatience } from "./patience";
import { refuse } from "./refusals";
import { serviceInNomad } from "./stackOutputs";

/** The rollout of the application's job. */
export function createRollout(app: Application, secrets: AppSecrets): Rollout {
  const { args, jobName } = app;
  const common = commonOf(app, secrets);
  pulumi.all([namedSecrets(args, secrets), common.names]).apply((known) => {
    // The dev stack's password is in every clone, and its database on this machine alone.
    if (pulumi.getStack() === "dev") return;
    for (const warning of openSecretWarnings(...known)) warn(warning);
  });
  return new Rollout({
    ...common,
    service: serviceInNomad(args.httpService),
    earlier: () => earlierRelease(app.component),
    strategy: args.update?.strategy ?? defaults.update.strategy,
    count: webCount(args),
    processes: processCounts(args),
    scaled: scaledGroups(args),
    companions: companionNames(args).map((companion) => companionJobName(jobName, companion)),
  });
}

/** The rollout of a singleton's job. */
export function createSingletonRollout(app: Application, secrets: AppSecrets, process: string): Rollout {
  const common = commonOf(app, secrets);
  return new Rollout({
    ...common,
    name: `${app.name}-${process}`,
    jobName: companionJobName(app.jobName, process),
    // Nomad stops one instance and then starts the other, whatever the application's own strategy.
    strategy: "singleton",
    processes: { [process]: singletonCounts(app.args)[process] },
    patienceSeconds: singletonPatience(app.args, process),
    companionOf: { jobName: app.jobName },
  });
}

/** What the rollouts of an application share. */
function commonOf(
  app: Application,
  secrets: AppSecrets,
): Omit<RolloutArgs, "strategy"> & Pick<Required<RolloutArgs>, "names"> {
  const { name, args, jobName, cluster, outcome, component } = app;
  const named = namedSecrets(args, secrets);
  return {
    ...{ name, cluster, jobName, outcome, component },
    names: openNames(app),
    minHealthySeconds: seconds(args.update?.minHealthyTime ?? defaults.update.minHealthyTime),
    migrateStartSeconds: seconds(args.update?.migrateStartDeadline ?? defaults.update.migrateStartDeadline),
    serverDeadlineSeconds: seconds(args.update?.serverDeadline ?? defaults.update.serverDeadline),
    patienceSeconds: patience(args),
    secrets: named.apply((all) => all.map(({ value }) => value)),
  };
}

/** The job's text, once all of it is known. */
export function renderSpec(
  app: Application,
  secretNames: pulumi.Output<SecretsSpec | undefined>,
  rollout: Rollout,
): pulumi.Output<string> {
  const { name, jobName, args, owner, component, transforms } = app;
  const renderWith =
    (known: KnownArgs, resolved: Pick<Resolved, "ownerId" | "proofDelimiter" | "secrets">) =>
    ({ release, description, numbers }: JobMarks): string => {
      const spec = appSpec(known, {
        ...resolved,
        jobName,
        owner: owner.stack,
        release,
        description,
        numbers,
      });
      return renderJobspec(spec, transforms.job);
    };
  const now = knownArgs(args);
  if (now) {
    const secretsNow = knownSecrets(args, jobName);
    rollout.previewWith(owner.made().then((made) => renderWith(now, { ...made, secrets: secretsNow })));
  }
  return pulumi
    .all([app.known, secretNames, owner.id, owner.proofDelimiter])
    .apply(([known, own, ownerId, proofDelimiter]) => {
      // What was not known before is checked as soon as it is.
      if (laterIn(args).length > 0)
        refuse(name, djangoAppProblems(resolvedArgs(args, known, own), name), component);
      return rollout.render(renderWith(known, { secrets: own, ownerId, proofDelimiter }));
    });
}
