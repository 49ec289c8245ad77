/** A first deployment, a release without a migration and one with a migration of 15 seconds. */
import type { UpdateStrategyName } from "../../components/jobspec";
import { slowMigration } from "../../test/support/djangoProject";
import type { Bed } from "../bed";
import { contenders } from "../contenders";
import type { Contender, ContenderName, Release } from "../contenders/contender";
import { type Effort, type PerEffort, rounds } from "../effort";
import { type Timeline, timelineOf } from "../timeline";
import { watchSite } from "../watchSite";
import type { Measure } from "./measure";

export const rolloutKinds = [
  "first deployment",
  "release, nothing to migrate",
  "release, 15 s migration",
] as const;
export type RolloutKind = (typeof rolloutKinds)[number];

export interface RolloutSample {
  contender: ContenderName;
  strategy?: UpdateStrategyName;
  round: number;
  kind: RolloutKind;
  /** Whether the command said that all went well. */
  succeeded: boolean;
  /** Of the command. */
  seconds: number;
  /** Of `seconds`: what the database itself took for the migration. */
  migrationSeconds: number;
  /** What callers saw; not for first deployments. */
  callers?: {
    sent: number;
    /** Failed at the first instance asked. */
    failedFirst: number;
    /** Failed at every instance. */
    lost: number;
    /** The fewest instances that answered at once. */
    lowest: number;
    /** Instances short of `count`, times seconds. */
    shortfall: number;
    /** The same while the migration ran. */
    shortfallMigrating: number;
  };
  timeline: Timeline;
}

interface Runner {
  contender: Contender;
  strategy?: UpdateStrategyName;
}

const instances: PerEffort<number> = { full: 2, quick: 2, smoke: 1 };
const migrationSeconds: PerEffort<number> = { full: 15, quick: 15, smoke: 1 };
const roundsOf: PerEffort<number> = { full: 3, quick: 1, smoke: 1 };

export const rollouts: Measure<{ count: number; samples: RolloutSample[] }> = {
  title: "rollouts: wall time, requests and capacity lost",
  async run({ bed, effort, log }) {
    const count = instances[effort];
    const seconds = migrationSeconds[effort];
    const images = {
      // The same migrations in a new image, and one more in the next.
      second: bed.images.build({ version: "v1b", migrations: [] }),
      third: bed.images.build({ version: "v2", migrations: [slowMigration("0002_slow", seconds)] }),
    };
    const runners: Runner[] = [
      ...contenders(effort)
        .filter(({ name }) => effort === "full" || name !== "nomad job run")
        .map((contender): Runner => ({ contender })),
      ...(effort === "full"
        ? contenders(effort)
            .filter(({ name }) => name === "django-nomad")
            .map((contender): Runner => ({ contender, strategy: "blue-green" }))
        : []),
    ];
    const samples: RolloutSample[] = [];
    for (const { round, item } of rounds(roundsOf[effort], runners)) {
      const { contender, strategy } = item;
      const job = [contender.name.replace(/ /g, "-"), strategy, round].filter(Boolean).join("-");
      const database = await bed.createDatabase(job.replace(/-/g, "_"));
      const base: Release = {
        job,
        image: "django-testing:v1",
        count,
        database,
        strategy,
        hurried: effort !== "full",
      };
      const steps: [RolloutKind, string][] = [
        ["first deployment", base.image],
        ["release, nothing to migrate", images.second],
        ["release, 15 s migration", images.third],
      ];
      for (const [kind, image] of steps.filter(([kind]) => isMeasured(kind, effort, strategy))) {
        log(`round ${round}, ${contender.name}${strategy ? ` ${strategy}` : ""}: ${kind}`);
        const sample = await measureOne(bed, contender, { ...base, image }, kind);
        samples.push({
          contender: contender.name,
          strategy,
          round,
          kind,
          migrationSeconds: kind === "release, 15 s migration" ? seconds : 0,
          ...sample,
        });
        // What follows would start from a state that the others don't start from.
        if (!sample.succeeded) break;
      }
      await bed.purge(job);
    }
    return { count, samples };
  },
};

/** A first deployment comes before every other; the short ways leave one of the releases out. */
function isMeasured(kind: RolloutKind, effort: Effort, strategy: UpdateStrategyName | undefined): boolean {
  switch (kind) {
    case "first deployment":
      return true;
    case "release, nothing to migrate":
      return effort !== "quick" && strategy === undefined;
    case "release, 15 s migration":
      return effort !== "smoke";
  }
}

async function measureOne(
  bed: Bed,
  contender: Contender,
  release: Release,
  kind: RolloutKind,
): Promise<Pick<RolloutSample, "succeeded" | "seconds" | "callers" | "timeline">> {
  const cluster = await bed.cluster();
  const watch = kind === "first deployment" ? undefined : watchSite(cluster, release.job);
  const deployed = await contender.deploy(bed, release);
  const seen = await watch?.stop();
  const timeline = timelineOf(await cluster.allocations(release.job), deployed, seen);
  return {
    succeeded: deployed.code === 0,
    seconds: (deployed.end - deployed.begin) / 1000,
    timeline,
    ...(seen && {
      callers: {
        sent: seen.sent,
        failedFirst: seen.failedFirst.length,
        lost: seen.lost.length,
        ...capacityLost(timeline, release.count),
      },
    }),
  };
}

function capacityLost(
  { capacity, allocations }: Timeline,
  wanted: number,
): { lowest: number; shortfall: number; shortfallMigrating: number } {
  const migrating = allocations.flatMap(({ migrate }) => (migrate ? [migrate] : []));
  const end = Math.min(...migrating.map(({ to }) => to), Infinity);
  let shortfall = 0;
  let shortfallMigrating = 0;
  for (const [index, { at, answering }] of capacity.entries()) {
    const next = capacity[index + 1]?.at ?? at;
    const short = Math.max(0, wanted - answering) * (next - at);
    shortfall += short;
    if (at <= end) shortfallMigrating += short;
  }
  return { lowest: Math.min(...capacity.map(({ answering }) => answering)), shortfall, shortfallMigrating };
}
