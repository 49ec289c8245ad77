/** The table of the gate's exit codes. */
import { GATE_EXIT_CODES } from "../../components/gate";

/** For the page that explains a failed rollout. */
export function renderExitCodes(): string {
  const own = Object.entries(GATE_EXIT_CODES).filter(([code]) => Number(code) > 0);
  const rows = own.map(([code, { meaning }]) => `| ${code} | ${meaning} |`);
  return ["| exit code of `migrate` | what happened |", "| --- | --- |", ...rows].join("\n");
}
