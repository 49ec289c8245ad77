/** Secrets reach the tasks through a Nomad variable and a template, never through the jobspec. */
import type { SecretsSpec } from "./appSpec";
import { backupTaskName, groupName, migrateTaskName } from "./names";
import type { Template } from "./nomadTypes";

/** The one variable that every task of the job may read without a policy of its own. */
export function secretsPath(jobName: string): string {
  return `nomad/jobs/${jobName}`;
}

/** The variable that only the migrate task of a group may read; each group has one of its own. */
export function migrateSecretsPath(jobName: string, group: string = groupName): string {
  return `${secretsPath(jobName)}/${group}/${migrateTaskName}`;
}

/** The variable that only the backup task of the job may read. */
export function backupSecretsPath(jobName: string): string {
  return `${secretsPath(jobName)}/${groupName}/${backupTaskName}`;
}

/** The variable of the job that makes backups on a schedule: a job of its own. */
export function scheduledBackupPath(jobName: string): string {
  return secretsPath(`${jobName}-backup`);
}

/** Of the migrate task: the common secrets, where its own replace any of the same name. */
export function migrateSecretsTemplates(secrets: SecretsSpec): Template[] {
  const own = secrets.migrate;
  if (!own) return [secretsTemplate(secrets)];
  const common = secrets.names.filter((name) => !own.names.includes(name));
  return [
    ...(common.length > 0 ? [secretsTemplate({ ...secrets, names: common })] : []),
    { ...secretsTemplate(own), DestPath: "secrets/migrate_env" },
  ];
}

/**
 * Item of the variable, and environment variable of both tasks, that holds the registry's password. Nomad's
 * `secret` block would keep it out of the environment, but cuts or refuses values with `"` and ` #`.
 */
export const registryPasswordName = "DJANGO_NOMAD_REGISTRY_PASSWORD";

/**
 * A template that sets one environment variable per secret. `toJSON` quotes what the value holds;
 * `noop` because a rotation is a rollout: Nomad would otherwise restart all servers at once.
 */
export function secretsTemplate(secrets: Pick<SecretsSpec, "path" | "names">): Template {
  const lines = [...secrets.names].sort().map((name) => `${name}={{ .${name}.Value | toJSON }}\n`);
  return {
    EmbeddedTmpl: `{{ with nomadVar ${JSON.stringify(secrets.path)} }}\n${lines.join("")}{{ end }}\n`,
    DestPath: "secrets/env",
    Envvars: true,
    ChangeMode: "noop",
  };
}
