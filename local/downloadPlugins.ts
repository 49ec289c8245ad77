/** Pulumi's own provider plugins, downloaded when the machine lacks them. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "../commands/base/paths";
import { CommandError } from "../commands/base/run";
import { installProviders, missingProviders } from "../commands/pulumi/installPlugins";

/**
 * Gets the published provider plugins where they can be downloaded. Asked once per clone: where they can't
 * be had, every later start would wait for the same refusal. DJANGO_NOMAD_OFFLINE=1 asks nobody.
 */
export async function downloadPlugins(pulumi: string, log: (line: string) => void): Promise<string> {
  const marker = join(stateDir, "plugins-asked");
  const missing = missingProviders(pulumi);
  if (missing.length === 0) return "the published ones are there";
  if (existsSync(marker)) return `offline stand-ins (remove ${marker} to try a download again)`;
  if (process.env.DJANGO_NOMAD_OFFLINE === "1") return "offline stand-ins";
  try {
    await installProviders(pulumi, missing, log);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(marker, `${error.message}\n`);
    return "offline stand-ins: the published ones can't be downloaded";
  }
  return "the published ones, downloaded";
}
