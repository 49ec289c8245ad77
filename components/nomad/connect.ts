/** The cluster that the provider talks to. */
import * as pulumi from "@pulumi/pulumi";
import { NomadApi, nomadConnection, type Patience } from "./api";

/** False under Pulumi's mocks: programs that import the component must be testable with them. */
export function canHook(): boolean {
  return typeof pulumi.runtime.getMonitor()?.registerResourceHook === "function";
}

/**
 * @param namespace of the job; unset, it is where the environment says, as for the provider.
 * @param signal ends every call.
 */
export function connect(namespace: string | undefined, signal: AbortSignal, patience?: Patience): NomadApi {
  const config = new pulumi.Config("nomad");
  return new NomadApi(
    nomadConnection((name) => config.get(name)),
    namespace ?? process.env.NOMAD_NAMESPACE,
    signal,
    patience,
  );
}
