/** Runs one of the test scripts of package.json and counts what came out. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repoRoot } from "../../commands/base/paths";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of jest's JSON report that is counted. */
export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * A run without a report, a file that could not be loaded and an error outside any test count as failures:
 * what did not run has not passed.
 * @param report undefined when jest ended without writing one.
 */
export function countOf(report: Report | undefined, exitCode: number): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** `12 passed, 0 failed`, and `, 1 skipped` when there are any. */
export function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Runs `test:NAME` with its output on this terminal. */
export async function runSuite(name: string): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-test-"));
  const file = join(folder, "report.json");
  try {
    const exitCode = await jest(name, ["--json", `--outputFile=${file}`]);
    return countOf(readReport(file), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The script that a developer runs too, so that both run the same. */
function jest(name: string, args: string[]): Promise<number> {
  const child = spawn("npm", ["run", "--silent", `test:${name}`, "--", ...args], {
    cwd: repoRoot,
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? 1));
  });
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    // Not there or cut short: jest crashed, and has said why on the terminal.
    return undefined;
  }
}
