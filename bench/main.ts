/**
 * `npm run bench`: measures this program beside nomad-pack and writes bench/report.md.
 *
 *   npm run bench                     what is not measured yet for this commit, then the report
 *   npm run bench -- --only NAME,...  these measures alone, anew
 *   npm run bench -- --again          all of them anew
 *   npm run bench -- --report         the report alone, from bench/results
 *   npm run bench -- --quick          fewer samples, in under 5 minutes; kept apart from the report's
 *   npm run bench -- --smoke          whether the measures can be taken, in a minute, without nomad-pack
 *   npm run bench -- --out FOLDER     results and report there
 */
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repoRoot, stateDir } from "../commands/base/paths";
import { setUp } from "../local/setUp";
import { main, say, step, UserError } from "../commands/base/step";
import { ensureTool } from "../local/tools";
import { waitUntil } from "../test/support/waiting";
import { Bed } from "./bed";
import type { Effort } from "./effort";
import { machine } from "./machine";
import { type MeasureName, measureNames, measures } from "./measures";
import type { Measure } from "./measures/measure";
import { writeReport } from "./report";
import { readResult, type Saved, writeResult } from "./results";

/** The others need a rollout for each figure, as the first of these does. */
const briefMeasures: MeasureName[] = ["rollouts", "waiters", "followers", "previews", "gate-cost"];

interface Options {
  effort: Effort;
  only: MeasureName[];
  again: boolean;
  reportOnly: boolean;
  /** For results and report. */
  folder: string;
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      again: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const effort: Effort = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  const named = values.only?.split(",").map((name) => name.trim());
  const unknown = named?.filter((name) => !(measureNames as string[]).includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new UserError(
      `--only: ${unknown.join(", ")}: no such measure; there are ${measureNames.join(", ")}`,
    );
  }
  return {
    effort,
    only: (named as MeasureName[] | undefined) ?? (effort === "smoke" ? briefMeasures : measureNames),
    again: values.again || named !== undefined,
    reportOnly: values.report,
    folder: values.out ?? (effort === "full" ? join(repoRoot, "bench") : join(stateDir, "bench", effort)),
  };
}

/** True when there are figures of this very commit already. */
function isMeasured({ folder, effort }: Options, name: MeasureName, commit: string): boolean {
  const saved = readResult(join(folder, "results"), name);
  return saved?.effort === effort && saved.machine.commit === commit && !commit.endsWith("+");
}

/** What the measure before has left of the machine's load would be said of this one. */
async function untilQuiet(): Promise<void> {
  const isQuiet = (): Promise<boolean> => Promise.resolve(loadavg()[0] < cpus().length / 2);
  try {
    await waitUntil("a quiet machine", isQuiet, 6 * 60_000);
  } catch {
    // Somebody else uses it: the report says how much.
    say(`Measuring at a load of ${loadavg()[0].toFixed(1)}: for figures that last, let nothing else run`);
  }
}

async function measure(bed: Bed, name: MeasureName, effort: Effort): Promise<Saved> {
  if (effort === "full") await step("A quiet machine", untilQuiet);
  const here = machine();
  const measuredAt = new Date().toISOString();
  const begin = Date.now();
  const one: Measure<unknown> = measures[name];
  const result = await step(one.title, (log) =>
    one.run({ bed, effort, log: (line) => (say(`  ${line}`), log(line)) }),
  );
  const seconds = Math.round((Date.now() - begin) / 1000);
  return { measure: name, effort, measuredAt, seconds, machine: here, result } as Saved;
}

/** One that fails does not take the others with it. @returns the names of the measures that failed. */
async function measureAll(options: Options, names: MeasureName[]): Promise<MeasureName[]> {
  await setUp();
  if (options.effort !== "smoke") {
    await step("nomad-pack", async (log) => (await ensureTool("nomad-pack", log)).path);
  }
  const bed = new Bed();
  const interrupted = (): void => {
    say("Interrupted");
    void bed.stop().finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const failed: MeasureName[] = [];
    for (const name of names) {
      try {
        writeResult(join(options.folder, "results"), await measure(bed, name, options.effort));
      } catch (error) {
        process.stderr.write(`\n${name}: ${(error as Error).stack ?? String(error)}\n`);
        failed.push(name);
        // What it left running would be measured with the next.
        await bed.purge("");
      }
    }
    return failed;
  } finally {
    await step("Taking everything down", () => bed.stop());
  }
}

main(async () => {
  const options = readOptions(process.argv.slice(2));
  const { commit } = machine();
  const names = options.only.filter((name) => options.again || !isMeasured(options, name, commit));
  const failed = options.reportOnly || names.length === 0 ? [] : await measureAll(options, names);
  say(`Report: ${writeReport(options.folder)}`);
  if (failed.length > 0) {
    throw new UserError(
      `Not measured: ${failed.join(", ")}: see above. Run the command again for these alone`,
    );
  }
});
