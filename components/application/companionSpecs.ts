/** Renders the jobspecs of companions from the arguments, the secrets' names and the release that serves. */
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../arguments/keys";
import {
  type AppSpec,
  type CompanionChange,
  type CompanionId,
  companionText,
  type NomadJob,
  type SecretsSpec,
} from "../jobspec";
import { imageOf } from "../nomad/models";
import type { Rollout } from "../rollout";
import { allocationsFingerprint } from "../rollout/recreate";
import { releaseIn } from "../rollout/release";
import type { Application } from "./application";
import { companionJob } from "./companionJobs";
import { appSpec, type Resolved } from "./djangoAppSpec";

/** What the application's job is made of, and so its companions. */
export interface Served {
  /** Of the application's job. */
  jobspec: pulumi.Output<string>;
  secretNames: pulumi.Output<SecretsSpec | undefined>;
}

/** The application as its companions have it, once that is known. */
export function servedSpec(app: Application, { jobspec, secretNames }: Served): pulumi.Output<AppSpec> {
  const { known, owner } = app;
  return pulumi
    .all([known, secretNames, owner.id, owner.proofDelimiter, jobspec])
    .apply(([args, secrets, ownerId, proofDelimiter, text]) => {
      const release = releaseIn(text);
      const resolved: Resolved = {
        ...{ secrets, ownerId, proofDelimiter, release },
        jobName: app.jobName,
        owner: owner.stack,
        description: undefined,
      };
      return { ...appSpec(args, resolved), servedAs: servedAs(app, release, text) };
    });
}

/** `update.strategy`. */
export function strategyOf({ args }: Application): string {
  return args.update?.strategy ?? defaults.update.strategy;
}

/** A value that changes with each release, and with "recreate" whenever that has stopped the companions. */
function servedAs(app: Application, release: number | undefined, text: string): string {
  return strategyOf(app) === "recreate" ? allocationsFingerprint(text) : String(release ?? 0);
}

/**
 * The job of a process that may run only once.
 * @param green of the application's rollout: rendering it asks Nomad, which knows the release only then.
 */
export function renderSingleton(
  app: Application,
  name: string,
  served: Served,
  green: pulumi.Output<unknown>,
  rollout: Rollout,
): pulumi.Output<string> {
  const companion = { kind: "singleton", name } as const;
  return pulumi
    .all([servedSpec(app, served), app.known, served.jobspec, green])
    .apply(([spec, args, text]) =>
      rollout.render(({ attempt }) =>
        companionText(companionJob(spec, args, companion, attempt), changeOf(app, companion, text)),
      ),
    );
}

/** A periodic job, or one that runs commands. */
export function renderBatch(app: Application, companion: CompanionId, served: Served): pulumi.Output<string> {
  return pulumi
    .all([servedSpec(app, served), app.known, served.jobspec])
    .apply(([spec, args, text]) =>
      companionText(companionJob(spec, args, companion), changeOf(app, companion, text)),
    );
}

/** What the program's own function changes. @param text of the application's job. */
export function changeOf(
  { transforms: { companionJob: transform } }: Pick<Application, "transforms">,
  companion: CompanionId,
  text?: string,
): CompanionChange | undefined {
  if (!transform) return undefined;
  const image = text === undefined ? undefined : imageOf((JSON.parse(text) as { Job: NomadJob }).Job);
  return { companion, transform, image };
}
