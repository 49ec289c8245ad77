/** How an `up` ends, in time for a stack's outputs: after a failed one they stay what they were. */
import { setTimeout as wait } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** Long enough for the outputs to reach Pulumi, which takes none any more once a hook has answered. */
const outputsMs = 500;

export class Outcome {
  private tell: () => void = () => undefined;
  private readonly failure = new Promise<void>((resolve) => (this.tell = resolve));

  /** Says that this `up` has failed. Await it before Pulumi hears of it. */
  async fail(): Promise<void> {
    this.tell();
    await wait(outputsMs);
  }

  /** Runs what may fail, and says so when it does. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.fail();
      throw error;
    }
  }

  /**
   * What a stack exports: everything once `registered` is there, or at once in a preview. After a failed
   * `up`, nothing: Pulumi then keeps the earlier outputs, which it would otherwise show as deleted.
   */
  outputs<T extends object>(all: T, registered: pulumi.Resource): Promise<T | Record<string, never>> {
    const done = new Promise<T>((resolve) => {
      if (pulumi.runtime.isDryRun()) resolve(all);
      else registered.urn.apply(() => resolve(all));
    });
    return Promise.race([done, this.failure.then(() => ({}))]);
  }
}
