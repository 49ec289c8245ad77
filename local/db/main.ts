/** `npm run db -- backup | restore | list | verify [FILE] [--stack NAME] [--folder FOLDER] [--force]`. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { printable } from "../../components/printable";
import { localEnvironment } from "../environment";
import { main, step, UserError } from "../step";
import { archives, backupFolder, chosenArchive, type Manifest, readManifest } from "./archive";
import { backup, restore, verify } from "./backup";
import { Client } from "./client";
import { findTarget, type Target } from "./target";

const usage =
  "Usage: npm run db -- backup | restore | list | verify [FILE] [--stack NAME] [--folder FOLDER] [--force]";

interface Options {
  verb: string;
  file?: string;
  stack: string;
  folder: string;
  force: boolean;
}

function options(): Options {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s", default: "dev" },
        folder: { type: "string" },
        force: { type: "boolean", default: false },
      },
    });
    const [verb, file, ...more] = positionals;
    if (!verb || more.length > 0) throw new UserError(usage);
    const { stack, folder, force } = values;
    return { verb, file, stack, folder: backupFolder(stack, folder), force };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

async function withClient(
  stack: string,
  work: (client: Client, target: Target) => Promise<string>,
): Promise<string> {
  const target = await findTarget(await localEnvironment(stack, { program: false, secrets: true }), stack);
  const client = await Client.open(target);
  try {
    return await work(client, target);
  } finally {
    await client.close();
  }
}

/** One line for people. */
function described(archive: string): string {
  const manifest = readManifest(archive);
  const bytes = statSync(archive).size;
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const name = printable(basename(archive));
  if (!manifest) return `${name}: without a manifest, ${size}`;
  const { stack, database, serverVersion, taken, tables } = manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  // The manifest is a file, which somebody else may have written.
  const [from, of, when, version] = [database, stack, taken, serverVersion].map((one) => printable(one));
  return `${name}: ${from} of stack ${of}, ${when}, PostgreSQL ${version}, ${Object.keys(tables).length} tables, ${rows} rows, ${size}`;
}

/** What a restore has shown. */
function outcome(manifest: Manifest | undefined): string {
  return manifest
    ? "every table has the rows of the backup"
    : "it was restored as a whole, but it has no manifest: whether its rows are those of the backup was not compared";
}

const verbs: Record<string, (options: Options) => Promise<unknown>> = {
  backup: ({ stack, folder }) =>
    step("Backup", () =>
      withClient(stack, async (client, target) => {
        const archive = await backup(client, target, folder);
        return `${described(archive)}\n${printable(archive)}`;
      }),
    ),
  restore: ({ stack, folder, file, force }) =>
    step("Restore", () =>
      withClient(stack, async (client, target) => {
        const archive = chosenArchive(folder, file);
        const manifest = await restore(client, target, archive, force);
        return `${described(archive)}; ${outcome(manifest)}`;
      }),
    ),
  verify: ({ stack, folder, file }) =>
    step("Verify", () =>
      withClient(stack, async (client, target) => {
        const archive = chosenArchive(folder, file);
        const manifest = await verify(client, target, archive);
        return `${described(archive)}; restored into a scratch database, ${outcome(manifest)}`;
      }),
    ),
  list: async ({ folder }) => {
    const all = archives(folder);
    process.stdout.write(
      all.length > 0 ? `${all.map(described).join("\n")}\n` : `There is no backup in ${printable(folder)}\n`,
    );
  },
};

main(async () => {
  const given = options();
  const run = verbs[given.verb];
  if (!run) throw new UserError(`"${given.verb}" is not known. ${usage}`);
  await run(given);
});
