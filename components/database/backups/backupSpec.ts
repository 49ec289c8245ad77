import type { BackupSpec } from "../../jobspec";
import { defaults, type KnownArgs } from "../../arguments/keys";
import { postgresImage, type PostgresVersionArgs } from "../../arguments/postgresVersion";
import { renderBackup } from "./renderBackup";

interface Given {
  backupBeforeMigrate?: boolean;
  backups?: KnownArgs["backups"];
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
