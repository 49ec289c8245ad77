/**
 * `npm run preview | up | refresh | destroy | pulumi`: the same `pulumi` command in this clone's environment.
 * All arguments are Pulumi's own; `--stack` is "dev" unless given.
 */
import { badToken } from "./app/badToken";
import { backendUrl, isLocalBackend } from "./pulumi/backend";
import { type LocalEnvironment, localEnvironment } from "./pulumi/environment";
import { openPassphraseOf } from "./pulumi/passphrase";
import { repoRoot } from "./base/paths";
import { usersPulumiHome } from "./pulumi/publishedPlugins";
import { type Ended, passThrough } from "./base/passThrough";
import { run } from "./base/run";
import { type Choice, choose, has, stackOf } from "./pulumi/stackChoice";
import { isProtected, noSuchFile, ownConfig, secretsOf } from "./pulumi/stackFile";
import { heldBy } from "./pulumi/stackLock";
import { selectedStack, stacks } from "./pulumi/stackState";
import { main, shown, UserError } from "./base/step";
import { refusedCode } from "./exitCodes";
import { eventLog, isRefused, verdict } from "./pulumi/verdict";

/** Verbs that ask before they act: without a terminal nobody could answer. */
const asks = ["up", "refresh", "destroy"];

/** What a verb's arguments become on Pulumi's command line. */
export function pulumiArguments(verb: string, args: readonly string[], terminal: boolean): string[] {
  if (verb === "pulumi") return [...args];
  return [
    verb,
    ...args,
    ...(stackOf(args) === undefined ? ["--stack", "dev"] : []),
    ...(asks.includes(verb) && !terminal && !has(args, "--yes", "-y", "--preview-only") ? ["--yes"] : []),
    // The database's volume is protected and stays: `npm run stop -- --purge` removes it.
    ...(verb === "destroy" && !has(args, "--exclude-protected", "--target", "-t")
      ? ["--exclude-protected"]
      : []),
  ];
}

/** Pulumi does not wait for the other run, either. */
function refuseHeld(verb: string, args: readonly string[], stack: string): void {
  if (!asks.includes(verb) || has(args, "--help", "-h")) return;
  const holder = heldBy(stack);
  if (holder !== undefined) throw new UserError(holder);
}

/** Everything in such a stack is protected: a destroy would leave it all, and look as if it had worked. */
function refuseProtected(verb: string, args: readonly string[], stack: string): void {
  if (verb !== "destroy" || has(args, "--target", "-t", "--help", "-h")) return;
  if (!isProtected(stack)) return;
  throw new UserError(
    `Stack ${stack} is protected (protect: true in its file). Nothing was changed. To take it down:\n` +
      `  npm run pulumi -- config set protect false --stack ${stack}\n` +
      `  npm run up -- --stack ${stack}\n` +
      `  npm run destroy -- --stack ${stack}      # the database and its rows stay even then`,
  );
}

/** A new stack may have no file yet; a misspelt name has none, either. */
function nameNote(stack: string): string | undefined {
  const known = ownConfig(stack) !== undefined || stacks().includes(stack.split("/").at(-1) ?? stack);
  return known ? undefined : noSuchFile(stack);
}

async function ensureStack({ pulumi, env }: LocalEnvironment, stack: string): Promise<void> {
  if (!isLocalBackend()) return;
  if (stacks().includes(stack.split("/").at(-1) ?? stack)) return;
  await run(pulumi, ["stack", "init", stack, "--non-interactive"], { env, cwd: repoRoot });
  process.stderr.write(`${shown(`Stack ${stack} is new in ${backendUrl()}`)}\n`);
}

/** What the environment has to say besides, so that Pulumi means the stack that was chosen here. */
function environmentOf(
  { stack, needs, installsPlugins }: Choice,
  args: readonly string[],
): NodeJS.ProcessEnv {
  // The clone's own plugin cache may hold stand-ins, which would count as installed.
  if (installsPlugins) return { PULUMI_HOME: usersPulumiHome() };
  const named = stack === undefined || !needs.secrets || stackOf(args) !== undefined;
  return named ? {} : { PULUMI_STACK: stack };
}

