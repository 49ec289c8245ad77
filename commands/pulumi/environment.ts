/** What `pulumi` needs to run on this machine: backend, plugins, passphrase, addresses. */
import { join } from "node:path";
import { backendUrl, encryptsWithPassphrase, ensurePrivateState, isLocalBackend } from "./backend";
import { type Laptop, laptop } from "./laptop";
import { nomadVariables, type Part } from "./nomadVariables";
import { isDevStack, passphraseFor } from "./passphrase";
import { cloneId, stateDir } from "../base/paths";
import { linkPlugins, missingPlugins, missingPluginsError, pulumiHome } from "./publishedPlugins";
import type { Needs } from "./stackChoice";
import { secretsOf } from "./stackFile";
import { stateSalt } from "./stackState";
import { onPath } from "../base/onPath";
import { UserError } from "../base/step";

export interface LocalEnvironment {
  /** The Pulumi CLI. */
  pulumi: string;
  env: NodeJS.ProcessEnv;
  /** What the user should know about this run, one line each. */
  notes: string[];
}

const nothing: Part = { env: {}, notes: [] };

/** Stand-ins serve the dev stack; another one runs on them only when DJANGO_NOMAD_OFFLINE=1 says so. */
async function plugins(pulumi: string, stack: string, machine: Laptop | undefined): Promise<string> {
  const missing = missingPlugins(pulumi);
  if (missing.length === 0) {
    linkPlugins(pulumi);
    return "Plugins: the published ones";
  }
  if (!machine || !(isDevStack(stack) || process.env.DJANGO_NOMAD_OFFLINE === "1")) {
    throw missingPluginsError(stack, missing, onPath("pulumi") ? "pulumi" : pulumi, machine !== undefined);
  }
  linkPlugins(pulumi, await machine.standIns());
  const names = missing.map(({ name }) => name).join(", ");
  return `Plugins: offline stand-ins for ${names} (offline/README.md); published ones win`;
}

/** The Pulumi CLI of this machine, made if need be. @throws {UserError} when it can't be had. */
export async function pulumiCli(): Promise<string> {
  const machine = await laptop();
  if (machine) return machine.pulumi();
  const found = onPath("pulumi");
  if (found) return found;
  throw new UserError(
    "pulumi is not on PATH. Install it (https://www.pulumi.com/docs/install/), then run the command again",
  );
}

/** @param newProvider of a stack that is to be made. */
function passphrase(stack: string | undefined, changing: boolean, newProvider?: string): Promise<Part> {
  const { salt, provider = newProvider } = stack === undefined ? { provider: newProvider } : secretsOf(stack);
  const byCloud = provider !== undefined && !["passphrase", "default"].includes(provider);
  return passphraseFor({
    stack,
    needed: !byCloud && (encryptsWithPassphrase() || provider === "passphrase"),
    salt: byCloud ? undefined : (salt ?? (stack === undefined ? undefined : stateSalt(stack))),
    env: process.env,
    changing,
  });
}

/**
 * @param stack whose addresses, plugins and passphrase are needed; undefined for one that has no name yet.
 * @param needs what the command needs; unset, all of it.
 * @throws {UserError} when something is missing that this can't install.
 */
export async function localEnvironment(
  stack: string | undefined,
  needs: Needs = { program: true, secrets: true },
  newProvider?: string,
): Promise<LocalEnvironment> {
  const machine = await laptop();
  const pulumi = await pulumiCli();
  if (isLocalBackend()) ensurePrivateState();
  const opened = needs.secrets ? await passphrase(stack, needs.secrets === "change", newProvider) : nothing;
  const runs = needs.program && stack !== undefined;
  const nomad = runs ? nomadVariables(stack, machine) : nothing;
  const used = runs ? [await plugins(pulumi, stack, machine)] : [];
  return {
    pulumi,
    notes: [...nomad.notes, ...opened.notes, ...used],
    env: {
      ...process.env,
      ...opened.env,
      ...nomad.env,
      PULUMI_BACKEND_URL: backendUrl(),
      PULUMI_HOME: pulumiHome,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Node 22 and later keep there what they have compiled; Node 20 does not know it.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(stateDir, "compiled"),
      DJANGO_NOMAD_INSTANCE: process.env.DJANGO_NOMAD_INSTANCE ?? cloneId,
    },
  };
}
