/** What a crashed test worker has started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { isRunning, startOf } from "../../local/processes";
import { repoRoot } from "../../commands/base/paths";
import { dockerNames } from "../support/docker";
import { abandonedRuns, leftoversOf } from "../support/leftovers";
import { onTestFinished } from "../support/onTestFinished";
import { takeDown } from "../support/takeDown";

/** Where a run writes down what it starts. */
const newRun = (): string => mkdtempSync(join(tmpdir(), "django-nomad-run-"));

it("a worker that was killed leaves agents, a database and files, and all of them are taken down", async () => {
  const run = newRun();
  onTestFinished(() => takeDown(run));
  const script = join("test", "contract", "support", "startAndWait.ts");
  const worker = spawn(process.execPath, ["--require", "./commands/typescript.cjs", script], {
    cwd: repoRoot,
    env: { ...process.env, DJANGO_NOMAD_TEST_RUN: run },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(worker.stdout, "data");
  worker.kill("SIGKILL");
  await once(worker, "exit");

  const left = leftoversOf(run);
  expect(left.map(({ kind }) => kind).sort()).toEqual(["container", "home", "process", "process"]);
  const processes = left.flatMap((one) => (one.kind === "process" ? [one.pid] : []));
  const homes = left.flatMap((one) => (one.kind === "home" ? [one.path] : []));
  const containers = left.flatMap((one) => (one.kind === "container" ? [one.name] : []));
  expect(processes.filter(isRunning)).toEqual(processes);
  expect(homes.filter(existsSync)).toEqual(homes);
  expect(dockerNames("container", containers[0])).toEqual(containers);

  expect(takeDown(run)).toHaveLength(left.length);
  expect(processes.filter(isRunning)).toEqual([]);
  expect(homes.filter(existsSync)).toEqual([]);
  expect(dockerNames("container", containers[0])).toEqual([]);
});

it("a process that has got the id of one that ended is left alone", async () => {
  const run = newRun();
  const stranger = spawn("sleep", ["600"], { stdio: "ignore" });
  onTestFinished(() => stranger.kill("SIGKILL"));
  const { pid } = stranger;
  for (const kind of ["process", "group"])
    writeFileSync(join(run, `${kind}.json`), JSON.stringify({ kind, pid, started: "1" }));
  expect(takeDown(run)).toEqual([]);
  expect(isRunning(pid ?? 0)).toBe(true);
});

it("a run whose process is gone is found by the next one; one that goes on is left alone", async () => {
  const [over, going] = [newRun(), newRun()];
  onTestFinished(() => [over, going].map(takeDown));
  const { pid } = process;
  writeFileSync(join(over, "owner.json"), JSON.stringify({ pid, started: "1" }));
  writeFileSync(join(going, "owner.json"), JSON.stringify({ pid, started: startOf(pid) }));
  expect(abandonedRuns()).toContain(over);
  expect(abandonedRuns()).not.toContain(going);
});
