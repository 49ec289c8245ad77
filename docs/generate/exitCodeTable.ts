/** The table of the gate's exit codes. */
import { GATE_EXIT_CODES } from "../../components/gate";

/** The gate's own, for the page that explains migrations. */
export function renderExitCodes(): string {
  const own = Object.entries(GATE_EXIT_CODES).filter(([code]) => Number(code) > 0 && Number(code) < 100);
  const rows = own.map(([code, { meaning }]) => `| ${code} | ${meaning} |`);
  return ["| exit code of `migrate` | what happened |", "| --- | --- |", ...rows].join("\n");
}
