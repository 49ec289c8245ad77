/** What the agents of a test's cluster start, and what they leave behind. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { AgentProcess } from "../contract/support/nomadAgent";

/** An agent keeps a helper process for each container's log, which would outlive it. */
export async function killTree(agent: AgentProcess): Promise<void> {
  const helpers = childrenOf(agent.pid);
  await agent.end("SIGKILL");
  for (const pid of helpers) kill(pid);
}

/** SIGKILL to a process, or to a group by its negative number, unless it has ended. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" "))
      .filter(Boolean)
      .map(Number);
  } catch {
    // It has ended already.
    return [];
  }
}

/** Removes the containers of agents in that folder: Nomad forgets what a purged job ran, and that may still be stopping. */
export function removeContainers(home: string): void {
  const ids = execFileSync("docker", ["ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Mounts}}"], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => line.includes(`${home}/`))
    .map((line) => line.split(" ")[0]);
  if (ids.length > 0) execFileSync("docker", ["rm", "--force", "--volumes", ...ids]);
}
