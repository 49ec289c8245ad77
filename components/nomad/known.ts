/** What Pulumi knows of a value now. The SDK can tell, but does not declare it. */
import * as pulumi from "@pulumi/pulumi";

/** The value, with all that is in it; undefined for one that only an `up` makes. */
export async function known<T>(value: pulumi.Input<T>): Promise<T | undefined> {
  return (await isKnown(value)) ? insideOf(value).promise() : undefined;
}

/** False for a value that only an `up` makes. */
export function isKnown(value: pulumi.Input<unknown>): Promise<boolean> {
  return insideOf(value).isKnown;
}

function insideOf<T>(value: pulumi.Input<T>): { isKnown: Promise<boolean>; promise(): Promise<T> } {
  return pulumi.output(value) as unknown as ReturnType<typeof insideOf<T>>;
}
