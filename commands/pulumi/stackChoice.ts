/** Which stack a command line means, and what the command needs. */

/** What a command asks of this machine. */
export interface Needs {
  /** Runs the program or asks its providers: plugins and an address of Nomad. */
  program: boolean;
  /** Reads or writes what is encrypted; "change": gives it another key. */
  secrets: boolean | "change";
}

export interface Choice {
  /** Undefined for commands that touch no stack, and for one that asks for the name of a new stack. */
  stack: string | undefined;
  needs: Needs;
  /** The stack is made when it is not there. */
  makesStack: boolean;
  /** Installs plugins: for the user, not for this clone. */
  installsPlugins: boolean;
  /** Of `stack init --secrets-provider`. */
  secretsProvider?: string;
}

/** Flags of Pulumi's whose value may be a word of its own. */
const valued = [
  ...["--cwd", "-C", "--color", "--verbose", "-v", "--tracing", "--otel-traces", "--profiling"],
  ...[
    "--memprofilerate",
    "--secrets-provider",
    "--copy-config-from",
    "--teams",
    "--config-file",
    "--config",
    "-c",
  ],
  ...["--message", "-m", "--file", "--dest", "--type"],
];

/** Groups of commands that touch no stack. */
const stackless = [
  ...[
    "version",
    "about",
    "whoami",
    "login",
    "logout",
    "gen-completion",
    "completion",
    "help",
    "plugin",
    "install",
  ],
  ...["org", "policy", "template", "schema", "project"],
];

/** Groups that touch a stack without running its program. */
const withoutProgram = ["config", "stack", "state", "cancel", "logs", "env"];

const initializes = ["init", "new", "create", "setup"];
/** Commands on stacks that open no secret. */
const openNothing = ["ls", "list", "select", "unselect", "rm", "remove", "delete"];

/** Also at the end of short flags that take no value: `-ys NAME`. */
const stackFlag = /^(?:--stack|-[yfrdjieQ]*s)(?:=(.*))?$/;
const stackJoined = /^-[yfrdjieQ]*s([^=].*)$/;

/** The stack that the flags name: `--stack NAME`, `--stack=NAME`, `-s NAME`, `-sNAME`. The last one counts, as for Pulumi. */
export function stackOf(args: readonly string[]): string | undefined {
  return lastValue(args, stackFlag, stackJoined);
}

function lastValue(args: readonly string[], flag: RegExp, joined?: RegExp): string | undefined {
  let found: string | undefined;
  for (const [position, argument] of args.entries()) {
    if (argument === "--") break;
    const match = flag.exec(argument);
    const value = match ? (match[1] ?? args[position + 1]) : joined?.exec(argument)?.[1];
    if (value !== undefined) found = value;
  }
  return found;
}

/** What is no flag and no flag's value. */
function words(args: readonly string[]): string[] {
  const found: string[] = [];
  for (let position = 0; position < args.length; position++) {
    const argument = args[position];
    if (argument === "--") return [...found, ...args.slice(position + 1)];
    if (!argument.startsWith("-") || argument === "-") found.push(argument);
    else if (takesNext(argument, found)) position++;
  }
  return found;
}

function takesNext(flag: string, before: readonly string[]): boolean {
  // Of `stack select`, -c takes no value: it makes the stack.
  if (flag === "-c" && before[1] === "select") return false;
  return valued.includes(flag) || (stackFlag.test(flag) && !flag.includes("="));
}

export function has(args: readonly string[], ...flags: string[]): boolean {
  return args.some((argument) => flags.some((flag) => argument === flag || argument.startsWith(`${flag}=`)));
}

/**
 * @param verb preview, up, refresh and destroy mean dev unless they name a stack; `pulumi` is any other command.
 * @param selected the stack that was selected last in this clone.
 */
export function choose(
  verb: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  selected?: string,
): Choice {
  const all = { needs: { program: true, secrets: true }, makesStack: true, installsPlugins: false };
  if (verb !== "pulumi") return { ...all, stack: stackOf(args) ?? "dev" };

  const [group, command, name] = words(args);
  const nothing = { needs: { program: false, secrets: false }, makesStack: false, installsPlugins: false };
  if (group === undefined || stackless.includes(group) || has(args, "--help", "-h")) {
    return { ...nothing, stack: undefined, installsPlugins: group === "plugin" || group === "install" };
  }
  const flagged = stackOf(args) ?? env.PULUMI_OPTION_STACK;
  if (group === "stack") {
    const creates = initializes.includes(command) || (command === "select" && has(args, "--create", "-c"));
    if (creates) {
      const needs = { program: false, secrets: true };
      return { ...nothing, stack: name ?? flagged, needs, secretsProvider: providerOf(args) };
    }
    // `stack select NAME` and `stack rm NAME`.
    if (openNothing.includes(command)) return { ...nothing, stack: name ?? flagged };
  }
  // What Pulumi itself would take, and then what every other command here means.
  const stack = flagged ?? env.PULUMI_STACK ?? selected ?? "dev";
  if (group === "stack" && command === "change-secrets-provider") {
    return { ...nothing, stack, needs: { program: false, secrets: "change" } };
  }
  if (!withoutProgram.includes(group)) return { ...all, stack };
  const secrets = group !== "cancel";
  return {
    ...nothing,
    stack,
    needs: { program: false, secrets },
    makesStack: group === "config" || stack === "dev",
  };
}

function providerOf(args: readonly string[]): string | undefined {
  return lastValue(args, /^--secrets-provider(?:=(.*))?$/);
}
