/** What a gate adds where nothing is to be migrated, on projects with few and with many migrations. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { migrationGate } from "../../components/arguments";
import { createDjangoProject, firstMigration, type TestMigration } from "../../test/support/djangoProject";
import { type PerEffort, rounds } from "../effort";
import { gateSite, type GateSite, siteEnvironment } from "../gates";
import type { Measure } from "./measure";

export const gateCommands = ["Django's own start", "gate of django-nomad", "migrate --check"] as const;
export type GateCommand = (typeof gateCommands)[number];

export interface GateCostSample {
  command: GateCommand;
  migrations: number;
  /** Processor seconds, of the whole process. */
  cpu: number;
  /** From its start to its end. */
  seconds: number;
}

const sizes: PerEffort<number[]> = { full: [1, 200, 1_000], quick: [1, 200], smoke: [1] };
const roundsOf: PerEffort<number> = { full: 5, quick: 2, smoke: 1 };

export const gateCost: Measure<GateCostSample[]> = {
  title: "nothing to migrate: what the gate itself takes",
  async run({ bed, effort, log }) {
    const samples: GateCostSample[] = [];
    for (const migrations of sizes[effort]) {
      const project = createDjangoProject({ blog: [firstMigration, ...fields(migrations - 1)] });
      try {
        log(`${migrations} migrations`);
        const site = await gateSite(bed, project, `costs_${migrations}`);
        await timed(site, ["manage.py", "migrate", "--fake"]);
        for (const { item: command } of rounds(roundsOf[effort], gateCommands)) {
          samples.push({ command, migrations, ...(await timed(site, argumentsOf(command, site))) });
        }
      } finally {
        project.remove();
      }
    }
    return samples;
  },
};

/** What is run, with index 0, which asks whether it has anything to apply. */
function argumentsOf(command: GateCommand, { python }: GateSite): string[] {
  switch (command) {
    case "Django's own start":
      return ["manage.py", "shell", "-v", "0", "-c", "pass"];
    case "gate of django-nomad":
      return [...migrationGate({ manageCommand: [python, "manage.py"] }).args];
    case "migrate --check":
      return ["manage.py", "migrate", "--check"];
  }
}

/** Migrations that each add a field to the one model. */
function fields(count: number): TestMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 2).padStart(4, "0");
    return {
      name: `${number}_field`,
      operations: [`migrations.AddField("Post", "f${number}", models.TextField(default=""))`],
    };
  });
}

/** bash tells the processor time of what it has run, by the kernel's account. */
async function timed(site: GateSite, args: string[]): Promise<{ cpu: number; seconds: number }> {
  const gate = migrationGate({ manageCommand: [site.python, "manage.py"], release: 1, application: "bench" });
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null';
  const child = spawn("bash", ["-c", script, "bash", site.python, ...args], {
    cwd: site.project.directory,
    env: { ...siteEnvironment(site), ...gate.env, NOMAD_ALLOC_INDEX: "0" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${args.slice(0, 3).join(" ")} ended with code ${code}:\n${printed}`);
  const [seconds, user, system] = printed.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { cpu: user + system, seconds };
}
