/** Before the first test file: what an earlier run has left goes, and this one writes down what it starts. */
import { abandonedRuns, beginRun } from "../leftovers";
import { takeDown } from "../takeDown";

export default function globalSetup(): void {
  for (const folder of abandonedRuns()) takeDown(folder);
  beginRun();
}
