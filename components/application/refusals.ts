/** What is refused before a component is registered: an argument that is wrong leaves nothing in the stack. */
import type * as pulumi from "@pulumi/pulumi";
import { inLines } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { type Claim, claim, claimNames } from "../guards/claims";
import { jobsBeside } from "../arguments/processCounts";
import { backupJobName, companionJobName } from "../jobspec";
import { fail } from "../messages/failure";
import { warn } from "../messages/say";
import { knownCluster } from "../nomad/cluster";
import { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./djangoAppProblems";
import { namespaceOf } from "./namespace";
import { nomadNames } from "./nomadNames";

/**
 * Warns of what is doubtful.
 * @returns which jobs the component has.
 * @throws {Failure} that names everything that is wrong.
 */
export function refuseArguments(
  name: string,
  args: DjangoAppArgs,
  opts: pulumi.ComponentResourceOptions | undefined,
): Claim {
  refuse(name, [...djangoAppProblems(args, name), ...providerProblems(args, opts)]);
  refuse(name, claimNames(name, nomadNames(args)));
  const claimed = claimOf(name, args);
  refuse(name, claim(claimed, knownCluster(args.nomad, args.region)));
  for (const { key, message } of djangoAppWarnings(args, name)) warn(`${key}: ${message}`);
  return claimed;
}

function claimOf(name: string, args: DjangoAppArgs): Claim {
  const job = args.jobName ?? name;
  const jobs = [
    job,
    ...(args.backups?.schedule === undefined ? [] : [backupJobName(job)]),
    ...jobsBeside(args).map((companion) => companionJobName(job, companion)),
  ];
  return { component: name, jobs, namespace: namespaceOf(args) };
}

/** @param component whose arguments they are, once it is registered. @throws when there are any. */
export function refuse(
  name: string,
  problems: readonly DjangoAppProblem[],
  component?: pulumi.Resource,
): void {
  if (problems.length === 0) return;
  fail(`The arguments of DjangoApp "${name}" are wrong:\n${inLines(problems)}`, component);
}

/** The SDK has it, but does not declare it. */
type Provider = pulumi.ProviderResource & { getPackage(): string };

/** A provider of nomad whose settings the component can't read: its client might watch another cluster. */
function providerProblems(
  args: DjangoAppArgs,
  { provider, providers, parent }: pulumi.ComponentResourceOptions = {},
): DjangoAppProblem[] {
  const given = [...Object.values(providers ?? {}), ...(provider ? [provider] : [])] as Provider[];
  const own = given.some((one) => one.getPackage() === "nomad");
  const inherited = !args.nomad && parent?.getProvider("nomad:index/job:Job") !== undefined;
  if (!own && !inherited) return [];
  const whose = own ? "the component's options hold" : "the component's parent has";
  return [
    {
      key: "nomad",
      message:
        `${whose} a provider of nomad, whose settings can't be read: the component follows the rollout with a client of ` +
        "its own, which must talk to the same cluster. " +
        (own ? "Remove that provider and give" : "Give") +
        " the argument nomad instead: { address, region, secretId, caFile, ... }; the component makes both from it",
    },
  ];
}
