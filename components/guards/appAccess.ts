/** Which rights an application's arguments ask for. Pure. */
import { hasScheduledSecrets, hasSecrets } from "../arguments/environmentRules";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { backupSecretsPath, migrateSecretsPath, scheduledBackupPath, secretsPath } from "../jobspec";
import { defaults } from "../arguments/keys";
import type { BackupsArgs, VolumeArgs } from "../arguments/configArgs";
import { isSeparate } from "../arguments/databaseRoles";
import type { AppAccess } from "./rights";

/** @param args as far as they are known; of secrets only whether there are any. */
export function appAccess(args: Partial<DjangoAppArgs>, jobName: string, namespace: string): AppAccess {
  const { volumes = [], protect = defaults.protect, update, backups } = args;
  return {
    namespace,
    jobName,
    variables: variables(args, jobName),
    volumes: backups ? [...volumes, backupFolder(backups)] : volumes,
    recreates: (update?.strategy ?? defaults.update.strategy) === "recreate",
    protect,
  };
}

/** Paths of the Nomad variables that the application's arguments lead to. */
function variables(args: Partial<DjangoAppArgs>, jobName: string): string[] {
  const { database } = args;
  const separate = database !== undefined && isSeparate(database);
  return [
    ...(hasSecrets(args) ? [secretsPath(jobName)] : []),
    ...(separate ? [migrateSecretsPath(jobName)] : []),
    ...(separate && args.backupBeforeMigrate ? [backupSecretsPath(jobName)] : []),
    ...(hasScheduledSecrets(args) ? [scheduledBackupPath(jobName)] : []),
  ];
}

/** A host volume like those of the application. */
function backupFolder({ volume }: BackupsArgs): VolumeArgs {
  return { name: volume, destination: "/backups" };
}
