import * as pulumi from "@pulumi/pulumi";

/** False under Pulumi's mocks: programs that import the component must be testable with them. */
export function canHook(): boolean {
  return typeof pulumi.runtime.getMonitor()?.registerResourceHook === "function";
}
