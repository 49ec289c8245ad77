/**
 * The one way in which the program fails: a red line is a red exit.
 *
 * `pulumi.log.error` alone leaves the exit code at 0. A {@link Failure} ends `pulumi up` and `pulumi preview` with
 * another one, wherever it is thrown: in a constructor, in an `apply`, in a hook.
 */
import * as pulumi from "@pulumi/pulumi";
import { message as ours, printable } from "./printable";

/** A message for people, which Pulumi prints once and as it is. */
export class Failure extends pulumi.RunError {
  constructor(message: string) {
    // It may quote what Nomad, Docker or another team's job says.
    const text = printable(message, ours);
    super(text);
    this.stack = text;
    // Nobody needs a stack trace here, and working it out through the source maps takes Pulumi half a minute.
  }
}

/** A {@link Failure} that Pulumi shows in the row of a resource. */
class ResourceFailure extends pulumi.ResourceError {
  constructor(message: string, resource: pulumi.Resource) {
    const text = printable(message, ours);
    super(text, resource, true);
    this.stack = text;
  }
}

/** @param resource whose failure it is; one that is registered already. @throws {Failure | ResourceFailure} always. */
export function fail(message: string, resource?: pulumi.Resource): never {
  throw resource === undefined ? new Failure(message) : new ResourceFailure(message, resource);
}

/**
 * Has a failure of `work` end the program red, and nothing else: whatever waits for the result goes on. Pulumi
 * would drop a stack's outputs if one of them failed.
 */
export async function failAside(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // Nobody handles it: Pulumi's runner prints what is left so, lets the rest of the program end, and fails.
    void Promise.reject(error);
  }
}

/** Says why an operation failed that Pulumi counts as failed already: the exit code is its own. */
export function explainFailure(text: string): void {
  void pulumi.log.error(printable(text, ours));
}
