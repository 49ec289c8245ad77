/** What the gate costs, measured in `npm run test:soak` and printed. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { type GateSettings, migrationGate } from "../../components/arguments";
import { repoRoot } from "../../local/paths";
import { run } from "../../local/run";
import { databaseEnv, type TestMigration } from "../support/djangoProject";
import { createDatabase, createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { type PostgresServer, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { soak } from "../support/soak";
import { onTestFinished } from "../support/onTestFinished";

jest.setTimeout(900_000);

const MIGRATIONS = 1_000;
const MINUTE = 60_000;

/** What the pack's gate does in each allocation but the first. */
const packLoop = "until ./manage.py migrate --check >/dev/null 2>&1; do sleep 5; done";

(soak ? describe : describe.skip)("the gate's costs", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, startTimeout);
  afterAll(() => server.stop());

  it("a waiting allocation of the sample site: at most a twentieth of the pack's CPU per minute", async () => {
    const site = join(repoRoot, "examples", "site");
    const requirements = readFileSync(join(site, "requirements.txt"), "utf8").match(/^[\w-]+==\S+$/gm) ?? [];
    const python = await pythonEnvironment(requirements);
    const settings: GateSettings = { manageCommand: [python, "manage.py"], migrationPollIters: 1_000 };
    const gate = migrationGate(settings);
    const options = {
      cwd: join(site, "project"),
      env: {
        PATH: `${join(python, "..")}:${process.env.PATH}`,
        NOMAD_ALLOC_INDEX: "1",
        NOMAD_ALLOC_DIR: tmpdir(),
        PYTHONDONTWRITEBYTECODE: "1",
        POSTGRES_HOST: server.host,
        POSTGRES_PORT: String(server.port),
        POSTGRES_USER: server.user,
        POSTGRES_PASSWORD: server.password,
        POSTGRES_NAME: await createDatabase(server),
        ...gate.env,
      },
      stdio: "ignore",
    } as const;
    const both = [spawn(gate.command, gate.args, options), spawn("bash", ["-c", packLoop], options)];
    onTestFinished(() => both.forEach((child) => child.kill("SIGKILL")));
    await delay(20_000); // both have started and are waiting
    const before = both.map((child) => cpuSeconds(child.pid));
    await delay(MINUTE);
    const [ours, packs] = both.map((child, index) => cpuSeconds(child.pid) - before[index]);
    console.info(`CPU of a waiting minute: ${ours.toFixed(2)} s, the pack's gate ${packs.toFixed(2)} s`);
    expect(ours).toBeLessThan(packs / 20);
  });

  it.each([oldestDjango, newestDjango])(
    `nothing pending among ${MIGRATIONS} migrations, on $django: at most 1 s more than Django's own start`,
    async (version) => {
      const python = await pythonEnvironment(version.requirements, version.python);
      const { project, database } = await createDjangoSite(python, server, many);
      const gate = migrationGate({ manageCommand: [python, "manage.py"] });
      const env = { PATH: process.env.PATH, NOMAD_ALLOC_INDEX: "0", NOMAD_ALLOC_DIR: tmpdir(), ...gate.env };
      const cpu = async (...args: string[]): Promise<number> => {
        const timed = ["-c", 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', "bash", python, ...args];
        const { stderr } = await run("bash", timed, {
          cwd: project.directory,
          env: { ...env, ...databaseEnv({ default: database }) },
        });
        const [user, system] = stderr.trim().split(" ").map(Number);
        return user + system;
      };
      await cpu("manage.py", "migrate", "--fake");
      const start = await cpu("manage.py", "shell", "-v", "0", "-c", "pass");
      const added = (await cpu(...gate.args)) - start;
      const check = (await cpu("manage.py", "migrate", "--check")) - start;
      const figures = [start, added, check].map((seconds) => seconds.toFixed(2));
      console.info(
        `${version.django}, CPU seconds: start ${figures[0]}, gate +${figures[1]}, migrate --check +${figures[2]}`,
      );
      expect(added).toBeLessThan(1);
    },
  );
});

const many = Array.from({ length: MIGRATIONS - 1 }, (_, index): TestMigration => {
  const number = String(index + 2).padStart(4, "0");
  return {
    name: `${number}_field`,
    operations: [`migrations.AddField("Post", "f${number}", models.TextField(default=""))`],
  };
});

/** Of a process and of the children it has waited for. */
function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [utime, stime, cutime, cstime] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return (utime + stime + cutime + cstime) / 100; // clock ticks: 100 a second on Linux
}
