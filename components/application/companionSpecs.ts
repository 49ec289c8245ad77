/** Renders the jobspecs of companions from the arguments, the secrets' names and the release that serves. */
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../arguments/keys";
import {
  type AppSpec,
  buildManage,
  buildSchedule,
  buildSingleton,
  companionText,
  type SecretsSpec,
} from "../jobspec";
import type { Rollout } from "../rollout";
import { allocationsFingerprint } from "../rollout/recreate";
import { releaseIn } from "../rollout/release";
import type { Application } from "./application";
import { appSpec, type Resolved } from "./djangoAppSpec";
import { manageSpec } from "./processes";

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
  return pulumi.all([servedSpec(app, served), green]).apply(([spec]) => {
    const process = found(spec.singletons, name);
    return rollout.render(({ attempt }) => companionText(buildSingleton(spec, process, attempt)));
  });
}

/** The periodic job of a schedule. */
export function renderSchedule(app: Application, name: string, served: Served): pulumi.Output<string> {
  return servedSpec(app, served).apply((spec) =>
    companionText(buildSchedule(spec, found(spec.schedules, name))),
  );
}

/** The job of one-off commands. */
export function renderManageJob(app: Application, served: Served): pulumi.Output<string> {
  return pulumi
    .all([servedSpec(app, served), app.known])
    .apply(([spec, args]) => companionText(buildManage(spec, manageSpec(args))));
}

function found<T extends { name: string }>(all: readonly T[] = [], name: string): T {
  const one = all.find((each) => each.name === name);
  if (one === undefined) throw new RangeError(`nothing is called ${name}`);
  return one;
}
