/** What a Nomad agent leaves on the machine when it was killed: processes, containers, mounts, files. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { run } from "../commands/base/run";
import { childrenOf, kill } from "./processes";

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

/** True for one of Nomad's own processes that has a file in this folder open. */
function isHelperIn(folder: string, pid: number): boolean {
  try {
    if (basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "")) !== "nomad") return false;
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${folder}/`),
    );
  } catch {
    // It has ended, it is a kernel thread, or it belongs to another user.
    return false;
  }
}

/**
 * Ends the helpers of an agent that no longer runs: Nomad has a process for the logs of each task, and one for each command
 * that runs without a container. They have files of the agent's folder open.
 */
export function endHelpers(folder: string): void {
  const helpers = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && isHelperIn(folder, pid));
  for (const pid of helpers.flatMap((helper) => [...childrenOf(helper), helper])) kill(pid);
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
  endHelpers(dataDir);
  unmountBelow(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  return containers;
}
