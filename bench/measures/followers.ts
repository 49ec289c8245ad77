/** From the leader's commit to the moment when each waiting allocation has passed its gate. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createDjangoProject, firstMigration, slowMigration } from "../../test/support/djangoProject";
import { waitUntil } from "../../test/support/waiting";
import type { Bed } from "../bed";
import { type PerEffort, rounds } from "../effort";
import {
  endGate,
  type GateKind,
  gateKinds,
  gateSite,
  type GateSite,
  startGate,
  untilWaiting,
} from "../gates";
import type { Measure } from "./measure";

export interface FollowersSample {
  gate: GateKind;
  followers: number;
  /** Of each follower, from the commit to its exit. */
  seconds: number[];
}

const followersOf: PerEffort<number> = { full: 10, quick: 4, smoke: 2 };
/** The time between two looks. */
const spreadSeconds: PerEffort<number> = { full: 5, quick: 5, smoke: 0 };
/** Long enough that every follower has started and waits. */
const migrationSeconds: PerEffort<number> = { full: 14, quick: 9, smoke: 2 };
const roundsOf: PerEffort<number> = { full: 4, quick: 1, smoke: 1 };

export const followers: Measure<FollowersSample[]> = {
  title: "from the leader's commit to each follower passing",
  async run({ bed, effort, log }) {
    const migration = slowMigration("0002_slow", migrationSeconds[effort]);
    const project = createDjangoProject({ blog: [firstMigration, migration] });
    try {
      const samples: FollowersSample[] = [];
      const kinds = effort === "smoke" ? gateKinds.slice(1, 2) : gateKinds;
      for (const { round, item: gate } of rounds(roundsOf[effort], kinds)) {
        log(`round ${round}, ${gate}: ${followersOf[effort]} followers`);
        const site = await gateSite(bed, project, `followers_${samples.length}`);
        const seconds = await measureOne(bed, site, gate, followersOf[effort], spreadSeconds[effort]);
        samples.push({ gate, followers: followersOf[effort], seconds });
      }
      return samples;
    } finally {
      project.remove();
    }
  },
};

async function measureOne(
  bed: Bed,
  site: GateSite,
  gate: GateKind,
  count: number,
  spreadSeconds: number,
): Promise<number[]> {
  const leader = startGate(site, gate, 0);
  const migrating = once(leader, "exit");
  await untilMigrating(bed, site.database.name);
  const waiting: ChildProcess[] = [];
  try {
    for (let index = 1; index <= count; index++) {
      waiting.push(startGate(site, gate, index));
      // Spread over the time between two looks, as allocations on several nodes are.
      await delay((1000 * spreadSeconds) / count);
    }
    const passed = waiting.map(async (child) => {
      const [code] = (await once(child, "exit")) as [number | null];
      return { code, at: Date.now() };
    });
    await Promise.all(waiting.map(untilWaiting));
    await migrating;
    const ends = await Promise.all(passed);
    const failed = ends.find(({ code }) => code !== 0);
    if (failed) throw new Error(`A follower of ${gate} ended with code ${failed.code}`);
    const committed = await commitTime(bed, site.database.name);
    return ends.map(({ at }) => (at - committed) / 1000).sort((a, b) => a - b);
  } finally {
    await Promise.all([leader, ...waiting].map(endGate));
  }
}

/** With first-to-lock whoever comes first leads: the others come after it. */
function untilMigrating(bed: Bed, database: string): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE '%pg_sleep%'`;
  return waitUntil("the leader migrates", async () => (await bed.sql(sql)).length > 0);
}

/** Of the last migration's record, by the server's own clock, which is this machine's. */
async function commitTime(bed: Bed, database: string): Promise<number> {
  const [row] = await bed.sql(
    "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM django_migrations ORDER BY id DESC LIMIT 1",
    database,
  );
  return row.at as number;
}
