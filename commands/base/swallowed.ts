/**
 * Options that npm has kept: without `--` before them, `npm run status --stack shop` sets npm's own configuration, and
 * the command would run without its option, on another stack.
 */
import { UserError } from "./userError";

/** Options that take a value. */
const valued = [
  ...["stack", "role", "lines", "folder", "auth-method", "audience", "var"],
  // Pulumi's.
  ...["config", "config-file", "secrets-provider", "exclude", "target-replace", "save-plan", "parallel"],
  ...["replace", "target", "t", "x", "file", "message"],
];

/** Options without one. */
const switches = [
  ...["follow", "purge", "submit-job", "quick"],
  // Pulumi's.
  ...[
    "preview-only",
    "skip-preview",
    "refresh",
    "r",
    "run-program",
    "expect-no-changes",
    "continue-on-error",
  ],
  ...[
    "exclude-protected",
    "exclude-dependents",
    "target-dependents",
    "remove",
    "secret",
    "plaintext",
    "path",
  ],
  ...["show-secrets", "show-sames", "show-reads", "suppress-outputs", "non-interactive", "debug"],
];

/** npm knows these itself, and a user's own settings may have set them: they count where a command would do something else. */
const npmsOwn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(
    ["preview", "up", "refresh", "destroy", "pulumi"].map((verb) => [verb, { call: "-c", diff: "--diff" }]),
  ),
  status: { json: "--json" },
  logs: { force: "-f" },
  db: { force: "--force" },
  "import-pack": { force: "--force", "dry-run": "--dry-run" },
};

/** The value that npm has of an option; undefined for one that was not given. Electron's builds have a `target` of their own. */
function kept(env: NodeJS.ProcessEnv, option: string): string | undefined {
  const value = env[`npm_config_${option.replaceAll("-", "_")}`];
  return option === "target" && !/^(true$|urn:|\*)/.test(value ?? "") ? undefined : value;
}

/** As it should have been typed. @param words that npm has passed on: a value of the option is among them. */
function typed(flag: string, value: string, takesOne: boolean, words: readonly string[]): string[] {
  if (value !== "true" && value !== "") return [takesOne ? `${flag} ${value}` : `${flag}=${value}`, ...words];
  if (value === "" && !takesOne) return [`${flag}=false`, ...words];
  if (!takesOne) return [flag, ...words];
  return words.length === 1 ? [flag, ...words] : [flag, "VALUE", "..."];
}

/**
 * @param given what the command got: `commands/verb.ts` gets its script's name first.
 * @throws {UserError} when npm has kept an option of ours.
 */
export function refuseSwallowed(env: NodeJS.ProcessEnv, given: readonly string[]): void {
  const script = env.npm_lifecycle_event;
  if (script === undefined) return;
  const words = given[0] === script ? given.slice(1) : given;
  const own = Object.entries(npmsOwn[script] ?? {}).filter(([name]) => kept(env, name));
  const found = [
    ...[...valued, ...switches].map((name) => [name, name.length > 1 ? `--${name}` : `-${name}`] as const),
  ].filter(([name]) => !(name === "message" && kept(env, name) === "%s") && kept(env, name) !== undefined);
  const [first] = [...found, ...own];
  if (first === undefined) return;
  const [name, flag] = first;
  const takesOne = valued.includes(name) || name === "call";
  const command = typed(flag, kept(env, name) ?? "", takesOne, words).join(" ");
  const run = script === "start" || script === "stop" ? `npm ${script}` : `npm run ${script}`;
  throw new UserError(
    `npm kept ${flag} for itself, and nothing was run. Put -- before: ${run} -- ${command}`,
  );
}
