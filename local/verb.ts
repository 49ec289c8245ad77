/**
 * `npm run preview | up | refresh | destroy | pulumi`: the same `pulumi` command in this clone's environment.
 * All arguments are Pulumi's own; `--stack` is "dev" unless given.
 */
import { spawn } from "node:child_process";
import { backendUrl, isLocalBackend, type LocalEnvironment, localEnvironment } from "./environment";
import { repoRoot } from "./paths";
import { run } from "./run";
import { ownConfig } from "./stackFile";
import { stacks } from "./stackState";
import { main, UserError } from "./step";

/** Verbs that ask before they act: without a terminal nobody could answer. */
const asks = ["up", "refresh", "destroy"];

/** The stack named by `--stack NAME`, `--stack=NAME`, `-s NAME` or `-sNAME`. */
export function stackOf(args: readonly string[]): string | undefined {
  for (const [position, argument] of args.entries()) {
    const joined = /^(?:--stack=|-s=?)(.+)$/.exec(argument);
    if (joined) return joined[1];
    if (argument === "--stack" || argument === "-s") return args[position + 1];
  }
  return undefined;
}

function has(args: readonly string[], ...flags: string[]): boolean {
  return args.some((argument) => flags.some((flag) => argument === flag || argument.startsWith(`${flag}=`)));
}

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
    `Stack ${stack} is protected (protect: true in its file). Nothing was changed. To take it down on purpose:\n` +
      `  npm run pulumi -- config set protect false --stack ${stack}\n` +
      `  npm run up -- --stack ${stack}\n` +
      `  npm run destroy -- --stack ${stack}      # the database and its rows stay even then`,
  );
}

/** Commands on config and stacks ask Nomad nothing: they work before there is one, and are how to name one. */
function needsNomad(verb: string, [command]: readonly string[]): boolean {
  return verb !== "pulumi" || !["config", "stack"].includes(command);
}

async function ensureStack({ pulumi, env }: LocalEnvironment, stack: string): Promise<void> {
  if (!isLocalBackend()) return;
  if (stacks().includes(stack)) return;
  await run(pulumi, ["stack", "init", stack, "--non-interactive"], { env, cwd: repoRoot });
  process.stderr.write(`Stack ${stack} is new in ${backendUrl()}\n`);
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

/** Runs one verb; resolves to Pulumi's exit code. */
export async function runVerb(verb: string, args: readonly string[]): Promise<number> {
  const stack = stackOf(args) ?? "dev";
  refuseProtected(verb, args, stack);
  const environment = await localEnvironment(stack, { nomad: needsNomad(verb, args) });
  for (const note of environment.notes) process.stderr.write(`${note}\n`);
  await ensureStack(environment, stack);
  return passThrough(
    environment.pulumi,
    pulumiArguments(verb, args, process.stdin.isTTY && process.stdout.isTTY),
    environment.env,
  );
}

if (require.main === module) {
  main(() => {
    const [verb, ...args] = process.argv.slice(2);
    if (!verb) throw new UserError("Usage: npm run preview | up | refresh | destroy | pulumi -- ARGUMENTS");
    return runVerb(verb, args);
  });
}
