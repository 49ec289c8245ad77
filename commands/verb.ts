/**
 * `npm run preview | up | refresh | destroy | pulumi`: the same `pulumi` command in this clone's environment.
 * All arguments are Pulumi's own; `--stack` is "dev" unless given.
 */
import { spawn } from "node:child_process";
import { backendUrl, isLocalBackend } from "./pulumi/backend";
import { type LocalEnvironment, localEnvironment } from "./pulumi/environment";
import { openPassphraseOf } from "./pulumi/passphrase";
import { repoRoot } from "./base/paths";
import { usersPulumiHome } from "./pulumi/publishedPlugins";
import { run } from "./base/run";
import { type Choice, choose, has, stackOf } from "./pulumi/stackChoice";
import { ownConfig, secretsOf } from "./pulumi/stackFile";
import { selectedStack, stacks } from "./pulumi/stackState";
import { main, shown, UserError } from "./base/step";
import { refusedCode } from "./exitCodes";
import { eventLog, verdict } from "./pulumi/verdict";

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

/** Everything in such a stack is protected: a destroy would leave it all, and look as if it had worked. */
function refuseProtected(verb: string, args: readonly string[], stack: string): void {
  if (verb !== "destroy" || has(args, "--target", "-t", "--help", "-h")) return;
  if (String(ownConfig(stack)?.protect) !== "true") return;
  throw new UserError(
    `Stack ${stack} is protected (protect: true in its file). Nothing was changed. To take it down:\n` +
      `  npm run pulumi -- config set protect false --stack ${stack}\n` +
      `  npm run up -- --stack ${stack}\n` +
      `  npm run destroy -- --stack ${stack}      # the database and its rows stay even then`,
  );
}

async function ensureStack({ pulumi, env }: LocalEnvironment, stack: string): Promise<void> {
  if (!isLocalBackend()) return;
  if (stacks().includes(stack.split("/").at(-1) ?? stack)) return;
  await run(pulumi, ["stack", "init", stack, "--non-interactive"], { env, cwd: repoRoot });
  process.stderr.write(`${shown(`Stack ${stack} is new in ${backendUrl()}`)}\n`);
}

/** Runs a command with this terminal. */
function passThrough(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, args, { cwd: repoRoot, env, stdio: "inherit" });
  // The terminal sends its signals to both; the CLI decides what an interrupt means.
  process.on("SIGINT", () => undefined).on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? 1));
  });
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

/** Runs Pulumi; resolves to its exit code or, of a verb that may change something, to what that code comes to. */
async function runPulumi(
  { pulumi, env }: LocalEnvironment,
  verb: string,
  args: string[],
  more: NodeJS.ProcessEnv,
): Promise<number> {
  if (verb === "pulumi") return passThrough(pulumi, args, { ...env, ...more });
  const log = eventLog();
  try {
    const code = await passThrough(pulumi, [...args, ...log.args], { ...env, ...more, ...log.env });
    return verdict(verb, code, log.read());
  } finally {
    log.remove();
  }
}

/** Runs one verb; resolves to its exit code, one of those in `exitCodes.ts`. */
export async function runVerb(verb: string, args: readonly string[]): Promise<number> {
  const choice = choose(verb, args, process.env, selectedStack());
  const { stack, needs } = choice;
  if (stack !== undefined) refuseProtected(verb, args, stack);
  const environment = await localEnvironment(stack, needs, choice.secretsProvider);
  for (const note of environment.notes) process.stderr.write(`${shown(note)}\n`);
  if (stack !== undefined && choice.makesStack) await ensureStack(environment, stack);
  // A state that is exported to a file is for its owner's eyes, as the state itself.
  if (verb === "pulumi" && args[0] === "stack" && has(args, "export")) process.umask(0o077);
  const all = pulumiArguments(verb, args, process.stdin.isTTY && process.stdout.isTTY);
  const code = await runPulumi(environment, verb, all, environmentOf(choice, args));
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
