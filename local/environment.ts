/** What `pulumi` needs to run on this machine: backend, plugins, passphrase, addresses. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { backendUrl, isLocalBackend } from "./backend";
import { agentAddress } from "./nomadAgent";
import { movedNotes, nomadOfStack, type NomadOfStack, nomadSettings } from "./nomadOfStack";
import { cloneId, repoRoot, stateDir } from "./paths";
import { buildPlugins } from "./plugins/build";
import { CommandError, run } from "./run";
import { stackConfig } from "./stackFile";
import { nomadProvider } from "./stackState";
import { UserError } from "./step";
import { ensureTool, onPath } from "./tools";

/**
 * The passphrase of the dev stack's throw-away secrets, known to everyone who can read this file.
 * It is used with the local backend alone, and only when no other one is set.
 */
const localPassphrase = "local-development-only";

export interface LocalEnvironment {
  /** The Pulumi CLI. */
  pulumi: string;
  env: NodeJS.ProcessEnv;
  /** What the user should know about this run, one line each. */
  notes: string[];
}

interface Plugin {
  kind: "resource" | "language";
  name: string;
  /** Of the published plugin that the SDK asks for. */
  version: string;
}

function sdkVersion(sdk: string): string {
  const manifest = JSON.parse(
    readFileSync(join(repoRoot, "node_modules", "@pulumi", sdk, "package.json"), "utf8"),
  ) as { version: string; pulumi?: { version?: string } };
  return manifest.pulumi?.version ?? manifest.version;
}

/** Every plugin that a run of the program starts. */
function requiredPlugins(): Plugin[] {
  return [
    ...["nomad", "docker", "postgresql", "random"].map((name): Plugin => ({
      kind: "resource",
      name,
      version: sdkVersion(name),
    })),
    { kind: "language", name: "nodejs", version: "1.0.0" },
  ];
}

const executable = ({ kind, name }: Plugin): string => `pulumi-${kind}-${name}`;

const usersPulumiHome = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");

/** The file of the published plugin in the user's own plugin cache. */
function published(plugin: Plugin): string | undefined {
  const folder = join(usersPulumiHome, "plugins", `${plugin.kind}-${plugin.name}-v${plugin.version}`);
  const file = join(folder, executable(plugin));
  return existsSync(file) ? file : undefined;
}

/**
 * Gets the published provider plugins where they can be downloaded. Asked once per clone: where they can't
 * be had, every later start would wait for the same refusal. DJANGO_NOMAD_OFFLINE=1 asks nobody.
 */
export async function downloadPlugins(pulumi: string, log: (line: string) => void): Promise<string> {
  const marker = join(stateDir, "plugins-asked");
  const missing = requiredPlugins().filter(
    (plugin) => plugin.kind === "resource" && !onPath(executable(plugin)) && !published(plugin),
  );
  if (missing.length === 0) return "the published ones are there";
  if (existsSync(marker)) return `offline stand-ins (remove ${marker} to try a download again)`;
  if (process.env.DJANGO_NOMAD_OFFLINE === "1") return "offline stand-ins";
  const env = { ...process.env, PULUMI_HOME: usersPulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  for (const { name, version } of missing) {
    try {
      await run(pulumi, ["plugin", "install", "resource", name, version], { env, log, timeoutMs: 120_000 });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      mkdirSync(stateDir, { recursive: true });
      writeFileSync(marker, `${error.message}\n`);
      return "offline stand-ins: the published ones can't be downloaded";
    }
  }
  return "the published ones, downloaded";
}

/**
 * A PULUMI_HOME of this clone's own whose plugin cache holds a link to each published plugin that the
 * machine has, and to the offline stand-in where it has none. A plugin on PATH goes before both.
 */
async function pulumiHome(): Promise<{ path: string; standIns: string[] }> {
  const standInFolder = await buildPlugins(join(stateDir, "plugins"));
  const path = join(stateDir, "pulumi-home");
  const standIns: string[] = [];
  for (const plugin of requiredPlugins()) {
    if (onPath(executable(plugin))) continue;
    const found = published(plugin);
    if (!found) standIns.push(plugin.name);
    const folder = join(path, "plugins", `${plugin.kind}-${plugin.name}-v${plugin.version}`);
    link(folder, executable(plugin), found ?? join(standInFolder, executable(plugin)));
  }
  return { path, standIns };
}

/**
 * Makes or changes a link. In one step, since another command of this clone may start the plugin, or make the same
 * link, at this very moment.
 */
export function link(folder: string, name: string, target: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(file) === target) return;
  const fresh = join(folder, `.${name}.${process.pid}`);
  symlinkSync(target, fresh);
  renameSync(fresh, file);
}

