/** Paths of the Nomad variables that an application's arguments lead to. Pure. */
import {
  backupSecretsPath,
  companionJobName,
  manageMigratorPath,
  manageName,
  migrateSecretsPath,
  scheduledBackupPath,
  secretsPath,
} from "../jobspec";
import type { PostgresDatabaseArgs } from "./configArgs";
import { isSeparate } from "./databaseRoles";
import { hasScheduledSecrets, hasSecrets } from "./environmentRules";
import { type CountArgs, hasManage, jobsBeside, processCounts, singletonCounts } from "./processCounts";

/** What decides on them. Of secrets it matters only whether there are any. */
export type VariableArgs = CountArgs &
  Parameters<typeof hasSecrets>[0] &
  Parameters<typeof hasScheduledSecrets>[0] & {
    database?: Pick<PostgresDatabaseArgs, "migrateUser" | "name" | "roles" | "user">;
    backupBeforeMigrate?: boolean;
  };

export interface VariablePath {
  path: string;
  /** Key of the process or the schedule whose name is part of it; undefined where only the job's name is. */
  key?: string;
}

/** Of the application, for as long as it is there. */
export function ownPaths(args: VariableArgs, jobName: string): VariablePath[] {
  const separate = isApart(args);
  const processes = separate ? Object.keys(processCounts(args)) : [];
  const secrets = hasSecrets(args);
  return [
    ...(secrets ? [{ path: secretsPath(jobName) }] : []),
    ...(separate ? [{ path: migrateSecretsPath(jobName) }] : []),
    ...processes.map((name) => ({ path: migrateSecretsPath(jobName, name), key: `processes.${name}` })),
    ...(separate && args.backupBeforeMigrate ? [{ path: backupSecretsPath(jobName) }] : []),
    ...(hasScheduledSecrets(args) ? [{ path: scheduledBackupPath(jobName) }] : []),
    // The job of one-off commands stays as long as the application does.
    ...(hasManage(args) && secrets ? [{ path: secretsPath(companionJobName(jobName, manageName)) }] : []),
    ...(hasManage(args) && separate ? [{ path: manageMigratorPath(jobName) }] : []),
  ];
}

/** Of the jobs beside the application's own: each may go with its job. */
export function copyPaths(args: VariableArgs, jobName: string): VariablePath[] {
  if (!hasSecrets(args)) return [];
  const separate = isApart(args);
  const singletons = Object.keys(singletonCounts(args));
  const schedules = Object.keys(args.schedules ?? {});
  const removable = jobsBeside(args).filter((name) => name !== manageName);
  return removable.flatMap((name) => {
    const companion = companionJobName(jobName, name);
    const isSingleton = singletons.includes(name);
    const own = separate && isSingleton ? [migrateSecretsPath(companion, name)] : [];
    const of = isSingleton ? "processes" : schedules.includes(name) ? "schedules" : undefined;
    return [secretsPath(companion), ...own].map((path) => (of ? { path, key: `${of}.${name}` } : { path }));
  });
}

/** Whether the role that migrates has a password of its own. */
function isApart({ database }: VariableArgs): boolean {
  return database !== undefined && isSeparate(database);
}
