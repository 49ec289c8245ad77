/** What this project set out to reach, and whether the figures say that it did. */
import { gateCommands } from "../measures/gateCost";
import type { AllSaved } from "../results";
import { figure, median } from "../statistics";
import { table } from "./markdown";
import { floorOf, previewSeconds } from "./sections/previews";
import { overheads } from "./sections/rollouts";

interface Goal {
  what: string;
  goal: string;
  measured: string;
  met: boolean;
}

/** Undefined where one of both was not measured. */
function ratio(of: readonly number[], to: readonly number[]): number | undefined {
  return of.length > 0 && to.length > 0 ? median(of) / median(to) : undefined;
}

function waiting({ waiters }: AllSaved): Goal[] {
  const [ours, packs] = (["django-nomad", "nomad-pack"] as const).map((gate) =>
    waiters?.result.samples.find((sample) => sample.gate === gate && sample.waiters === 10),
  );
  if (!ours || !packs) return [];
  const times = packs.cpu / ours.cpu;
  const withServer = (packs.cpu + packs.serverCpu) / (ours.cpu + ours.serverCpu);
  return [
    {
      what: "CPU of 10 waiting allocations, beside the pack's",
      goal: "at most 1/20",
      measured: `1/${figure(times)}; 1/${figure(withServer)} with what the database's server takes for them`,
      met: times >= 20,
    },
  ];
}

function failing({ failing: saved }: AllSaved): Goal[] {
  const of = (contender: string): number[] =>
    (saved?.result.samples ?? [])
      .filter((sample) => sample.contender === contender)
      .map(({ seconds }) => seconds);
  const times = ratio(of("nomad-pack"), of("django-nomad"));
  if (times === undefined) return [];
  return [
    {
      what: "A failed migration ends the command sooner than the pack's",
      goal: "at least 40 times",
      measured: `${figure(times)} times`,
      met: times >= 40,
    },
  ];
}

function migrating({ rollouts }: AllSaved): Goal[] {
  const kind = "release, 15 s migration";
  const samples = (rollouts?.result.samples ?? []).filter(({ succeeded }) => succeeded);
  const packs = overheads(samples, "nomad-pack", kind);
  return [undefined, "blue-green"].flatMap((strategy) => {
    const own = samples.filter(
      (one) => one.contender === "django-nomad" && one.strategy === strategy && one.kind === kind,
    );
    const part = ratio(
      own.map(({ seconds, migrationSeconds }) => seconds - migrationSeconds),
      packs,
    );
    if (part === undefined) return [];
    const how = strategy === undefined ? "" : `, \`update.strategy: ${strategy}\``;
    const migratingLost = Math.max(...own.map(({ callers }) => callers?.shortfallMigrating ?? 0));
    const lost = Math.max(...own.map(({ callers }) => callers?.shortfall ?? 0));
    return [
      {
        what: `Wall time of a release with a migration, beside the pack's${how}`,
        goal: "at most the same",
        measured: `× ${figure(part)}`,
        met: part <= 1,
      },
      {
        what: `Capacity lost while it migrates${how}`,
        goal: "none",
        measured: `${figure(migratingLost)} instance-seconds; ${figure(lost)} in the whole rollout`,
        met: migratingLost === 0,
      },
    ];
  });
}

function previewing({ previews }: AllSaved): Goal[] {
  if (!previews) return [];
  const { result } = previews;
  const one = result.stacks.find(({ name }) => name === "1 app");
  const floor = one && floorOf(result.stacks, one);
  if (!floor) return [];
  const seconds = (name: string): number[] => previewSeconds(result, name);
  const overEmpty = ratio(seconds("1 app"), seconds(floor.name));
  const hundred = ratio(seconds("100 apps"), seconds("1 app"));
  return [
    ...(overEmpty === undefined
      ? []
      : [
          {
            what: "Unchanged preview of one app, beside an empty program with the same plugins",
            goal: "at most × 1.5",
            measured: `× ${figure(overEmpty)}`,
            met: overEmpty <= 1.5,
          },
        ]),
    ...(hundred === undefined
      ? []
      : [
          {
            what: "Unchanged preview of 100 apps, beside one",
            goal: "at most × 12",
            measured: `× ${figure(hundred)}`,
            met: hundred <= 12,
          },
        ]),
  ];
}

function gate({ "gate-cost": saved }: AllSaved): Goal[] {
  if (!saved) return [];
  const most = Math.max(...saved.result.map(({ migrations }) => migrations));
  const [, own, check] = gateCommands.map((command) =>
    median(
      saved.result.filter((one) => one.command === command && one.migrations === most).map(({ cpu }) => cpu),
    ),
  );
  return [
    {
      what: `The gate's own CPU with ${most} migrations and nothing to do, beside one \`migrate --check\``,
      goal: "at most the same",
      measured: `${figure(own)} s; the check ${figure(check)} s`,
      met: own <= check,
    },
  ];
}

export function goalsTable(saved: AllSaved): string {
  const goals = [waiting, failing, migrating, previewing, gate].flatMap((ask) => ask(saved));
  return table(
    ["", "goal", "measured", "met"],
    goals.map(({ what, goal, measured, met }) => [what, goal, measured, met ? "yes" : "**no**"]),
  );
}
