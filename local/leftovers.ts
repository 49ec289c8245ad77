/** What a Nomad agent leaves on the machine when it was killed: containers, mounts, files. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { run } from "../commands/base/run";

/** Nomad's Docker driver puts the agent's name on every container (`extra_labels` of its plugin). */
const nodeLabel = "com.hashicorp.nomad.node_name";

/** Nomad leaves the secrets folders of allocations mounted until it collects its garbage. */
export function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const below = mounts
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  if (below.length > 0) execFileSync("umount", below);
}

/** Removes the containers that the agent of this name started. @returns how many. */
async function removeContainersOf(agentName: string): Promise<number> {
  const { stdout } = await run("docker", [
    "ps",
    "--all",
    "--quiet",
    "--filter",
    `label=${nodeLabel}=${agentName}`,
  ]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await run("docker", ["rm", "--force", "--volumes", ...ids]);
  return ids.length;
}

/** Takes away what an agent that no longer runs has left: nothing knows of it any more. */
export async function removeLeftovers(agentName: string, dataDir: string): Promise<number> {
  const containers = await removeContainersOf(agentName);
  unmountBelow(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  return containers;
}
