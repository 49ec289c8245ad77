/**
 * Whose job is it? Nomad lets the last registration win, so a job id that another team uses would be
 * overwritten. Every job carries the stack that deploys it; one without that mark is taken over on purpose only.
 */
import * as pulumi from "@pulumi/pulumi";
import { groupName, ownerIdMetaKey, ownerMetaKey } from "../jobspec";
import type { Owner, OwnerMark } from "./owner";
import { delayShutdown } from "./takeover";
import { type GuardedVariable, type InPlace, variableRefusal } from "./variableRefusal";
import { fail } from "../messages/failure";
import { printable } from "../messages/printable";
import { placeOptions } from "../nomad/api";
import { canHook } from "../nomad/canHook";
import type { Cluster } from "../nomad/cluster";
import { jobPath } from "../nomad/registered";
import { say } from "../messages/say";

export interface AdoptionArgs {
  cluster: Cluster;
  jobName: string;
  namespace?: string;
  /** Take over a job that another stack or another tool registered. */
  adopt: boolean;
  owner: Pick<OwnerMark, "known">;
  /** Names of the processes beside the web server. @default [] */
  processes?: readonly string[];
  /** What the job is to this stack. @default "application" */
  kind?: JobKind;
}

/** The application's job, a singleton's, a periodic one, or the parameterized one of one-off commands. */
export type JobKind = "application" | "singleton" | "schedule" | "commands";

/** As {@link kindOf} says it of a registered job. */
const kinds: Readonly<Record<JobKind, string>> = {
  application: "service job",
  singleton: "service job",
  schedule: "periodic batch job",
  commands: "parameterized batch job",
};

/** The parts of a registered job that tell whose it is. */
export interface OwnedJob {
  Type: string;
  Stop: boolean;
  Status: string;
  Periodic?: object | null;
  ParameterizedJob?: object | null;
  Meta: Record<string, string> | null;
  TaskGroups:
    | {
        Name: string;
        Count: number;
        Meta: Record<string, string> | null;
        Tasks: { Env: Record<string, string> | null }[] | null;
      }[]
    | null;
}

/** Versions of this program before the mark: their migrate task has the gate's settings. */
function hasGate({ TaskGroups }: OwnedJob): boolean {
  const tasks = (TaskGroups ?? []).flatMap(({ Tasks }) => Tasks ?? []);
  return tasks.some(({ Env }) =>
    Object.keys(Env ?? {}).some((name) => name.startsWith("DJANGO_NOMAD_GATE_")),
  );
}

/** Who registered a job, in words; undefined when this stack did, or nobody can be harmed. */
function foreignOwner(job: OwnedJob, owner: Owner): string | undefined {
  // Nothing of it runs, and registering it again is what its owner would have to do, too.
  if (job.Stop) return undefined;
  const mark = job.Meta?.[ownerMetaKey];
  const id = job.Meta?.[ownerIdMetaKey];
  // A stack that was renamed is the same stack.
  if (id !== undefined && id === owner.id) return undefined;
  if (mark === owner.stack) {
    // Versions of this program before the id knew a stack by its names alone.
    return id && `another stack named ${printable(mark)} deploys it, or this one has lost its state`;
  }
  if (mark !== undefined) return `stack ${printable(mark)} deploys it`;
  const pack = job.Meta?.["pack.name"];
  if (pack !== undefined) return `nomad-pack deployed it (pack ${printable(pack)})`;
  return hasGate(job) ? undefined : "this program did not register it";
}

/** What Nomad never changes in a job, in words. */
function kindOf({ Type, Periodic, ParameterizedJob }: OwnedJob): string {
  const runs = Periodic ? "periodic " : ParameterizedJob ? "parameterized " : "";
  return `${runs}${Type} job`;
}

/** Why a job can't be taken over without stopping what it runs; undefined when it can. */
function adoptionProblem(
  { Type, TaskGroups }: OwnedJob,
  processes: readonly string[],
  kind: JobKind,
): string | undefined {
  // Runs that have begun continue to their end, whatever is registered.
  if (Type === "batch") return undefined;
  const groups = (TaskGroups ?? []).map(({ Name }) => Name);
  const ours = kind === "application" ? [groupName, ...processes] : processes;
  if (groups.includes(ours[0]) && groups.every((name) => ours.includes(name))) return undefined;
  const lost = ours.length === 1 ? "of its instances" : "instances of a group that this one lacks";
  return (
    `its task groups are ${printable(groups.join(", "))}, but this stack's ${ours.length === 1 ? "is" : "are"} ` +
    `${ours.join(", ")}: Nomad would stop all ${lost} before the first new one serves`
  );
}

