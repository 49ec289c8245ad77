/** Brings a stack of the local backend back into order after an update that was killed. */
import { isLocalBackend } from "../commands/pulumi/backend";
import type { LocalEnvironment } from "../commands/pulumi/environment";
import { configuredNomadAddress } from "../commands/pulumi/nomadVariables";
import { repoRoot } from "../commands/base/paths";
import type { AgentAccess } from "../commands/pulumi/laptop";
import { isRunning } from "./processes";
import { run } from "../commands/base/run";
import { locksOf } from "../commands/pulumi/stackLock";
import { latestState, type PendingOperation } from "../commands/pulumi/stackState";

/** Process ids of updates of the stack that run now. */
export function updatesOf(stack: string): number[] {
  return locksOf(stack)
    .map(({ pid }) => pid)
    .filter(isRunning);
}

function pendingCreates(stack: string): PendingOperation[] {
  return latestState(stack).pending_operations.filter(({ type }) => type === "creating");
}

/**
 * What a killed update may have made without recording it. Docker would refuse its name to the next update,
 * and a job would outlive `npm run stop`. Volumes are left: creating one that exists finds it, rows and all.
 */
async function removeUnrecorded(
  { type, inputs }: PendingOperation["resource"],
  nomad: AgentAccess | undefined,
): Promise<string | undefined> {
  switch (type) {
    case "docker:index/container:Container":
      return removeFromDocker("container", inputs?.name, ["--force"], ["--all"]);
    case "docker:index/network:Network":
      return removeFromDocker("network", inputs?.name, [], []);
    case "nomad:index/job:Job":
      return removeFromNomad(nomad, "job", jobId(inputs?.jobspec), "?purge=true");
    case "nomad:index/variable:Variable":
      return removeFromNomad(nomad, "var", inputs?.path, "");
    default:
      return undefined;
  }
}

function jobId(jobspec: string | undefined): string | undefined {
  return jobspec === undefined ? undefined : (JSON.parse(jobspec) as { Job: { ID: string } }).Job.ID;
}

async function removeFromDocker(
  kind: string,
  name: string | undefined,
  force: string[],
  all: string[],
): Promise<string | undefined> {
  if (!name) return undefined;
  const { stdout } = await run("docker", [kind, "ls", ...all, "--quiet", "--filter", `name=^${name}$`]);
  const ids = stdout.split("\n").filter(Boolean);
  for (const id of ids) await run("docker", [kind, "rm", ...force, id]);
  return ids.length > 0 ? `the ${kind} ${name}` : undefined;
}

/** @param nomad undefined for a cluster that is not this clone's own: nothing is removed there. */
async function removeFromNomad(
  nomad: AgentAccess | undefined,
  kind: "job" | "var",
  name: string | undefined,
  query: string,
): Promise<string | undefined> {
  if (!nomad || !name) return undefined;
  const path = name.split("/").map(encodeURIComponent).join("/");
  const response = await fetch(`${nomad.address}/v1/${kind}/${path}${query}`, {
    method: "DELETE",
    headers: { "X-Nomad-Token": nomad.token },
    signal: AbortSignal.timeout(10_000),
  });
  return response.ok ? `the ${kind === "job" ? "job" : "variable"} ${name}` : undefined;
}

function ownAgent({ NOMAD_ADDR: address, NOMAD_TOKEN: token }: NodeJS.ProcessEnv): AgentAccess | undefined {
  return address === undefined || token === undefined ? undefined : { address, token };
}

/** Releases the lock of an update that no longer runs, and forgets what it had begun. */
export async function recoverInterruptedUpdate(
  { pulumi, env }: LocalEnvironment,
  stack: string,
  say: (line: string) => void,
): Promise<void> {
  if (!isLocalBackend()) return;
  if (locksOf(stack).length > 0 && updatesOf(stack).length === 0) {
    await run(pulumi, ["cancel", "--yes", "--stack", stack], { env, cwd: repoRoot });
    say(`Released the lock of an update of stack ${stack} that was killed`);
  }
  const pending = pendingCreates(stack);
  if (pending.length === 0) return;
  const nomad = configuredNomadAddress(stack) === undefined ? ownAgent(env) : undefined;
  for (const { resource } of pending) {
    const removed = await removeUnrecorded(resource, nomad);
    if (removed) say(`Removed ${removed}, which an interrupted update had begun`);
  }
  await run(pulumi, ["refresh", "--yes", "--clear-pending-creates", "--stack", stack], {
    env,
    cwd: repoRoot,
  });
  say(`Forgot ${pending.length} unfinished operations of stack ${stack}`);
}
