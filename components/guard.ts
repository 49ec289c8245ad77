/** Everything that is asked of Nomad before a component's children may begin. */
import { setMaxListeners } from "node:events";
import * as pulumi from "@pulumi/pulumi";
import { type AccessQuestion, checkAccess } from "./access/accessCheck";
import { digestSupport } from "./access/digestSupport";
import { type AdoptionArgs, lookForRefusal } from "./adoption";
import { type Problem, taggedDigests } from "./arguments";
import type { DjangoAppArgs } from "./djangoAppArgs";
import { fail } from "./failure";
import { canHook, connect, NomadApiError, type Outcome } from "./rollout";
import { misplacedSecrets } from "./secretInputs";

/** What an application is asked about. */
export interface Guarded {
  adoption: AdoptionArgs;
  access: Pick<AccessQuestion, "app" | "patienceSeconds">;
  args: DjangoAppArgs;
}

/**
 * Looks while the program runs, in preview as in up: may the token do this, and whose job is it? Where Nomad can't be
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
    if (misplaced.length > 0) fail(inWords(misplaced));
    if (!canHook()) return [];
    const { jobName } = guarded.adoption;
    const reason = await firstRefusal(guarded, makesOthersFirst).catch((error: unknown) => {
      if (!(error instanceof NomadApiError)) throw error;
      void pulumi.log.warn(`Whether job ${jobName} is somebody else's can't be checked: ${error.message}`);
      return undefined;
    });
    return reason === undefined ? [] : fail(reason);
  };
  return pulumi.output(outcome.guard(look));
}

async function firstRefusal(
  { adoption, access, args }: Guarded,
  makesOthersFirst: boolean,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(15_000);
  // One for each right that is tried.
  setMaxListeners(0, signal);
  const question = {
    ...access,
    stack: pulumi.getStack(),
    preview: pulumi.runtime.isDryRun(),
    makesOthersFirst,
  };
  const { refusal, warning } = await checkAccess(connect(adoption.namespace, signal), question);
  if (warning !== undefined) void pulumi.log.warn(warning);
  return (
    refusal ?? (await droppedDigests(args, adoption.namespace, signal)) ?? (await lookForRefusal(adoption))
  );
}

function inWords(problems: Problem[]): string {
  const lines = problems.map(({ key, message }) => `  ${key}: ${message}`);
  return `The arguments are wrong; nothing was changed:\n${lines.join("\n")}`;
}

/** Images whose digest this Nomad would drop. Told, and refused where `protect` is on. */
async function droppedDigests(
  args: DjangoAppArgs,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const images = taggedDigests({ ...args, djangoImage: await known(args.djangoImage) });
  if (images.length === 0) return undefined;
  const { tooOld, asked } = await digestSupport(connect(namespace, signal));
  if (asked && tooOld === undefined) return undefined;
  const why = asked ? `this is Nomad ${tooOld}` : "this token may not ask for Nomad's version";
  const lines = images.map(({ key, message }) => `${key}: ${message} (${why})`);
  if (args.protect === true && asked) return `${lines.join("\n")}\nprotect is true. Nothing was changed.`;
  if (asked || args.protect === true) for (const line of lines) void pulumi.log.warn(line);
  return undefined;
}

/** A value that is known already; undefined for one that only an `up` makes. */
async function known(value: pulumi.Input<string>): Promise<string | undefined> {
  if (typeof value === "string") return value;
  // The SDK has both, but declares neither.
  const output = pulumi.output(value) as unknown as { isKnown: Promise<boolean>; promise(): Promise<string> };
  return (await output.isKnown) ? output.promise() : undefined;
}
