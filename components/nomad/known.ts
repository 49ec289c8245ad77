/** What Pulumi knows of a value now. The SDK can tell, but does not declare it. */
import * as pulumi from "@pulumi/pulumi";

/** The value, with all that is in it; undefined for one that only an `up` makes. */
export async function known<T>(value: pulumi.Input<T>): Promise<T | undefined> {
  const output = pulumi.output(value) as unknown as { isKnown: Promise<boolean>; promise(): Promise<T> };
  return (await output.isKnown) ? output.promise() : undefined;
}
