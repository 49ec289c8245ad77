/** What a person sees at the end of `up`: what serves and where, what was migrated, what the rollout took. Pure. */
import { groupName } from "../jobspec";
import { printable } from "../messages/printable";
import type { AppliedMigrations } from "./applied";
import type { PhaseSeconds } from "./phases";
import type { ReleaseSummary, Serving } from "./summary";

const shownAddresses = 3;
const shownMigrations = 3;

/** Up to four lines after a rollout, one after an `up` that rolled nothing out. */
export function summaryLines(serving: Serving, released: ReleaseSummary | undefined): string[] {
  const { jobName, image, instances, jobVersion } = serving;
  const others = Object.entries(instances).filter(([group]) => group !== groupName);
  const beside = others.map(([name, count]) => `${name} (${ofInstances(count)})`).join(", ");
  if (!released) {
    const also = beside && `; beside it ${beside}`;
    return [`${jobName} serves ${printable(image)} as before: ${instancesInWords(serving)}${also}`];
  }
  const { migrations, seconds } = released;
  return [
    `${jobName} version ${jobVersion} serves ${printable(image)}: ${instancesInWords(serving)}`,
    ...(beside ? [`  beside it: ${beside}`] : []),
    ...(migrations ? [`  ${migrationsInWords(migrations)}`] : []),
    ...(seconds ? [`  rolled out in ${inWords(seconds)}`] : []),
  ];
}

function instancesInWords({ instances, addresses }: Serving): string {
  const rest = addresses.length - shownAddresses;
  const more = rest > 0 ? ` and ${rest} more` : "";
  const where = addresses.length > 0 ? ` at ${addresses.slice(0, shownAddresses).join(", ")}${more}` : "";
  return `${ofInstances(instances[groupName] ?? 0)}${where}`;
}

function ofInstances(count: number): string {
  return `${count} ${count === 1 ? "instance" : "instances"}`;
}

function migrationsInWords({ applied, seconds, names = [] }: AppliedMigrations): string {
  if (applied === 0) return `no migration was pending (migrate ran for ${seconds} s)`;
  const others = names.length > shownMigrations ? " and others" : "";
  const which = names.length > 0 ? `: ${names.slice(0, shownMigrations).join(", ")}${others}` : "";
  return `${applied} ${applied === 1 ? "migration" : "migrations"} applied in ${seconds} s${which}`;
}

function inWords({ total, migration, image, checks, waiting }: PhaseSeconds): string {
  const parts = [
    [migration, "in migrate tasks"],
    [image, "preparing images and containers"],
    [checks, "until checks had passed"],
    [waiting, "waiting for Nomad and old instances"],
  ] as const;
  const told = parts.filter(([seconds]) => seconds > 0).map(([seconds, what]) => `${seconds} s ${what}`);
  return `${total} s: ${told.join(", ")}`;
}

export function parkedSummary(jobName: string): string {
  return `${jobName} is parked: count is 0, and nothing of it runs`;
}
