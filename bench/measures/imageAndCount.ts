/** A new image, a new migration and a higher count in one change. */
import { slowMigration } from "../../test/support/djangoProject";
import { contenders } from "../contenders";
import type { ContenderName } from "../contenders/contender";
import { type PerEffort, rounds } from "../effort";
import type { Measure } from "./measure";

export interface ImageAndCountSample {
  contender: ContenderName;
  /** Of the command. */
  seconds: number;
  /** Whether the command said that all went well. */
  completed: boolean;
}

const from = 2;
const instances: PerEffort<number> = { full: 4, quick: 3, smoke: 3 };
const roundsOf: PerEffort<number> = { full: 2, quick: 1, smoke: 1 };

export const imageAndCount: Measure<{ from: number; to: number; samples: ImageAndCountSample[] }> = {
  title: "image and count changed together: whether it completes, and in how long",
  async run({ bed, effort, log }) {
    const to = instances[effort];
    const image = bed.images.build({ version: "v2c", migrations: [slowMigration("0002_short", 1)] });
    const samples: ImageAndCountSample[] = [];
    for (const { round, item: contender } of rounds(roundsOf[effort], contenders(effort))) {
      // It never completes: once tells it, and takes ten minutes.
      if (contender.name === "nomad-pack" && round > 1) continue;
      if (contender.name !== "django-nomad" && effort !== "full") continue;
      const job = `count-${contender.name.replace(/ /g, "-")}-${round}`;
      const database = await bed.createDatabase(job.replace(/-/g, "_"));
      const release = { job, image: "django-testing:v1", count: from, database, hurried: effort !== "full" };
      log(`round ${round}, ${contender.name}: ${from} instances`);
      const before = await contender.deploy(bed, release);
      if (before.code !== 0) throw new Error(before.output);
      log(`round ${round}, ${contender.name}: a new image, and ${to} instances`);
      const { code, begin, end } = await contender.deploy(bed, { ...release, image, count: to });
      samples.push({ contender: contender.name, seconds: (end - begin) / 1000, completed: code === 0 });
      await bed.purge(job);
    }
    return { from, to, samples };
  },
};
