/** The command line of `npm run manage`: our options come first, and everything from the command on is the command's own. */
import { migratorPrefix } from "../../components/gate";
import { UserError } from "../base/step";
import type { Job } from "./jobs";

const usage =
  "Usage: npm run --silent manage -- [--stack NAME] [--role app | migrator] COMMAND ARGS\n" +
  "  COMMAND ARGS: of ./manage.py, as they are: `npm run --silent manage -- --stack prod clearsessions --verbosity 2`.\n" +
  "  --role migrator: with the environment and the secrets of the migrations, and so with their database role.\n" +
  "  Ends with the exit code of the command.";

export interface ManageOptions {
  stack: string;
  role: "app" | "migrator";
  words: string[];
}

export function manageOptions(args: readonly string[]): ManageOptions {
  const options = { stack: "dev", role: "app" as string };
  let at = 0;
  const value = (flag: string): string => {
    const given = args[++at];
    if (given === undefined) throw new UserError(`${flag} needs a value.\n${usage}`);
    return given;
  };
  for (; at < args.length && args[at].startsWith("-"); at++) {
    const [flag, joined] = args[at].split(/=(.*)/s, 2);
    if (flag === "--") {
      at++;
      break;
    }
    if (flag === "--stack" || flag === "-s") options.stack = joined ?? value(flag);
    else if (flag === "--role") options.role = joined ?? value(flag);
    else
      throw new UserError(
        `${flag} is not an option of npm run manage. Options of the command come after its name.\n${usage}`,
      );
  }
  const words = args.slice(at);
  if (words.length === 0) throw new UserError(usage);
  const { stack, role } = options;
  if (role !== "app" && role !== "migrator") {
    throw new UserError(`--role is "${role}" and must be app or migrator`);
  }
  return { stack, role, words };
}

/** Why `--role migrator` makes no difference in this stack; undefined when it does. */
export function oneRoleOnly(
  { role, stack }: Pick<ManageOptions, "role" | "stack">,
  { TaskGroups }: Pick<Job, "TaskGroups">,
): string | undefined {
  const envs = TaskGroups.flatMap(({ Tasks }) => Tasks ?? []).map(({ Env }) => Env ?? {});
  const differs = (env: Record<string, string>): boolean =>
    Object.entries(env).some(
      ([name, value]) => name.startsWith(migratorPrefix) && env[name.slice(migratorPrefix.length)] !== value,
    );
  if (role === "app" || envs.some(differs)) return undefined;
  return (
    `--role migrator changes nothing here: in stack ${stack}, the application and its migrations share one database role. ` +
    "`database.roles: separate` gives each its own."
  );
}

/** Options with which a Django command asks no questions. */
const silent: Readonly<Record<string, RegExp>> = {
  shell: /^(-c|--command)/,
  shell_plus: /^(-c|--command)/,
  dbshell: /^(--|-c)$/,
  createsuperuser: /^--no-?input$/,
  // It always asks.
  changepassword: /^(-h|--help)$/,
};

/** Why a command needs a terminal; undefined when it does not. */
export function interactive([command, ...args]: readonly string[]): string | undefined {
  if (args.some((word) => word === "--help" || word === "-h")) return undefined;
  if (command === "loaddata" && args.includes("-")) return "`loaddata -` reads standard input";
  const option = silent[command];
  if (option === undefined || args.some((word) => option.test(word))) return undefined;
  return `\`${command}\` asks questions`;
}

/** Ways to start a command of Django's: manage.py itself, its interpreter, or a tool that has the interpreter. */
const launchers = [
  /(\S*python[\d.]* (-\S+ )*)?(\S*\/)?manage\.py/,
  /\S*python[\d.]* -m django/,
  /(\S*\/)?django-admin/,
].map((what) => new RegExp(`^((uv|poetry|pipenv|pdm|rye|hatch) run )?${what.source}(?= |$)`));

/**
 * The words before the command that the stack adds by itself: `./manage.py`, `python manage.py`.
 * @param manageCommand of the stack.
 */
function launchWords(words: readonly string[], manageCommand: unknown): string[] {
  const own = Array.isArray(manageCommand) ? manageCommand.map(String) : [];
  if (own.length > 0 && own.every((word, at) => words[at] === word)) return own;
  const line = words.map((word) => word.replaceAll(" ", "_")).join(" ");
  const [found = ""] = launchers.flatMap((one) => one.exec(line)?.[0] ?? []);
  return words.slice(0, found.split(" ").filter(Boolean).length);
}

/** @throws {UserError} when the command line names manage.py itself: Django would take it for a command. */
export function refuseLaunchWords({ stack, role, words }: ManageOptions, manageCommand: unknown): void {
  const launch = launchWords(words, manageCommand);
  if (launch.length === 0) return;
  const options = [
    ...(stack === "dev" ? [] : ["--stack", stack]),
    ...(role === "app" ? [] : ["--role", role]),
  ];
  const rest = words.slice(launch.length);
  throw new UserError(
    `Nothing was run. Leave ${launch.join(" ")} out: ` +
      ["npm run manage --", ...options, ...(rest.length > 0 ? rest : ["COMMAND"])].join(" "),
  );
}
