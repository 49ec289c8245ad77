/** Before the first test file: what an earlier run has left goes, and this one writes down what it starts. */
import { laptop } from "../../../commands/pulumi/laptop";
import { abandonedRuns, beginRun } from "../leftovers";
import { takeDown } from "../takeDown";

export default async function globalSetup(): Promise<void> {
  for (const folder of abandonedRuns()) takeDown(folder);
  beginRun();
  // Once for all clones, which take over what is built.
  await (await laptop())?.standIns();
}
