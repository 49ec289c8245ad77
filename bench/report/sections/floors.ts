import { type gateCommands } from "../../measures/gateCost";
import { rolloutKinds } from "../../measures/rollouts";
import type { AllSaved } from "../../results";
import { figure, median } from "../../statistics";
import { type Section, table } from "../markdown";
import { floorOf, previewSeconds } from "./previews";
import { overheads } from "./rollouts";

/** A figure, the least that it could be, and why it can't be less. Seconds. */
interface Floor {
  what: string;
  ours: readonly number[];
  floor: readonly number[];
  because: string;
}

function rolloutFloors({ rollouts }: AllSaved): Floor[] {
  const samples = rollouts?.result.samples ?? [];
  return rolloutKinds.map((kind) => ({
    what: kind,
    ours: overheads(samples, "django-nomad", kind),
    floor: overheads(samples, "nomad job run", kind),
    because: "the same job, given to `nomad job run`",
  }));
}

function failingFloor({ failing }: AllSaved): Floor[] {
  if (!failing) return [];
  const { samples, evaluations } = failing.result;
  return [
    {
      what: "failed migration to the end of `up`",
      ours: samples.filter(({ contender }) => contender === "django-nomad").map(({ seconds }) => seconds),
      floor: evaluations,
      because: "one evaluation of Nomad's",
    },
  ];
}

function gateFloors(saved: AllSaved): Floor[] {
  const costs = saved["gate-cost"]?.result ?? [];
  const start = (command: (typeof gateCommands)[number], migrations: number): number[] =>
    costs.filter((one) => one.command === command && one.migrations === migrations).map(({ cpu }) => cpu);
  return [...new Set(costs.map(({ migrations }) => migrations))].map((migrations) => ({
    what: `gate, nothing to apply, ${migrations} migration${migrations === 1 ? "" : "s"} (CPU)`,
    ours: start("gate of django-nomad", migrations),
    floor: start("Django's own start", migrations),
    because: "one start of Django",
  }));
}

function previewFloors({ previews }: AllSaved): Floor[] {
  if (!previews) return [];
  const { stacks } = previews.result;
  return stacks.flatMap((stack) => {
    const floor = floorOf(stacks, stack);
    if (!floor || floor === stack) return [];
    return [
      {
        what: `unchanged preview, ${stack.name}`,
        ours: previewSeconds(previews.result, stack.name),
        floor: previewSeconds(previews.result, floor.name),
        because: `an ${floor.name}`,
      },
    ];
  });
}

/** How far each figure is from what no program could be quicker than. */
export function floorsSection(saved: AllSaved): Section | undefined {
  const floors = [rolloutFloors, failingFloor, previewFloors, gateFloors]
    .flatMap((ask) => ask(saved))
    .filter(({ ours, floor }) => ours.length > 0 && floor.length > 0);
  if (floors.length === 0) return undefined;
  return {
    title: "Distance to the floor",
    markdown: [
      "Seconds; medians. Without the 15 seconds of the migration.",
      "",
      table(
        ["", "here", "floor", "distance", "what the floor is"],
        floors.map(({ what, ours, floor, because }) => {
          const [here, least] = [median(ours), median(floor)];
          const distance = `${here < least ? "−" : "+"}${figure(Math.abs(here - least))}`;
          return [what, figure(here), figure(least), distance, because];
        }),
      ),
    ].join("\n"),
    charts: {},
  };
}
