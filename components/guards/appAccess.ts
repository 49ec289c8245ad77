/** Which rights an application's arguments ask for. Pure. */
import { hasScheduledSecrets, hasSecrets } from "../arguments/environmentRules";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import {
  hasManage,
  jobsBeside,
  processCounts,
  runsAfterRollout,
  singletonCounts,
} from "../arguments/processCounts";
import {
  backupSecretsPath,
  companionJobName,
  manageMigratorPath,
  manageName,
  migrateSecretsPath,
  scheduledBackupPath,
  secretsPath,
} from "../jobspec";
import { defaults, type KnownArgs } from "../arguments/keys";
import type { BackupsArgs } from "../arguments/configArgs";
import { isSeparate } from "../arguments/databaseRoles";
import type { AppAccess } from "./rights";

/** The arguments that decide on rights. Of secrets it matters only whether there are any. */
export type AccessArgs = Partial<
  Omit<DjangoAppArgs, "backups" | "postgres" | "volumes"> & {
    postgres: object;
    backups: Pick<BackupsArgs, "schedule"> & { volume?: string };
    volumes: KnownArgs["volumes"];
  }
>;

/** @param args without outputs that only `up` knows: a preview does not ask about such a volume. */
export function appAccess(args: AccessArgs, jobName: string, namespace: string): AppAccess {
  const { volumes = [], protect = defaults.protect, update, backups } = args;
  return {
    namespace,
    jobName,
    variables: variables(args, jobName),
    copies: copies(args, jobName),
    hasCompanions: jobsBeside(args).some((name) => name !== manageName),
    dispatches: runsAfterRollout(args),
    volumes: backups?.volume === undefined ? volumes : [...volumes, backupFolder(backups.volume)],
    recreates: (update?.strategy ?? defaults.update.strategy) === "recreate",
    protect,
  };
}

/** Paths of the Nomad variables that the application's arguments lead to. */
function variables(args: AccessArgs, jobName: string): string[] {
  const { database } = args;
  const separate = database !== undefined && isSeparate(database);
  return [
    ...(hasSecrets(args) ? [secretsPath(jobName)] : []),
    ...(separate ? [migrateSecretsPath(jobName)] : []),
    ...(separate ? Object.keys(processCounts(args)).map((name) => migrateSecretsPath(jobName, name)) : []),
    ...(separate && args.backupBeforeMigrate ? [backupSecretsPath(jobName)] : []),
    ...(hasScheduledSecrets(args) ? [scheduledBackupPath(jobName)] : []),
    // The job of one-off commands stays as long as the application does.
    ...(hasManage(args) && hasSecrets(args) ? [secretsPath(companionJobName(jobName, manageName))] : []),
    ...(hasManage(args) && separate ? [manageMigratorPath(jobName)] : []),
  ];
}

/** Paths of the variables that the jobs beside the application's own read: each may go with its job. */
function copies(args: AccessArgs, jobName: string): string[] {
  const { database } = args;
  if (!hasSecrets(args)) return [];
  const separate = database !== undefined && isSeparate(database);
  const singletons = Object.keys(singletonCounts(args));
  const removable = jobsBeside(args).filter((name) => name !== manageName);
  return removable.flatMap((name) => {
    const companion = companionJobName(jobName, name);
    const own = separate && singletons.includes(name) ? [migrateSecretsPath(companion, name)] : [];
    return [secretsPath(companion), ...own];
  });
}

/** A host volume, as the application's volumes are. */
function backupFolder(volume: string): NonNullable<KnownArgs["volumes"]>[number] {
  return { name: volume, destination: "/backups" };
}
