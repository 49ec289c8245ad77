/** The rollout of an application, and the jobspec that it rolls out. */
import * as pulumi from "@pulumi/pulumi";
import { defaults, type KnownArgs } from "../arguments/keys";
import { processCounts } from "../arguments/processCounts";
import { renderJobspec, seconds } from "../jobspec";
import { warn } from "../messages/say";
import type { JobMarks } from "../nomad/registered";
import { Rollout } from "../rollout";
import { openSecretWarnings } from "../secrets/openSecrets";
import type { Application } from "./application";
import { djangoAppProblems, knownSecrets, resolvedArgs } from "./djangoAppProblems";
import { type AppSecrets, namedSecrets, openNames, secretsSpec } from "./djangoAppSecrets";
import { appSpec, type Resolved } from "./djangoAppSpec";
import { knownArgs } from "./knownArgs";
import { earlierRelease } from "./earlierRelease";
import { serviceInNomad } from "./stackOutputs";
import { patience } from "./patience";
import { refuse } from "./refusals";

/** What follows the job of that application. */
export function createRollout(app: Application, secrets: AppSecrets): Rollout {
  const { name, args, jobName, cluster, outcome, component } = app;
  const named = namedSecrets(args, secrets);
  const names = openNames(app);
  pulumi.all([named, names]).apply((known) => {
    // The dev stack's password is in every clone, and its database on this machine alone.
    if (pulumi.getStack() === "dev") return;
    for (const warning of openSecretWarnings(...known)) warn(warning);
  });
  return new Rollout({
    service: serviceInNomad(args.httpService),
    earlier: () => earlierRelease(component),
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
    (known: KnownArgs, resolved: Pick<Resolved, "ownerId" | "proofDelimiter" | "secrets">) =>
    ({ release, description }: JobMarks): string => {
      const spec = appSpec(known, { ...resolved, jobName, owner: owner.stack, release, description });
      return renderJobspec(spec, transforms.job);
    };
  const now = knownArgs(args);
  if (now) {
    const secretsNow = knownSecrets(args, jobName);
    rollout.expect(owner.made().then((made) => renderWith(now, { ...made, secrets: secretsNow })));
  }
  const secretNames = secretsSpec(name, jobName, secrets, child);
  return pulumi
    .all([app.known, secretNames, owner.id, owner.proofDelimiter])
    .apply(([known, own, ownerId, proofDelimiter]) => {
      // What was not known before is checked as soon as it is.
      refuse(name, djangoAppProblems(resolvedArgs(args, known, own), name), component);
      return rollout.render(renderWith(known, { secrets: own, ownerId, proofDelimiter }));
    });
}
