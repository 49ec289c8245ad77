/** Processor time and database connections of allocations that wait for a migration. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { createDjangoProject, firstMigration } from "../../test/support/djangoProject";
import { holdMigrationLock } from "../../test/support/migrationLock";
import type { Bed } from "../bed";
import type { PerEffort } from "../effort";
import {
  endGate,
  type GateKind,
  gateSite,
  type GateSite,
  signalGate,
  startGate,
  untilWaiting,
} from "../gates";
import { commandLine, cpuSeconds, memory, ownCpuSeconds, tree } from "../processTree";
import type { Measure } from "./measure";

export interface WaitersSample {
  gate: GateKind;
  waiters: number;
  /** Of all of them, for each second of waiting. */
  cpu: number;
  /** Of the database's server for them, for each second of waiting. */
  serverCpu: number;
  /** Sessions in the database: the mean of many looks, and the most at one. */
  connections: number;
  mostConnections: number;
  /** The most MB of all of them together at one moment. */
  memory: number;
}

const sizes: PerEffort<Partial<Record<GateKind, number[]>>> = {
  full: {
    "django-nomad": [2, 10, 50, 200],
    "django-nomad, first-to-lock": [2, 10, 50, 200],
    "nomad-pack": [2, 10, 50, 200],
  },
  quick: {
    "django-nomad": [10],
    "nomad-pack": [10],
  },
  smoke: { "django-nomad": [2] },
};
/** More at a time would be a test of the machine's start-up. */
const startedAtOnce = 4;
const lookEveryMs = 200;
/** The contenders' own. */
const lookIntervalMs = 5000;
/** A multiple of it, so that each has as many looks in it. */
const windowSeconds: PerEffort<number> = { full: 20, quick: 10, smoke: 5 };

export const waiters: Measure<{ cores: number; samples: WaitersSample[] }> = {
  title: "allocations that wait: processor time and connections",
  async run({ bed, effort, log }) {
    const project = createDjangoProject({ blog: [firstMigration] });
    try {
      const samples: WaitersSample[] = [];
      for (const [name, counts] of Object.entries(sizes[effort])) {
        for (const count of counts) {
          const gate = name as GateKind;
          log(`${gate}: ${count} waiting for ${windowSeconds[effort]} s`);
          const site = await gateSite(bed, project, `waiters_${samples.length}`);
          samples.push(await measureOne(bed, site, gate, count, windowSeconds[effort]));
        }
      }
      return { cores: cpus().length, samples };
    } finally {
      project.remove();
    }
  },
};

async function measureOne(
  bed: Bed,
  site: GateSite,
  gate: GateKind,
  waiting: number,
  seconds: number,
): Promise<WaitersSample> {
  // Somebody else migrates: index 0, or for first-to-lock whoever has the lock.
  const { name } = site.database;
  const leader =
    gate === "django-nomad, first-to-lock"
      ? await holdMigrationLock({ ...(await bed.database()), database: name })
      : undefined;
  const server = await DatabaseServer.watch(bed, name);
  const all: ChildProcess[] = [];
  try {
    for (let started = 0; started < waiting; started += startedAtOnce) {
      const some = Array.from({ length: Math.min(startedAtOnce, waiting - started) }, (_, index) =>
        startGate(site, gate, started + index + 1),
      );
      all.push(...some);
      await Promise.all(some.map(untilWaiting));
      // Each of its looks starts Django: two hundred that look would leave no processor to those that start.
      if (gate === "nomad-pack") some.forEach((child) => signalGate(child, "SIGSTOP"));
    }
    const pids = all.map(({ pid }) => pid as number);
    all.forEach((child) => signalGate(child, "SIGCONT"));
    // What was put off while they stood still is not what waiting costs.
    await delay(lookIntervalMs);
    const cpu = (): number => pids.map(cpuSeconds).reduce((a, b) => a + b, 0);
    const [before, serverBefore] = [cpu(), server.cpu()];
    const begin = Date.now();
    const sessions: number[] = [];
    let mostMemory = 0;
    while (Date.now() - begin < seconds * 1000) {
      sessions.push(await server.sessions());
      // Memory takes longer to read than all else.
      if (sessions.length % 5 === 1) mostMemory = Math.max(mostMemory, allMemory(pids));
      await delay(lookEveryMs);
    }
    const [used, serverUsed] = [cpu() - before, server.cpu() - serverBefore];
    const lasted = (Date.now() - begin) / 1000;
    return {
      gate,
      waiters: waiting,
      cpu: used / lasted,
      serverCpu: serverUsed / lasted,
      connections: sessions.reduce((a, b) => a + b, 0) / sessions.length,
      mostConnections: Math.max(...sessions),
      memory: mostMemory,
    };
  } finally {
    await Promise.all(all.map(endGate));
    await Promise.all([leader?.release(), server.leave()]);
  }
}

function allMemory(pids: readonly number[]): number {
  return pids
    .flatMap(tree)
    .map(memory)
    .reduce((a, b) => a + b, 0);
}

/** The database's server, with one session of the bench's own, which counts nowhere. */
class DatabaseServer {
  private constructor(
    private readonly database: string,
    private readonly client: Client,
    /** Of the server, which starts a process for each session. */
    private readonly pid: number,
    /** Of the session's. */
    private readonly own: number,
  ) {}

  static async watch(bed: Bed, database: string): Promise<DatabaseServer> {
    const { host, port, user, password, container } = await bed.database();
    const client = new Client({ host, port, user, password, database: "postgres" });
    await client.connect();
    const format = "--format={{.State.Pid}}";
    const pid = Number(execFileSync("docker", ["inspect", format, container], { encoding: "utf8" }));
    const own = tree(pid).find((one) => commandLine(one).startsWith(`postgres: ${user} postgres `));
    if (own === undefined) throw new Error("The bench's own session is none of the server's processes");
    return new DatabaseServer(database, client, pid, own);
  }

  /** Seconds since it started. */
  cpu(): number {
    return cpuSeconds(this.pid) - ownCpuSeconds(this.own);
  }

  /** Of those that wait; the leader's does not count. */
  async sessions(): Promise<number> {
    const { rowCount } = await this.client.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')",
      [this.database],
    );
    return rowCount ?? 0;
  }

  leave(): Promise<void> {
    return this.client.end();
  }
}
