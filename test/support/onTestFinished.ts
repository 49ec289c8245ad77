/** Clean-up that stands where its reason stands: inside a test. */
import { afterEach } from "@jest/globals";

type CleanUp = () => unknown;

let registered: CleanUp[] = [];

/** Runs that when the test has ended, passed or not; the last one that was registered comes first. */
export function onTestFinished(cleanUp: CleanUp): void {
  registered.push(cleanUp);
}

// In each test file, since each loads this module for itself.
afterEach(async () => {
  const cleanUps = registered.reverse();
  registered = [];
  const failures: unknown[] = [];
  for (const cleanUp of cleanUps) {
    try {
      await cleanUp();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, "several clean-ups failed");
});