export { backendUrl, isLocalBackend } from "./backend";

function passphrase(): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  if (
    !isLocalBackend() ||
    PULUMI_CONFIG_PASSPHRASE !== undefined ||
    PULUMI_CONFIG_PASSPHRASE_FILE !== undefined
  )
    return {};
  return { PULUMI_CONFIG_PASSPHRASE: localPassphrase };
}

/** The Nomad address that a stack's file names, when it names one. */
export function configuredNomadAddress(stack: string): string | undefined {
  const address = stackConfig(stack)?.["nomad:address"];
  return typeof address === "string" ? address : undefined;
}

/** Stacks that name no Nomad address use this clone's agent, whatever NOMAD_ADDR says. */
function nomadVariables(stack: string): NomadOfStack {
  const configured = configuredNomadAddress(stack);
  if (configured) {
    const settings = nomadSettings(stackConfig(stack) ?? {});
    const { env, notes } = nomadOfStack(stack, settings, nomadProvider(stack), process.env);
    return { env, notes: [`Nomad: ${configured} (nomad:address of stack ${stack})`, ...notes] };
  }
  const address = agentAddress();
  if (!address) {
    throw new UserError(
      `Stack ${stack} uses this clone's Nomad agent, which is not running. ` +
        `\`npm start\` starts it; \`npm run pulumi -- config set nomad:address URL --stack ${stack}\` names another cluster`,
    );
  }
  const local = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith("NOMAD_"))
      .map((name) => [name, undefined]),
  );
  const notes = [
    `Nomad: ${address} (this clone's agent)`,
    ...movedNotes(stack, address, nomadProvider(stack)),
  ];
  return { env: { ...local, NOMAD_ADDR: address }, notes };
}

/** True when secrets would be encrypted with the passphrase that everybody knows. */
export function usesLocalPassphrase(): boolean {
  return "PULUMI_CONFIG_PASSPHRASE" in passphrase();
}

/**
 * @param stack whose addresses are needed; none for commands that touch no stack.
 * @param needs false for commands that never ask Nomad, such as those on config.
 * @throws {UserError} when something is missing that this can't install.
 */
export async function localEnvironment(
  stack: string,
  needs: { nomad: boolean } = { nomad: true },
): Promise<LocalEnvironment> {
  const pulumi = await ensureTool("pulumi");
  const home = await pulumiHome();
  if (isLocalBackend()) mkdirSync(join(stateDir, "state"), { recursive: true });
  const nomad = needs.nomad ? nomadVariables(stack) : { env: {}, notes: [] };
  const ownPassphrase = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].find(
    (name) => process.env[name],
  );
  const notes = [
    ...nomad.notes,
    ...(isLocalBackend() && ownPassphrase
      ? [`Passphrase: from ${ownPassphrase} of your environment, not the dev stack's own`]
      : []),
    home.standIns.length > 0
      ? `Plugins: offline stand-ins for ${home.standIns.join(", ")} (local/plugins/README.md); published ones win`
      : "Plugins: the published ones",
  ];
  return {
    pulumi: pulumi.path,
    notes,
    env: {
      ...process.env,
      ...passphrase(),
      ...nomad.env,
      PULUMI_BACKEND_URL: backendUrl(),
      PULUMI_HOME: home.path,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      DJANGO_NOMAD_INSTANCE: process.env.DJANGO_NOMAD_INSTANCE ?? cloneId,
    },
  };
}
