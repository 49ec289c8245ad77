import type { BackupSpec } from "../../jobspec";
import { defaults } from "../../arguments/keys";
import { postgresImage, type PostgresVersionArgs } from "../../arguments/postgresVersion";
import type { BackupsArgs } from "../../arguments/configArgs";
import { renderBackup } from "./renderBackup";

interface Given {
  backupBeforeMigrate?: boolean;
  backups?: BackupsArgs;
  postgres?: PostgresVersionArgs;
}

/** The arguments as plain values, defaults applied; undefined when nothing is to be dumped. */
export function backupSpec({
  backups,
  backupBeforeMigrate = defaults.backupBeforeMigrate,
  postgres,
}: Given): BackupSpec | undefined {
  if (!backups) return undefined;
  const { cpu, memory, image, ...rest } = { ...defaults.backups, ...backups };
  return {
    ...rest,
    image: image ?? postgresImage(postgres ?? {}),
    script: renderBackup(),
    resources: { cpu, memory },
    beforeMigrate: backupBeforeMigrate,
  };
}
