/** `npm test`: sets up what the tests need on this machine, then runs every one of them. */
import { join } from "node:path";
import { stopDocker } from "../docker";
import { repoRoot } from "../../commands/base/paths";
import { preflight } from "../preflight";
import { runningPid } from "../processes";
import { CommandError, run } from "../../commands/base/run";
import { setUp } from "../setUp";
import { main, say, step, UserError } from "../../commands/base/step";
import { countNotRun, inCi, notRunInWords } from "./notRun";
import { type Counts, inWords, runSuite, sum } from "./suite";

const passed: Counts = { passed: 0, failed: 0, skipped: 0 };
const failed: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Suites that need Docker, tools and images: `npm run test:servers`. */
const onRealServers = ["contract", "e2e"];

async function checkStyle(): Promise<Counts> {
  const checks: [name: string, args: string[]][] = [
    ["eslint", ["."]],
    ["prettier", ["--check", "."]],
    ["tsc", ["--noEmit"]],
  ];
  const check = async ([name, args]: (typeof checks)[number]): Promise<Counts> => {
    try {
      await run(join(repoRoot, "node_modules", ".bin", name), args, { cwd: repoRoot });
      return passed;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stdout.write(`${error.stdout}${error.stderr}\n`);
      say(`${name}: see above`);
      return failed;
    }
  };
  return step("Style and types", async () => sum(await Promise.all(checks.map(check))));
}

/** Docker, tools and images; false when something is missing that can't be installed here. */
async function isReady(): Promise<boolean> {
  try {
    await setUp();
    return true;
  } catch (error) {
    const reason = error instanceof UserError ? error.message : ((error as Error).stack ?? String(error));
    process.stdout.write(`\nerror: ${reason}\n\n`);
    return false;
  }
}

/** @param name of the script: `test:NAME`. */
async function suite(name: string): Promise<Counts> {
  say(`Tests: ${name}`);
  const counts = await runSuite(name);
  say(`Tests: ${name}: ${inWords(counts)}`);
  return counts;
}

main(async () => {
  const dockerRanBefore = runningPid("dockerd") !== undefined;
  const lacks = await preflight({ purpose: "test" });
  const all = [await checkStyle()];
  const ready = lacks.length === 0 && (await isReady());
  if (lacks.length > 0) all.push(countNotRun(onRealServers, inCi(process.env)));
  else if (!ready) all.push(failed);
  all.push(await suite("unit"));
  // Both at once: while one file waits for its last container, files of the other suite go on.
  if (ready) all.push(await suite("servers"));
  if (!dockerRanBefore && runningPid("dockerd") !== undefined) {
    await step("Docker", async () => (await stopDocker()).reason);
  }
  if (!ready) say(notRunInWords(onRealServers, lacks, inCi(process.env)));
  const total = sum(all);
  process.stdout.write(`\n${inWords(total)}\n`);
  return total.failed > 0 ? 1 : 0;
});
