/** `npm run nomad -- [--stack NAME] ARGS`: Nomad's own CLI, with the address, the token and the namespace of a stack. */
import { applicationOf } from "./app/application";
import { cliEnvironment } from "./app/nomadCli";
import { onPath } from "./base/onPath";
import { passThrough, signalCode } from "./base/passThrough";
import { main, UserError } from "./base/step";
import { laptop } from "./pulumi/laptop";

const usage =
  "Usage: npm run --silent nomad -- [--stack NAME] ARGS\n" +
  "  ARGS: of Nomad's own CLI, as they are: `npm run --silent nomad -- --stack prod job status shop`.\n" +
  "  Ends with the exit code of the CLI.";

export interface NomadOptions {
  stack: string;
  words: string[];
}

/** Our option comes first, and everything behind it is the CLI's own. */
export function nomadOptions(args: readonly string[]): NomadOptions {
  const [first = "", ...rest] = args;
  const [flag, joined] = first.split(/=(.*)/s, 2);
  const isOurs = flag === "--stack" || flag === "-s";
  const [stack, ...words] = isOurs ? (joined === undefined ? rest : [joined, ...rest]) : ["dev", ...args];
  if (stack === undefined) throw new UserError(`${flag} needs a value.\n${usage}`);
  if (words.length === 0) throw new UserError(usage);
  return { stack, words };
}

/** @throws {UserError} when this machine has none. */
async function nomadCli(): Promise<string> {
  const machine = await laptop();
  const found = onPath("nomad") ?? machine?.nomad();
  if (found !== undefined) return found;
  throw new UserError(
    "nomad is not on PATH" +
      (machine
        ? ", and `npm start` has not fetched it yet. Run `npm start`, or install it"
        : ". Install it") +
      " (https://developer.hashicorp.com/nomad/install), then run the command again",
  );
}

/** Resolves to the CLI's exit code. */
async function nomad({ stack, words }: NomadOptions): Promise<number> {
  const cli = await nomadCli();
  const { env, remove } = cliEnvironment(await applicationOf(stack));
  try {
    // npm runs its scripts in the project's root; a path is meant from where it was typed.
    const { code, signal } = await passThrough(cli, words, env, process.env.INIT_CWD ?? process.cwd());
    return code ?? signalCode(signal);
  } finally {
    remove();
  }
}

if (require.main === module) main(() => nomad(nomadOptions(process.argv.slice(2))));
