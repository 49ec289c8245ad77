/** What this folder does for the commands: see commands/pulumi/laptop.ts, which looks for this file. */
import { join } from "node:path";
import { stateDir } from "../commands/base/paths";
import type { Laptop } from "../commands/pulumi/laptop";
import { isAgentAddress, runningAgent } from "./nomadAgent";
import { ensureTool, findTool } from "./tools";

export const laptop: Laptop = {
  pulumi: async () => (await ensureTool("pulumi")).path,
  nomad: () => findTool("nomad"),
  runningAgent,
  isAgentAddress: (url) => isAgentAddress(url),
  // Loaded when a plugin is missing: most machines have the published ones.
  standIns: async () => (await import("@django-nomad/offline")).buildPlugins(join(stateDir, "plugins")),
};
