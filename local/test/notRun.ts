/** Suites that could not be run on this machine: said loudly, and a failure in CI, where nobody reads. */
import { type Lack } from "../preflight";
import { type Counts } from "./suite";

/** Every CI system sets CI. */
export function inCi(env: NodeJS.ProcessEnv): boolean {
  return !["", "0", "false"].includes((env.CI ?? "").toLowerCase());
}

/** In CI each suite that was not run counts as a failure: what did not run has not passed. */
export function countNotRun(suites: readonly string[], ci: boolean): Counts {
  return { passed: 0, failed: ci ? suites.length : 0, skipped: 0 };
}

/** What is said before the closing line. @param lacks none when something went wrong while the machine was set up. */
export function notRunInWords(suites: readonly string[], lacks: readonly Lack[], ci: boolean): string {
  const named = suites.join(" and ");
  if (lacks.length === 0)
    return `NOT RUN: ${named}, since the error above ended their set-up. That counts as a failure`;
  const verdict = ci ? "In CI each of them counts as a failure" : "The line below counts only the rest";
  return `NOT RUN: ${named}, because of what this machine lacks (the start of the output says what to do):
${lacks.map(({ what }) => `  - ${what}`).join("\n")}
${verdict}`;
}
