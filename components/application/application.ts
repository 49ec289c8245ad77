/** What the resources of one application share: its names, its arguments, its provider and their options. */
import * as nomad from "@pulumi/nomad";
import type * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { type Transforms, transformsOf } from "../arguments/transforms";
import { type AdoptionArgs, type AdoptionHooks, adoptionHooks } from "../guards/adoption";
import { type AccessArgs, appAccess } from "../guards/appAccess";
import type { Claim } from "../guards/claims";
import { jobsBeside, processCounts } from "../arguments/processCounts";
import { guard } from "../guards/guard";
import { OwnerMark } from "../guards/owner";
import { defaults, type KnownArgs } from "../arguments/keys";
import { afterRolloutName, companionJobName, manageName } from "../jobspec";
import { Outcome } from "../messages/outcome";
import { Cluster, givenOf, nomadEnvironment } from "../nomad/cluster";
import { known } from "../nomad/known";
import { lateFindings, newerFieldsOf } from "./djangoAppProblems";
import { laterArgs } from "./knownArgs";
import { namespaceOf } from "./namespace";
import { patience } from "./patience";
import { readArgs } from "./readArgs";

/** Options of the component's children: they wait until Nomad was asked whether anything may begin. */
export interface ChildOptions {
  parent: pulumi.Resource;
  dependsOn: pulumi.Output<pulumi.Resource[]>;
}

export interface Application {
  /** First part of the resources' names. */
  name: string;
  jobName: string;
  /** Of the job and its variables. */
  namespace: string;
  args: DjangoAppArgs;
  /** The arguments once all of them are known, without secrets. */
  known: pulumi.Output<KnownArgs>;
  component: pulumi.Resource;
  cluster: Cluster;
  /** Made from the argument `nomad`; undefined with the program's default provider. */
  provider: nomad.Provider | undefined;
  owner: OwnerMark;
  outcome: Outcome;
  adoption: AdoptionArgs;
  /** What is asked before the job or one of its variables is created. */
  adoptionHooks: AdoptionHooks;
  transforms: Transforms;
  child: ChildOptions;
  /** As `child`, for resources on Nomad. */
  onNomad: ChildOptions & { provider?: pulumi.ProviderResource };
}

/** Registers what every application has, and asks Nomad whether anything may begin. */
export function createApplication(
  name: string,
  given: DjangoAppArgs,
  component: pulumi.Resource,
  claimed: Claim,
  opts: pulumi.ComponentResourceOptions | undefined,
): Application {
  const args = readArgs(name, given, component);
  const jobName = args.jobName ?? name;
  const namespace = namespaceOf(args);
  const provider = createProvider(name, args, component);
  const cluster = new Cluster(args.nomad, args);
  const owner = new OwnerMark(name, component);
  const outcome = new Outcome();
  const adopt = args.adopt ?? defaults.adopt;
  const processes = Object.keys(processCounts(args));
  const adoption = { cluster, jobName, namespace: args.namespace, adopt, owner, processes };
  const access = {
    app: async () => appAccess(await accessArgs(args), jobName, namespace),
    patienceSeconds: patience(args),
  };
  const companions = jobsBeside(args).map((one) => companionAdoption(adoption, args, one));
  const late = (): ReturnType<typeof lateFindings> => lateFindings(args, name);
  const newer = (): ReturnType<typeof newerFieldsOf> => newerFieldsOf(args, jobName);
  const makesOthersFirst = opts?.dependsOn !== undefined;
  const child = {
    parent: component,
    dependsOn: guard(
      { adoption, companions, access, args, late, newerFields: newer, component, claimed },
      outcome,
      makesOthersFirst,
    ),
  };
  const onNomad = provider === undefined ? child : { ...child, provider };
  return {
    ...{ name, jobName, namespace, args, component, cluster, provider, owner },
    known: laterArgs(args),
    ...{ outcome, adoption, adoptionHooks: adoptionHooks(name, adoption), child, onNomad },
    transforms: transformsOf(args.transform),
  };
}

/** What is asked before a companion's job is registered. */
export function companionAdoption(
  adoption: AdoptionArgs,
  args: DjangoAppArgs,
  companion: string,
): AdoptionArgs {
  const commands = [manageName, afterRolloutName].includes(companion);
  const own = companion in (args.schedules ?? {}) ? "schedule" : "singleton";
  const kind = commands ? "commands" : own;
  return {
    ...adoption,
    jobName: companionJobName(adoption.jobName, companion),
    processes: [companion],
    kind,
  };
}

/** Volumes may be outputs; one that only `up` knows is not asked about in a preview. */
async function accessArgs(args: DjangoAppArgs): Promise<AccessArgs> {
  const { volumes, backups, ...plain } = args;
  return {
    ...plain,
    volumes: (await known(volumes)) as KnownArgs["volumes"],
    ...(backups && { backups: { schedule: backups.schedule, volume: await known(backups.volume) } }),
  };
}

/** The region of the job counts where nothing else names one: the provider would look for the job elsewhere. */
function createProvider(
  name: string,
  { nomad: given, region }: DjangoAppArgs,
  parent: pulumi.Resource,
): nomad.Provider | undefined {
  if (!given) return undefined;
  const own = { ...givenOf(given), region: given.region ?? nomadEnvironment(given).NOMAD_REGION ?? region };
  return new nomad.Provider(`${name}-nomad`, own, { parent });
}
