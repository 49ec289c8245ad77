/** How long after a migration has failed the command says so, and whether it says why. */
import { failingMigration } from "../../test/support/djangoProject";
import type { Cluster, PlacedAllocation } from "../../test/support/cluster";
import { contenders } from "../contenders";
import type { ContenderName } from "../contenders/contender";
import type { PerEffort } from "../effort";
import type { Measure } from "./measure";

export interface FailingSample {
  contender: ContenderName;
  /** From the failed migrate task's end to the command's. */
  seconds: number;
  /** Whether the command exited with an error. */
  noticed: boolean;
  /** Whether the exception's text was on the terminal. */
  reasonShown: boolean;
  /** Allocations of the new version that were started. */
  started: number;
}

export interface FailingResult {
  samples: FailingSample[];
  /** Seconds that Nomad takes to work out what a job needs: the least time in which it can notice anything. */
  evaluations: number[];
}

/** What the migration's exception says. */
const reason = "two posts have the same slug";

/** nomad-pack takes ten minutes each time: the deadline that ends it does not vary. */
const roundsOf: Record<string, PerEffort<number>> = {
  "django-nomad": { full: 3, quick: 1, smoke: 1 },
  "nomad-pack": { full: 1, quick: 0, smoke: 0 },
};

export const failing: Measure<FailingResult> = {
  title: "a migration that fails: time to the command's end, and whether it says why",
  async run({ bed, effort, log }) {
    const image = bed.images.build({ version: "fails", migrations: [failingMigration("0002_fails")] });
    const cluster = await bed.cluster();
    const samples: FailingSample[] = [];
    const evaluations: number[] = [];
    for (const contender of contenders(effort)) {
      const repeats = roundsOf[contender.name]?.[effort] ?? 0;
      if (repeats === 0) continue;
      const job = `fails-${contender.name}`;
      const database = await bed.createDatabase(job.replace(/-/g, "_"));
      const release = { job, image: "django-testing:v1", count: 2, database, hurried: effort !== "full" };
      log(`${contender.name}: the version before`);
      const before = await contender.deploy(bed, release);
      if (before.code !== 0) throw new Error(before.output);
      const known = new Set((await cluster.allocations(job)).map(({ ID }) => ID));
      for (let round = 1; round <= 5; round++) evaluations.push(await evaluate(cluster, job));
      for (let round = 1; round <= repeats; round++) {
        log(`${contender.name}: the version that fails, ${round} of ${repeats}`);
        const { code, output, end } = await contender.deploy(bed, { ...release, image });
        const fresh = (await cluster.allocations(job)).filter(({ ID }) => !known.has(ID));
        samples.push({
          contender: contender.name,
          seconds: (end - Math.min(...fresh.flatMap(failures))) / 1000,
          noticed: code !== 0,
          reasonShown: output.includes(reason),
          started: fresh.length,
        });
        for (const { ID } of fresh) known.add(ID);
      }
      await bed.purge(job);
    }
    return { samples, evaluations };
  },
};

/** Has Nomad evaluate a job that needs nothing. */
async function evaluate(cluster: Cluster, job: string): Promise<number> {
  const begin = performance.now();
  const { EvalID } = await cluster.request<{ EvalID: string }>("PUT", `/v1/job/${job}/evaluate`, {
    JobID: job,
  });
  const path = `/v1/evaluation/${EvalID}`;
  while ((await cluster.get<{ Status: string }>(path)).Status !== "complete") {
    // Each answer takes a millisecond: the pause is in the question.
  }
  return (performance.now() - begin) / 1000;
}

/** When an allocation's migrate task ended with an error, in milliseconds since the epoch. */
function failures({ TaskStates }: PlacedAllocation): number[] {
  return (TaskStates?.migrate.Events ?? [])
    .filter(({ Type, ExitCode }) => Type === "Terminated" && ExitCode !== 0)
    .map(({ Time = 0 }) => Time / 1e6);
}
