/** `npm run db -- backup | restore | list | verify [FILE] [--stack NAME] [--folder FOLDER] [--force]`. */
import { statSync } from "node:fs";
import { basename, relative } from "node:path";
import { parseArgs } from "node:util";
import { printable } from "../../components/messages/printable";
import { localEnvironment } from "../pulumi/environment";
import { main, step, UserError } from "../base/step";
import { archives, backupFolder, chosenArchive, readManifest } from "./archive";
import { backup, restore, verify } from "./backup";
import { Client } from "./client";
import { type Manifest } from "./manifest";
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

/** One line for people. @param name of the file, as the line begins with it. */
function described(archive: string, name = basename(archive)): string {
  const bytes = statSync(archive).size;
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const manifest = readManifest(archive);
  if (!manifest) return `${printable(name)}: without a manifest, ${size}`;
  const { stack, database, serverVersion, taken, tables } = manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  return `${printable(name)}: ${database} of stack ${stack}, ${taken}, PostgreSQL ${serverVersion}, ${Object.keys(tables).length} tables, ${rows} rows, ${size}`;
}

/** As {@link described}; one manifest that can't be read hides no other archive. */
function listed(archive: string, folder: string): string {
  const name = relative(folder, archive);
  try {
    return described(archive, name);
  } catch (error) {
    if (error instanceof UserError) return `${printable(name)}: ${error.message}`;
    throw error;
  }
}

/** What a restore has shown. */
function outcome(manifest: Manifest | undefined): string {
  return manifest
    ? "every table matches the backup"
    : "it was restored as a whole, but it has no manifest: its rows were not compared with the backup";
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
      all.length > 0
        ? `${all.map((archive) => listed(archive, folder)).join("\n")}\n`
        : `There is no backup in ${printable(folder)}\n`,
    );
  },
};

main(async () => {
  const given = options();
  const run = verbs[given.verb];
  if (!run) throw new UserError(`"${given.verb}" is not known. ${usage}`);
  await run(given);
});
