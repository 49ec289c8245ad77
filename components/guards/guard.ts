/** The checks that must pass before a component's children may begin. */
import { setMaxListeners } from "node:events";
import * as pulumi from "@pulumi/pulumi";
import { type AccessQuestion, checkAccess } from "./accessCheck";
import { type AdoptionArgs, lookForRefusal } from "./adoption";
import { type Checked, inLines, type Problem } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import type { NewerField } from "../jobspec";
import { fail } from "../messages/failure";
import { NomadApiError } from "../nomad/api";
import { canHook } from "../nomad/canHook";
import type { Outcome } from "../messages/outcome";
import { warn } from "../messages/say";
import { type Claim, claim } from "./claims";
import { keptDigests } from "./keptDigests";
import { knownFields } from "./newerFields";
import { misplacedSecrets } from "../secrets/secretInputs";

/** What an application is asked about. */
export interface Guarded {
  adoption: AdoptionArgs;
  /** The same of its companions' jobs. */
  companions: readonly AdoptionArgs[];
  access: Pick<AccessQuestion, "patienceSeconds"> & { app: () => Promise<AccessQuestion["app"]> };
  args: DjangoAppArgs;
  /** What is wrong or doubtful about arguments that were outputs, once they are known. */
  late: () => Promise<Pick<Checked, "problems" | "warnings">>;
  /** Fields that its job sets and not every Nomad knows, once the job is known. */
  newerFields: () => Promise<NewerField[]>;
  /** The component that is held back: what is refused is shown in its row. */
  component: pulumi.Resource;
  /** The jobs that it claims, for a cluster that was not known before. */
  claimed: Claim;
}

/**
 * Checks while the program runs, in `preview` and in `up`: may the token do this, and whose job is it? Where Nomad can't be
 * asked a preview goes on with a warning; an up is stopped by `adoptionHooks`.
 *
 * @param outcome learns when it is refused.
 * @param makesOthersFirst whether the component waits for resources of other kinds, which may make what is asked for.
 * @returns what keeps the component's children back until the answers are there.
 */
export function guard(
  guarded: Guarded,
  outcome: Outcome,
  makesOthersFirst: boolean,
): pulumi.Output<pulumi.Resource[]> {
  const look = async (): Promise<pulumi.Resource[]> => {
    const misplaced = await misplacedSecrets(guarded.args);
    if (misplaced.length > 0) fail(inWords(misplaced), guarded.component);
    const { problems, warnings } = await guarded.late();
    for (const { key, message } of warnings) warn(`${key}: ${message}`);
    const late = [...problems, ...(await lateClaim(guarded))];
    if (late.length > 0) fail(inWords(late), guarded.component);
    if (!canHook()) return [];
    const { jobName } = guarded.adoption;
    const reason = await firstRefusal(guarded, makesOthersFirst).catch((error: unknown) => {
      if (!(error instanceof NomadApiError)) throw error;
      warn(`Can't check who owns job ${jobName}: ${error.message}`);
      return undefined;
    });
    return reason === undefined ? [] : fail(reason, guarded.component);
  };
  return pulumi.output(outcome.guard(look));
}

/** Whether another component has the job, where an output says which cluster it is in. */
export async function lateClaim({
  adoption,
  args,
  claimed,
}: Pick<Guarded, "adoption" | "args" | "claimed">): Promise<Problem[]> {
  if (args.nomad === undefined) return [];
  const { address, region, problem } = await adoption.cluster.connection();
  return problem === undefined ? claim(claimed, { address, region }) : [];
}

async function firstRefusal(
  { adoption, companions, access, args, newerFields }: Guarded,
  makesOthersFirst: boolean,
): Promise<string | undefined> {
  const question = {
    ...access,
    app: await access.app(),
    stack: pulumi.getStack(),
    preview: pulumi.runtime.isDryRun(),
    makesOthersFirst,
  };
  // The time counts from when it is known whom to ask.
  await adoption.cluster.connection();
  const signal = AbortSignal.timeout(15_000);
  // One for each right that is tried.
  setMaxListeners(0, signal);
  const api = await adoption.cluster.connect(signal);
  const answers = [
    await checkAccess(api, question),
    await keptDigests(api, args),
    await knownFields(api, await newerFields()),
  ];
  for (const { warning } of answers) if (warning !== undefined) warn(warning);
  const refused = answers.find(({ refusal }) => refusal !== undefined)?.refusal;
  if (refused !== undefined) return refused;
  const owners = await Promise.all([adoption, ...companions].map(lookForRefusal));
  return owners.find((refusal) => refusal !== undefined);
}

function inWords(problems: Problem[]): string {
  return `The arguments are wrong; nothing was changed:\n${inLines(problems)}`;
}