/** The new passphrase is read by Pulumi itself, which takes none at all for an answer where there is no terminal. */
async function checkNewPassphrase(stack: string): Promise<void> {
  const { salt } = secretsOf(stack);
  if (salt === undefined || (await openPassphraseOf(salt)) === undefined) return;
  throw new UserError(
    `Stack ${stack} now has a public passphrase: the new one was empty, or that of local development. ` +
      "Run the command again with your own passphrase, typed in a terminal or as a line on standard input",
    1,
  );
}

const codeOf = ({ code }: Ended): number => code ?? 1;

interface Outcome {
  /** Exit code: Pulumi's or, of a verb that may change something, what that comes to. */
  code: number;
  /** {@link isRefused} */
  refused: boolean;
}

async function runPulumi(
  { pulumi, env }: LocalEnvironment,
  verb: string,
  args: string[],
  more: NodeJS.ProcessEnv,
): Promise<Outcome> {
  if (verb === "pulumi") {
    const ended = await passThrough(pulumi, args, { ...env, ...more }, repoRoot);
    return { code: codeOf(ended), refused: false };
  }
  const log = eventLog();
  try {
    const all = { ...env, ...more, ...log.env };
    const code = codeOf(await passThrough(pulumi, [...args, ...log.args], all, repoRoot));
    const events = log.read();
    return { code: verdict(verb, code, events), refused: code !== 0 && isRefused(events) };
  } finally {
    log.remove();
  }
}

/** The report's next steps are commands of Nomad's CLI, which knows neither this clone nor its stacks. */
function nomadHint(stack: string): string {
  const option = stack === "dev" ? "" : `--stack ${stack} `;
  return `Commands of Nomad's CLI run here as \`npm run nomad -- ${shown(option)}...\`, with the stack's address and token`;
}

async function tellBadToken(stack: string): Promise<void> {
  const problem = await badToken(stack);
  if (problem !== undefined) process.stderr.write(`error: ${shown(problem)}\n`);
}

/** Runs one verb; resolves to its exit code, one of those in `exitCodes.ts`. */
export async function runVerb(verb: string, args: readonly string[]): Promise<number> {
  const choice = choose(verb, args, process.env, selectedStack());
  const { stack, needs } = choice;
  if (stack !== undefined) {
    refuseProtected(verb, args, stack);
    refuseHeld(verb, args, stack);
  }
  const note = stack === undefined || verb === "pulumi" ? undefined : nameNote(stack);
  if (note !== undefined) process.stderr.write(`${shown(note)}\n`);
  const environment = await localEnvironment(stack, needs, choice.secretsProvider);
  for (const note of environment.notes) process.stderr.write(`${shown(note)}\n`);
  if (stack !== undefined && choice.makesStack) await ensureStack(environment, stack);
  // A state that is exported to a file is for its owner's eyes, as the state itself.
  if (verb === "pulumi" && args[0] === "stack" && has(args, "export")) process.umask(0o077);
  const all = pulumiArguments(verb, args, process.stdin.isTTY && process.stdout.isTTY);
  const { code, refused } = await runPulumi(environment, verb, all, environmentOf(choice, args));
  if (refused && stack !== undefined) await tellBadToken(stack);
  if (code === 1 && verb === "up" && stack !== undefined) process.stderr.write(`${nomadHint(stack)}\n`);
  if (code === 0 && stack !== undefined && needs.secrets === "change") await checkNewPassphrase(stack);
  return code;
}

if (require.main === module) {
  main(() => {
    const [verb, ...args] = process.argv.slice(2);
    if (!verb) throw new UserError("Usage: npm run preview | up | refresh | destroy | pulumi -- ARGUMENTS");
    return runVerb(verb, args);
  }, refusedCode);
}
