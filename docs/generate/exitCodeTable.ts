/** The tables of exit codes: the gate's and the verbs'. */
import { VERB_EXIT_CODES } from "../../commands/exitCodes";
import { GATE_EXIT_CODES } from "../../components/gate";

/** For the page that explains a failed rollout. */
export function renderExitCodes(): string {
  const own = Object.entries(GATE_EXIT_CODES).filter(([code]) => Number(code) > 0);
  const rows = own.map(([code, { meaning }]) => `| ${code} | ${meaning} |`);
  return ["| exit code of `migrate` | what happened |", "| --- | --- |", ...rows].join("\n");
}

/** For the page on pipelines. */
export function renderVerbExitCodes(): string {
  const rows = Object.entries(VERB_EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ["| exit code | what it says |", "| --- | --- |", ...rows].join("\n");
}
