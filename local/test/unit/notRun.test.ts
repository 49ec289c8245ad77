import { describe, expect, it } from "@jest/globals";
import { countNotRun, inCi, notRunInWords } from "../notRun";

const suites = ["contract", "e2e"];
const lacks = [{ what: "Docker does not answer.", remedy: "Start it", certain: true }];

describe("npm test on a machine that can't run all of it", () => {
  it("names the suites that were not run, and why", () => {
    const line = notRunInWords(suites, lacks, false);
    expect(line).toMatch(/^NOT RUN: contract and e2e/);
    expect(line).toContain("Docker does not answer.");
    expect(line).toContain("counts only the rest");
  });

  it("passes outside CI, and fails in CI, once for each suite", () => {
    expect(countNotRun(suites, false)).toEqual({ passed: 0, failed: 0, skipped: 0 });
    expect(countNotRun(suites, true)).toEqual({ passed: 0, failed: 2, skipped: 0 });
    expect(notRunInWords(suites, lacks, true)).toContain("counts as a failure");
  });

  it.each([
    [{ CI: "true" }, true],
    [{ CI: "1" }, true],
    [{ CI: "woodpecker" }, true],
    [{ CI: "false" }, false],
    [{ CI: "0" }, false],
    [{ CI: "" }, false],
    [{}, false],
  ])("takes %o for CI: %s", (env, expected) => {
    expect(inCi(env)).toBe(expected);
  });

  it("tells a set-up that went wrong from a machine that lacks something", () => {
    expect(notRunInWords(suites, [], false)).toContain("the error above");
  });
});
