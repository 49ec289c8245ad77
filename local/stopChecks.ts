/** What `npm run stop` looks at before it destroys anything: one stack that can't be destroyed must not cost the others. */
import { localEnvironment } from "../commands/pulumi/environment";
import { askForIt, isDevStack, nameItsFile, openPassphraseOf } from "../commands/pulumi/passphrase";
import { isProtected, secretsOf } from "../commands/pulumi/stackFile";
import { stateSalt } from "../commands/pulumi/stackState";
import { UserError } from "../commands/base/step";
import { updatesOf } from "./recover";

const eachOnItsOwn =
  "Stacks with different passphrases go down one by one: npm run destroy -- --stack NAME, each with its own passphrase; " +
  "then npm run stop";

/**
 * @param deployed will be destroyed.
 * @param purged lose their rows and their state, too.
 * @throws {UserError} when one of them can't be, with nothing changed.
 */
export async function checkStacks(deployed: readonly string[], purged: readonly string[]): Promise<void> {
  const held = [...new Set([...deployed, ...purged])].filter(isProtected);
  if (held.length > 0) throw protectedStacks(held);
  for (const stack of deployed) {
    const [pid] = updatesOf(stack);
    if (pid !== undefined) throw inUpdate(stack, pid);
  }
  await checkPassphrases(deployed);
}

async function checkPassphrases(deployed: readonly string[]): Promise<void> {
  const closed: string[] = [];
  for (const stack of deployed) if (await waitsForPassphrase(stack)) closed.push(stack);
  if (closed.length > 0) throw noPassphrase(closed);
  const own = deployed.filter((stack) => !isDevStack(stack));
  for (const stack of deployed) {
    try {
      await localEnvironment(stack, { program: false, secrets: true });
    } catch (error) {
      if (!(error instanceof UserError) || own.length < 2) throw error;
      throw new UserError(`${error.message}\n${eachOnItsOwn}`);
    }
  }
}

/** True for a stack that has a passphrase, when the caller has given none. */
async function waitsForPassphrase(stack: string): Promise<boolean> {
  const { salt = stateSalt(stack), provider = "passphrase" } = secretsOf(stack);
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  const byPassphrase = ["passphrase", "default"].includes(provider);
  if (isDevStack(stack) || salt === undefined || !byPassphrase || (phrase ?? file)) return false;
  return (await openPassphraseOf(salt)) === undefined;
}

function noPassphrase(stacks: readonly string[]): UserError {
  const one = stacks.length === 1;
  return new UserError(
    `${one ? "Stack" : "Stacks"} ${stacks.join(", ")} can only be destroyed with ${one ? "its passphrase" : "their passphrases"}. ` +
      `Nothing was changed. Give the one that ${one ? stacks[0] : "they"} ${one ? "was" : "were"} made with, ` +
      "and run the command again after either of\n" +
      `${askForIt}\n${nameItsFile}` +
      (one ? "" : `\n${eachOnItsOwn}`),
  );
}

function protectedStacks(stacks: readonly string[]): UserError {
  const ways = stacks.flatMap((stack) => [
    `  npm run pulumi -- config set protect false --stack ${stack}`,
    `  npm run up -- --stack ${stack}`,
  ]);
  return new UserError(
    `${stacks.length === 1 ? "Stack" : "Stacks"} ${stacks.join(", ")}: protect is true. Nothing was changed. ` +
      `To take ${stacks.length === 1 ? "it" : "them"} down, run these first:\n${ways.join("\n")}`,
  );
}

function inUpdate(stack: string, pid: number): UserError {
  return new UserError(
    `Stack ${stack} is being updated by process ${pid}. Nothing was changed. Wait for its end, or end it, then run the command again`,
  );
}
