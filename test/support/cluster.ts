/** A Nomad for tests, apart from whatever else runs on the machine. */
import { startNomadAgent } from "../contract/support/nomadAgent";

export interface Cluster {
  address: string;
  stop(): Promise<void>;
}

/** Starts a Nomad agent of the caller's own; `stop` takes it down with everything that it ran. */
export function startCluster(): Promise<Cluster> {
  return startNomadAgent();
}
