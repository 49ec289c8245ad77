import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../../commands/base/paths";
import seconds from "../../../test/support/jest/seconds.json";
import { countOf, inWords, type Report, sum } from "../suite";

function report(changed: Partial<Report>): Report {
  return {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ status: "passed", assertionResults: [{ status: "passed" }] }],
    ...changed,
  };
}

describe("the closing line of npm test", () => {
  it("counts what jest reports", () => {
    expect(countOf(report({ numPendingTests: 1, numTodoTests: 1 }), 0)).toEqual({
      passed: 3,
      failed: 0,
      skipped: 2,
    });
    const failing = report({
      numFailedTests: 2,
      testResults: [{ status: "failed", assertionResults: [{ status: "failed" }] }],
    });
    expect(countOf(failing, 1)).toEqual({ passed: 3, failed: 2, skipped: 0 });
  });

  it("counts a run that crashed before it could report as failed", () => {
    expect(countOf(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts a file that could not be loaded as failed", () => {
    const unloaded = report({ testResults: [{ status: "failed", assertionResults: [] }] });
    expect(countOf(unloaded, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it("counts an error outside any test as failed", () => {
    expect(countOf(report({}), 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it("sums over the suites, and mentions skipped tests only when there are any", () => {
    const suites = [
      { passed: 40, failed: 0, skipped: 0 },
      { passed: 2, failed: 1, skipped: 0 },
    ];
    expect(inWords(sum(suites))).toBe("42 passed, 1 failed");
    expect(inWords(sum([...suites, { passed: 0, failed: 0, skipped: 2 }]))).toBe(
      "42 passed, 1 failed, 2 skipped",
    );
  });
});

describe("the order of test files", () => {
  it("is by what they take, and no file that is gone is in the list", () => {
    // A part of the workshop may be gone as a whole.
    const present = Object.keys(seconds).filter((file) => existsSync(join(repoRoot, file.split("/")[0])));
    expect(present.filter((file) => !existsSync(join(repoRoot, file)))).toEqual([]);
  });
});

describe("CI", () => {
  it("runs every test, and counts what it can't run as failed", () => {
    const lines = readFileSync(join(repoRoot, ".ci", "run"), "utf8").split("\n");
    expect(lines).toEqual(expect.arrayContaining(["set -euo pipefail", "export CI=true", "npm test"]));
  });
});
