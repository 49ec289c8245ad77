/** Which rights an application's arguments ask for. Pure. */
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import { jobsBeside, runsAfterRollout } from "../arguments/processCounts";
import { copyPaths, ownPaths } from "../arguments/variablePaths";
import { manageName } from "../jobspec";
import { defaults, type KnownArgs } from "../arguments/keys";
import type { BackupsArgs } from "../arguments/configArgs";
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
    variables: ownPaths(args, jobName).map(({ path }) => path),
    copies: copyPaths(args, jobName).map(({ path }) => path),
    hasCompanions: jobsBeside(args).some((name) => name !== manageName),
    dispatches: runsAfterRollout(args),
    volumes: backups?.volume === undefined ? volumes : [...volumes, backupFolder(backups.volume)],
    recreates: (update?.strategy ?? defaults.update.strategy) === "recreate",
    protect,
  };
}

/** A host volume, as the application's volumes are. */
function backupFolder(volume: string): NonNullable<KnownArgs["volumes"]>[number] {
  return { name: volume, destination: "/backups" };
}
