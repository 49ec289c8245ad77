/** Which rights an application's arguments ask for. Pure. */
import type { DjangoAppArgs } from "../djangoAppArgs";
import { defaults, migrateSecretsPath, secretsPath } from "../jobspec";
import { isSeparate } from "../postgresDatabase";
import type { AppAccess } from "./rights";

/** @param args as far as they are known; of secrets only whether there are any. */
export function appAccess(args: Partial<DjangoAppArgs>, jobName: string, namespace: string): AppAccess {
  const { secretEnvVars, secretKeyVersion, postgres, database, registryAuth, volumes, protect, update } =
    args;
  const common = Boolean(secretEnvVars ?? secretKeyVersion ?? postgres ?? database ?? registryAuth);
  return {
    namespace,
    jobName,
    variables: [
      ...(common ? [secretsPath(jobName)] : []),
      ...(database && isSeparate(database) ? [migrateSecretsPath(jobName)] : []),
    ],
    volumes,
    recreates: (update?.strategy ?? defaults.update.strategy) === "recreate",
    protect: protect ?? defaults.protect,
  };
}