/** Why the job must not be registered, and what to do; undefined when it may. */
export function adoptionRefusal(
  job: OwnedJob,
  owner: Owner,
  {
    jobName,
    namespace,
    region,
    adopt,
    processes = [],
    kind = "application",
  }: Pick<AdoptionArgs, "jobName" | "namespace" | "adopt" | "processes" | "kind"> & InPlace,
): string | undefined {
  const foreign = foreignOwner(job, owner);
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const isOtherKind = kindOf(job) !== kinds[kind];
  const purge = `nomad job stop -purge${placeOptions({ region, namespace })} ${jobName}`;
  if (foreign === undefined) {
    if (!isOtherKind) return undefined;
    const another = kind === "application" ? "choose another jobName" : `give ${processes[0]} another name`;
    return (
      `Job ${jobName}${where} is a ${kindOf(job)}${job.Stop ? ", which is stopped" : ""}, but this stack deploys a ` +
      `${kinds[kind]} of that name, and Nomad never turns one into the other. Nothing was changed. Either ${another}, ` +
      `or end the old job first: ${purge}`
    );
  }
  const instances = (job.TaskGroups ?? []).reduce((sum, { Count }) => sum + Count, 0);
  const begin =
    `Job ${jobName}${where} belongs to another owner: ${foreign} (${job.Status}, ${instances} ` +
    `${instances === 1 ? "instance" : "instances"}). Nothing was changed.`;
  if (!adopt) {
    return (
      `${begin} To take it over: pulumi config set adopt true (adopt: true in your own program); ` +
      "an ordinary rollout then replaces its instances. To leave it alone: choose another jobName"
    );
  }
  if (isOtherKind) {
    return (
      `${begin} It can't be taken over: it is a ${kindOf(job)}, but this stack deploys a ${kinds[kind]}, and Nomad never ` +
      `turns one into the other. End it first: ${purge}`
    );
  }
  const problem = adoptionProblem(job, processes, kind);
  return (
    problem &&
    `${begin} It can't be taken over while it runs: ${problem}. Stop it first: nomad job stop${placeOptions({ region, namespace })} ${jobName}`
  );
}

/** Asks Nomad whose job it is. @throws {NomadApiError} when Nomad does not say. */
export async function lookForRefusal(args: AdoptionArgs): Promise<string | undefined> {
  return (await look(args)).refusal;
}

/** The job that is there, and why it must not be registered again. @throws {NomadApiError} */
async function look(args: AdoptionArgs): Promise<{ job?: OwnedJob; refusal?: string }> {
  const api = await args.cluster.connect(questionMs);
  const job = await api.find<OwnedJob>(jobPath(args.jobName));
  if (job === undefined) return {};
  return { job, refusal: adoptionRefusal(job, await args.owner.known(), { ...args, region: api.region }) };
}

const questionMs = 15_000;

export interface AdoptionHooks {
  /** For the job. */
  job: pulumi.ResourceHook[];
  /** For a variable of the job's. */
  variable: (variable: GuardedVariable) => pulumi.ResourceHook[];
}

/**
 * Hooks for the last check, just before the job or one of its variables is created: here, a Nomad that does not answer stops the `up`.
 * @param id no other job's of this program: no two hooks may have one name.
 */
export function adoptionHooks(id: string, args: AdoptionArgs): AdoptionHooks {
  if (!canHook()) return { job: [], variable: () => [] };
  /** The job that is there, when it may be registered. */
  const check = async (): Promise<OwnedJob | undefined> => {
    const { job, refusal } = await look(args);
    return refusal === undefined ? job : fail(refusal);
  };
  const takeOver = async (): Promise<void> => {
    const job = await check();
    const foreign = args.adopt && job ? foreignOwner(job, await args.owner.known()) : undefined;
    if (foreign === undefined) return;
    say(`Taking over job ${args.jobName} from another owner: ${foreign}`);
    await delayShutdown(await args.cluster.connect(120_000), args.jobName);
  };
  const checkVariable = async ({ path, items, source }: GuardedVariable): Promise<void> => {
    const job = await check();
    const api = await args.cluster.connect(questionMs);
    const there = await api.find<{ Items: Record<string, string> }>(`/v1/var/${path}`);
    const isOurs = job?.Meta?.[ownerMetaKey] && foreignOwner(job, await args.owner.known()) === undefined;
    if (!there || isOurs) return;
    const ours = await new Promise<Record<string, string>>((resolve) => void items.apply(resolve));
    const reason = variableRefusal(
      { path, source, namespace: args.namespace, region: api.region },
      there.Items,
      ours,
      args.adopt,
    );
    if (reason !== undefined) fail(reason);
  };
  return {
    job: [new pulumi.ResourceHook(`adoption-${id}-job`, takeOver)],
    variable: (variable) => [
      new pulumi.ResourceHook(`adoption-${id}-${variable.path}`, () => checkVariable(variable)),
    ],
  };
}
