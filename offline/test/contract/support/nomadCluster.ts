import { startNomadAgent } from "../../../../test/contract/support/nomadAgent";

/** A Nomad to run contract tests against: the one in NOMAD_ADDR_TEST, else one started for them. */
export async function nomadForTests(): Promise<{ address: string; stop(): Promise<void> }> {
  const address = process.env.NOMAD_ADDR_TEST;
  return address ? { address, stop: async () => undefined } : startNomadAgent();
}
