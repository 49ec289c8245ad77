import type { RolloutKind, RolloutSample } from "../../measures/rollouts";
import { rolloutKinds } from "../../measures/rollouts";
import type { Saved } from "../../results";
import { median, summary } from "../../statistics";
import { image, type Section, table } from "../markdown";
import { timelineChart } from "../timelineChart";
import { wallTimeChart } from "../wallTimeChart";

/** How a contender is called in tables, with the strategy when it is not the default. */
function contenderOf({ contender, strategy }: RolloutSample): string {
  return strategy === undefined ? contender : `${contender}, ${strategy}`;
}

/** Seconds of a command, without what the database took for the migration. */
export function overheads(samples: readonly RolloutSample[], contender: string, kind: RolloutKind): number[] {
  return samples
    .filter((sample) => contenderOf(sample) === contender && sample.kind === kind)
    .map(({ seconds, migrationSeconds }) => seconds - migrationSeconds);
}

export function rolloutsSection({ effort, result: { count, samples: all } }: Saved<"rollouts">): Section {
  const samples = all.filter(({ succeeded }) => succeeded);
  const waits = effort === "full" ? "as in the pack's walkthrough" : "of a second, to be quick";
  const contenders = [...new Set(samples.map(contenderOf))].sort();
  const kinds = rolloutKinds.filter((kind) => samples.some((sample) => sample.kind === kind));
  const callers = (contender: string, kind: RolloutKind): NonNullable<RolloutSample["callers"]>[] =>
    samples
      .filter((sample) => contenderOf(sample) === contender && sample.kind === kind)
      .flatMap((sample) => (sample.callers ? [sample.callers] : []));
  const released = kinds.filter((kind) => kind !== "first deployment");
  const timelines = samples.filter(({ kind }) => kind === released.at(-1));
  const shown = contenders
    .filter((contender) => contender === "django-nomad" || contender === "nomad-pack")
    .map((contender) => ({ contender, timeline: middle(timelines, contender).timeline }));
  return {
    title: "Rollouts",
    markdown: [
      `${count} instances of one image, checks and waits ${waits}. Wall time of the command in seconds, without`,
      "the migration itself; the time that a person waits is that and the 15 seconds of the migration. This program's releases have",
      "in them the start of Pulumi, and the 5 seconds (`shutdownDelay`) in which callers forget an old instance before it is stopped:",
      "the pack stops it at once, and its callers' requests fail.",
      "",
      table(
        ["", ...kinds],
        contenders.map((contender) => [
          contender,
          ...kinds.map((kind) => summary(overheads(samples, contender, kind))),
        ]),
      ),
      "",
      ...all
        .filter(({ succeeded }) => !succeeded)
        .map((one) => `Failed, and not counted: ${contenderOf(one)}, ${one.kind}, round ${one.round}.\n`),
      image("wall-time.svg", "Wall time of each kind of rollout, by contender"),
      "",
      "50 requests a second went to the instances that Nomad lists. A caller that asks one instance alone loses what the first",
      "column says; one that tries the others too, as a proxy does, what the second says. Capacity lost is the number of",
      `instances short of ${count}, times the seconds for which they were.`,
      "",
      ...released.map((kind) =>
        [
          `**${kind[0].toUpperCase()}${kind.slice(1)}**`,
          "",
          table(
            [
              "",
              "failed at the first instance, % of requests",
              "failed at all of them",
              "fewest answering",
              "capacity lost, instance-seconds",
              "of it while migrating",
            ],
            contenders.map((contender) => {
              const seen = callers(contender, kind);
              return [
                contender,
                summary(seen.map(({ failedFirst, sent }) => (100 * failedFirst) / sent)),
                summary(seen.map(({ lost }) => lost)),
                summary(seen.map(({ lowest }) => lowest)),
                summary(seen.map(({ shortfall }) => shortfall)),
                summary(seen.map(({ shortfallMigrating }) => shortfallMigrating)),
              ];
            }),
          ),
          "",
        ].join("\n"),
      ),
      image("timeline.svg", "A release with a migration, second by second"),
    ].join("\n"),
    charts: {
      "wall-time.svg": wallTimeChart(
        kinds,
        contenders.map((name) => ({ name, samples: kinds.map((kind) => overheads(samples, name, kind)) })),
      ),
      "timeline.svg": timelineChart(shown, count),
    },
  };
}

/** The sample whose wall time is nearest to the median. */
function middle(samples: readonly RolloutSample[], contender: string): RolloutSample {
  const own = samples.filter((sample) => contenderOf(sample) === contender);
  const typical = median(own.map(({ seconds }) => seconds));
  return own.reduce((best, one) =>
    Math.abs(one.seconds - typical) < Math.abs(best.seconds - typical) ? one : best,
  );
}
