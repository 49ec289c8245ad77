/** Pulumi's own provider plugins, downloaded where this machine lacks them. */
import { type CommandError, run } from "../base/run";
import { UserError } from "../base/step";
import { missingPlugins, offlineHint, type Plugin, usersPulumiHome } from "./publishedPlugins";

/** The provider plugins that the program needs and this machine lacks. @param pulumi the CLI. */
export function missingProviders(pulumi: string): Plugin[] {
  return missingPlugins(pulumi).filter(({ kind }) => kind === "resource");
}

/** Installs them for this user, as Pulumi itself would. @throws {CommandError} when one can't be had. */
export async function installProviders(
  pulumi: string,
  plugins: readonly Plugin[],
  log?: (line: string) => void,
): Promise<void> {
  const env = { ...process.env, PULUMI_HOME: usersPulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" };
  for (const { name, version } of plugins) {
    await run(pulumi, ["plugin", "install", "resource", name, version], { env, log, timeoutMs: 120_000 });
  }
}

/** @param hasStandIns whether this clone has the offline stand-ins. */
export function downloadFailed(names: string, error: CommandError, hasStandIns: boolean): UserError {
  return new UserError(
    `Pulumi could not download a plugin. It needs ${names}.\n${error.message}` +
      (hasStandIns ? `\n${offlineHint("a stack")}` : ""),
  );
}
