/** What a run takes of memory and disks, in MB. Measured on two cores, and rounded up. */
import type { Facts } from "./problems";

/** A file system, and what it is wanted for. */
export interface Disk {
  /** Folders on it. */
  paths: string[];
  /** MB. */
  free: number;
  uses: DiskUse[];
}

export type DiskUse = "clone" | "modules" | "compiled" | "cache" | "docker";

/** Compilers and the linker together, at the worst moment. */
const building = 2000;
/** Nomad, PostgreSQL, Pulumi with its plugins, and three instances of 300 MB during a release. */
const running = 1500;

export function memoryNeed({ toolsToBuild, agentPorts }: Facts): { megabytes: number; purpose: string } {
  if (toolsToBuild.length > 0)
    return { megabytes: building, purpose: `to build ${toolsToBuild.join(" and ")}` };
  // An agent that runs has its memory already.
  const megabytes = agentPorts === undefined ? 0 : running;
  return { megabytes, purpose: "for Nomad, PostgreSQL and the site" };
}

export function diskNeed(use: DiskUse, { toolsToBuild, imagesToMake, agentPorts }: Facts): number {
  const builds = toolsToBuild.length > 0;
  const makes = imagesToMake?.length !== 0;
  const starts = agentPorts !== undefined;
  switch (use) {
    case "clone":
      // Nomad sets 300 MB aside for each instance.
      return starts ? 1200 : 0;
    case "modules":
      return builds ? 3600 : 0;
    case "compiled":
      return builds ? 2900 : 0;
    case "cache":
      return (builds ? 300 : 0) + (makes ? 600 : 0);
    case "docker":
      return (makes ? 1000 : 0) + (starts ? 500 : 0);
  }
}

export function inGb(megabytes: number): string {
  return `${(megabytes / 1000).toFixed(1)} GB`;
}
