/** How the resources of an application on Nomad are called, behind its own name. */
import { type CountArgs, jobsBeside, processCounts, singletonCounts } from "../arguments/processCounts";
import type { ResourceName } from "../guards/claims";
import { manageName } from "../jobspec";

/** Of the periodic job that makes backups. */
export const scheduledBackupSuffix = "scheduled-backup";

interface NamedArgs extends CountArgs {
  backups?: { schedule?: string };
}

/** Every name that it may use, whether or not it has secrets: two resources of one kind can't share one. */
export function nomadNames(args: NamedArgs): ResourceName[] {
  const { processes = {}, schedules = {}, backups } = args;
  const source = (name: string): string | undefined => {
    if (name in processes) return `processes.${name}`;
    return name in schedules ? `schedules.${name}` : undefined;
  };
  const named = (kind: ResourceName["kind"], suffixes: readonly string[], of?: string): ResourceName[] =>
    suffixes.map((suffix) => ({ kind, suffix, key: of === undefined ? undefined : source(of) }));
  const backupSuffixes = backups?.schedule === undefined ? [] : [scheduledBackupSuffix];
  return [
    ...named("Job", ["job", ...backupSuffixes]),
    ...named("Variable", ["secrets", "migrate-secrets", "backup-secrets", `${manageName}-migrator-secrets`]),
    ...named(
      "Variable",
      backupSuffixes.map((suffix) => `${suffix}-secrets`),
    ),
    ...Object.keys(processCounts(args)).flatMap((name) =>
      named("Variable", [`${name}-migrate-secrets`], name),
    ),
    ...Object.keys(singletonCounts(args)).flatMap((name) =>
      named("Variable", [`${name}-gate-secrets`], name),
    ),
    ...jobsBeside(args).flatMap((name) => [
      ...named("Job", [name], name),
      ...named("Variable", [`${name}-secrets`], name),
    ]),
  ];
}
