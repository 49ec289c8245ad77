/** `npm run import-pack -- FILE ... --stack NAME`: a stack's config from the Django pack's variable files. */
import { message, printable } from "../components/messages/printable";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { localEnvironment } from "./pulumi/environment";
import { importVariables } from "./pack/map";
import { type Change, describe, plan } from "./pack/plan";
import { readVariableFiles } from "./pack/read";
import { StackConfig } from "./pack/write";
import { isDevStack } from "./pulumi/passphrase";
import { main, UserError } from "./base/step";

const usage =
  "Usage: npm run import-pack -- FILE.variables.hcl [FILE ...] --stack NAME [--var NAME=VALUE ...] [--dry-run] [--force]\n" +
  "  Later files win, --var wins over all files. --dry-run shows what would be written; --force overwrites values that differ.";

interface Arguments {
  files: string[];
  /** Of `--var`, as nomad-pack takes them. */
  variables: Record<string, string>;
  stack: string;
  dryRun: boolean;
  force: boolean;
}

function readArguments(args: readonly string[]): Arguments {
  const options = {
    stack: { type: "string", short: "s" },
    "dry-run": { type: "boolean", default: false },
    force: { type: "boolean", default: false },
    var: { type: "string", multiple: true, default: [] as string[] },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length === 0 || !values.stack) throw new UserError(usage);
    const { stack, force, "dry-run": dryRun } = values;
    return { files: positionals, variables: Object.fromEntries(values.var.map(pair)), stack, dryRun, force };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

function pair(argument: string): [name: string, value: string] {
  const [, name, value] = /^(?:django\.)?(\w+)=(.*)$/s.exec(argument) ?? [];
  // The value is not repeated: it may be a secret.
  if (name === undefined) throw new UserError(`--var takes NAME=VALUE\n${usage}`);
  return [name, value];
}

/** npm runs its scripts in the project's root; a path is meant from where it was typed. */
function fromHere(file: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

const print = (line: string): void => void process.stdout.write(`${printable(line, message)}\n`);

/** Imports, or says why not; resolves to the command's exit code. */
async function importPack(args: readonly string[]): Promise<number> {
  const { files, variables, stack, dryRun, force } = readArguments(args);
  const imported = importVariables({ ...(await readVariableFiles(files.map(fromHere))), ...variables });
  if (imported.problems.length > 0) {
    throw new UserError(
      `${files.join(", ")} can't be imported; nothing was written.\n  ${imported.problems.join("\n  ")}\n` +
        "Fix the file, or a copy of it, and run the command again",
    );
  }
  const target = new StackConfig(await localEnvironment(stack, { program: false, secrets: true }), stack);
  const { exists, config } = await target.read();
  const changes = plan(imported, config);
  print(`From ${files.join(", ")} to stack ${stack} (${target.file}):`);
  for (const change of changes) print(`  ${describe(change)}`);
  for (const note of imported.notes) print(`Note: ${note}`);
  refuseOverwriting(changes, stack, force || dryRun);

  const due = changes.filter(({ status }) => status !== "same");
  if (dryRun) {
    const differing = due.filter(({ status }) => status === "different").length;
    print(
      `Dry run: ${values(due.length)} would be written${differing ? `, ${differing} of them only with --force` : ""}.`,
    );
    return 0;
  }
  if (!exists) {
    await target.create();
    print(`Stack ${stack} is new.`);
  }
  await target.write(due, config);
  print(
    due.length > 0
      ? `${values(due.length)} written to ${target.file}.`
      : "Nothing to write: the stack has every value.",
  );
  printNextSteps(stack, due);
  return 0;
}

function values(count: number): string {
  return count === 1 ? "1 value" : `${count} values`;
}

function refuseOverwriting(changes: readonly Change[], stack: string, allowed: boolean): void {
  const different = changes.filter(({ status }) => status === "different");
  if (different.length === 0 || allowed) return;
  throw new UserError(
    `Stack ${stack} has other values for ${different.map(({ path }) => path.join(".")).join(", ")}; nothing was written. ` +
      "`--force` overwrites them with the file's; or remove these variables from a copy of the file",
  );
}

function printNextSteps(stack: string, written: readonly Change[]): void {
  if (written.some(({ secret }) => secret) && isDevStack(stack)) {
    print("Caution: the secrets of the dev stack are encrypted with a public passphrase");
  }
  print(`Next: npm run preview -- --stack ${stack}`);
  print(
    `  To take over the job that the pack deployed: npm run pulumi -- config set adopt true --stack ${stack}`,
  );
}

if (require.main === module) main(() => importPack(process.argv.slice(2)));
