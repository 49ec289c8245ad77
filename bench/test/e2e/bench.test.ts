/** That the measures can be taken; what they measure is in bench/report.md. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type MeasureName, measureNames } from "../../measures";
import { readResult, type Saved } from "../../results";
import { repoRoot } from "../../../commands/base/paths";
import { type CommandError, run } from "../../../commands/base/run";
import { soak } from "../../../test/support/soak";

/** In `npm run test:soak` with nomad-pack beside this program, in some minutes. */
const effort = soak ? "quick" : "smoke";

describe("npm run bench", () => {
  let folder: string;
  let printed: string;
  const result = <N extends MeasureName>(name: N): Saved<N>["result"] => {
    const saved = readResult(join(folder, "results"), name);
    if (!saved) throw new Error(`${name} was not measured:\n${printed}`);
    return saved.result;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-bench-"));
    const args = ["--require", "./commands/typescript.cjs", "bench/main.ts", `--${effort}`, "--out", folder];
    const { stdout } = await run(process.execPath, args, { cwd: repoRoot });
    printed = stdout;
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("times first deployments and releases, and counts what callers saw of a release", () => {
    const { samples } = result("rollouts");
    const [first, release] = samples.filter(({ contender }) => contender === "django-nomad");
    expect(first).toMatchObject({ kind: "first deployment", succeeded: true });
    expect(first.seconds).toBeGreaterThan(1);
    expect(release.callers?.sent).toBeGreaterThan(50);
    expect(release.timeline.capacity.length).toBeGreaterThan(2);
    expect(release.timeline.allocations.map(({ version }) => version)).toEqual(
      expect.arrayContaining([0, 1]),
    );
  });

  it("takes processor time and memory of gates that wait", () => {
    const { samples } = result("waiters");
    expect(samples[0].waiters).toBe(2);
    expect(samples[0].cpu).toBeGreaterThan(0);
    // In hundredths of a second, of which two looks may take less than one.
    expect(samples[0].serverCpu).toBeGreaterThanOrEqual(0);
    expect(samples[0].memory).toBeGreaterThan(20);
  });

  it("times each follower from the commit on", () => {
    for (const { followers, seconds } of result("followers")) {
      expect(seconds).toHaveLength(followers);
      for (const one of seconds) expect(one).toBeGreaterThan(0);
    }
  });

  it("times the unchanged preview beside an empty program, and takes its memory", () => {
    const { samples, footprints } = result("previews");
    for (const stack of ["empty program with nomad", "1 app"]) {
      expect(samples.some((sample) => sample.stack === stack && sample.seconds > 0.1)).toBe(true);
      expect(footprints[stack].programMemory).toBeGreaterThan(10);
    }
  });

  it("takes the processor time of the gate where nothing is to be migrated", () => {
    expect(
      result("gate-cost")
        .map(({ command }) => command)
        .sort(),
    ).toEqual(expect.arrayContaining(["Django's own start", "gate of django-nomad", "migrate --check"]));
  });

  it("writes a report with a table of goals and a chart of each rollout, second by second", () => {
    const report = readFileSync(join(folder, "report.md"), "utf8");
    expect(report).toMatch(/## At a glance\n\n\|/);
    for (const [, chart] of report.matchAll(/!\[[^\]]*\]\((charts\/[\w-]+\.svg)\)/g))
      expect(readFileSync(join(folder, chart), "utf8")).toMatch(/^<svg /);
    expect(report).toContain("charts/timeline.svg");
  });

  it("refuses a measure that it does not have, with those that it has", async () => {
    const args = ["--require", "./commands/typescript.cjs", "bench/main.ts", "--only", "speed"];
    const refused = await run(process.execPath, args, { cwd: repoRoot }).catch((error: unknown) => error);
    expect((refused as CommandError).stderr).toContain(
      `--only: speed: no such measure; there are ${measureNames.join(", ")}`,
    );
  });
});
