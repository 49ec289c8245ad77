/**
 * What the set-up of a laptop (`local/`) adds to a Pulumi installation. Nothing here needs it: without that folder the
 * commands use the `pulumi` on PATH, the published plugins, and the cluster that the stack names.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../base/paths";

/** What a command needs to talk to an agent of Nomad's. */
export interface AgentAccess {
  /** For example http://127.0.0.1:4646. */
  address: string;
  /** May do everything there. */
  token: string;
}

export interface Laptop {
  /** The Pulumi CLI: from PATH, or one that was built here. */
  pulumi(): Promise<string>;
  /** The Nomad CLI that `npm start` uses, when it is there. */
  nomad(): string | undefined;
  /** This clone's own Nomad agent, when it runs. */
  runningAgent(): AgentAccess | undefined;
  /** True for every way to write the agent's address that leads to it. */
  isAgentAddress(url: string): boolean;
  /** The folder of the offline stand-ins' executables, made when it is not there or out of date. */
  standIns(): Promise<string>;
}

/** Undefined where the folder is not there. */
export async function laptop(): Promise<Laptop | undefined> {
  const file = join(repoRoot, "local", "laptop.ts");
  if (!existsSync(file)) return undefined;
  return ((await import(file)) as { laptop: Laptop }).laptop;
}
