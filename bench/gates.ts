/** The gates of the contenders as processes of this machine, without Nomad and containers around them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { type GateSettings, migrationGate } from "../components/arguments";
import { databaseEnv, type DjangoProject, type TestDatabase } from "../test/support/djangoProject";
import { newestDjango } from "../test/support/djangoVersions";
import { pythonEnvironment } from "../test/support/pythonEnvironment";
import type { Bed } from "./bed";
import { tree } from "./processTree";

export const gateKinds = ["django-nomad", "django-nomad, first-to-lock", "nomad-pack"] as const;
export type GateKind = (typeof gateKinds)[number];

/** A project and its database, and the Python that runs it. */
export interface GateSite {
  python: string;
  project: DjangoProject;
  database: TestDatabase;
}

/** @param name of the database, made here. */
export async function gateSite(bed: Bed, project: DjangoProject, name: string): Promise<GateSite> {
  const { host, port, user, password } = await bed.database();
  const python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
  return { python, project, database: { host, port, user, password, name: await bed.createDatabase(name) } };
}

export function siteEnvironment({ python, database, project }: GateSite): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(python)}:${process.env.PATH}`,
    ...databaseEnv({ default: database }),
    // The project's folder is of one measure alone, like an allocation's.
    NOMAD_ALLOC_DIR: project.directory,
  };
}

/** Waits as an allocation with that index does, with the contenders' own 5 seconds between two looks. */
export function startGate(site: GateSite, kind: GateKind, index: number): ChildProcess {
  const { command, args, env } = kind === "nomad-pack" ? packGate : gate(site, kind);
  return spawn(command, args, {
    cwd: site.project.directory,
    env: { ...siteEnvironment(site), ...env, NOMAD_ALLOC_INDEX: String(index) },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** Until a gate has said that it waits. @throws when it ends without. */
export function untilWaiting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("waiting")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`A gate ended with code ${code} instead of waiting`)));
  });
}

function gate({ python }: GateSite, kind: GateKind): ReturnType<typeof migrationGate> {
  const settings: GateSettings = {
    manageCommand: [python, "manage.py"],
    migrationPollIters: 1_000,
    release: 1,
    application: "bench",
    migrationLeader: kind === "django-nomad" ? "index-zero" : "first-to-lock",
  };
  return migrationGate(settings);
}

/** As in contenders/pack, but for the number of looks. */
const packGate = {
  command: "bash",
  args: [
    "-c",
    'if [ "$NOMAD_ALLOC_INDEX" = 0 ]; then exec ./manage.py migrate; fi; until ./manage.py migrate --check; do echo waiting; sleep 5; done',
  ],
  env: {},
};

/** To a gate and whatever it has started. */
export function signalGate(child: ChildProcess, signal: NodeJS.Signals): void {
  for (const pid of child.pid === undefined ? [] : tree(child.pid)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // One that has ended meanwhile needs none.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Ends a gate and whatever it has started. */
export async function endGate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  signalGate(child, "SIGKILL");
  await exited;
}
