/** After the last test file: takes down what is still there because a file, or the worker that ran it, crashed. */
import { currentRun } from "../leftovers";
import { takeDown } from "../takeDown";

export default function globalTeardown(): void {
  const folder = currentRun();
  if (folder === undefined) return;
  const gone = takeDown(folder);
  if (gone.length > 0) process.stderr.write(`Left by tests and taken down now:\n  ${gone.join("\n  ")}\n`);
}
