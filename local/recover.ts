/** Brings a stack of the local backend back into order after an update that was killed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isLocalBackend, type LocalEnvironment } from "./environment";
import { repoRoot, stateDir } from "./paths";
import { run } from "./run";

interface PendingOperation {
  type: string;
  resource: { type: string; inputs?: { name?: string } };
}

interface StackState {
  checkpoint: { latest?: { pending_operations?: PendingOperation[] } };
}

function pulumiFolder(...parts: string[]): string {
  return join(stateDir, "state", ".pulumi", ...parts);
}

/** Process ids of updates that hold the stack's lock. */
function lockHolders(stack: string): number[] {
  const folder = pulumiFolder("locks", "organization", "django-nomad", stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { pid: number }).pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function pendingCreates(stack: string): PendingOperation[] {
  const file = pulumiFolder("stacks", "django-nomad", `${stack}.json`);
  if (!existsSync(file)) return [];
  const state = JSON.parse(readFileSync(file, "utf8")) as StackState;
  return (state.checkpoint.latest?.pending_operations ?? []).filter(({ type }) => type === "creating");
}

/**
 * Docker objects that a killed update may have left unrecorded: their names are taken, so the next update
 * could not create them. Volumes are not among them: creating one that exists finds it, rows and all.
 */
async function removeUnrecorded(
  { type, inputs }: PendingOperation["resource"],
  say: (line: string) => void,
): Promise<void> {
  const kind = { "docker:index/container:Container": "container", "docker:index/network:Network": "network" }[
    type
  ];
  if (!kind || !inputs?.name) return;
  const { stdout } = await run("docker", [
    kind,
    "ls",
    ...(kind === "container" ? ["--all"] : []),
    "--quiet",
    "--filter",
    `name=^${inputs.name}$`,
  ]);
  for (const id of stdout.split("\n").filter(Boolean)) {
    await run("docker", [kind, "rm", ...(kind === "container" ? ["--force"] : []), id]);
    say(`Removed the ${kind} ${inputs.name} that an interrupted update had left behind`);
  }
}

/** Releases the lock of an update that no longer runs, and forgets what it had begun. */
export async function recoverInterruptedUpdate(
  { pulumi, env }: LocalEnvironment,
  stack: string,
  say: (line: string) => void,
): Promise<void> {
  if (!isLocalBackend()) return;
  const holders = lockHolders(stack);
  if (holders.length > 0 && !holders.some(isAlive)) {
    await run(pulumi, ["cancel", "--yes", "--stack", stack], { env, cwd: repoRoot });
    say(`Released the lock of an update of stack ${stack} that was killed`);
  }
  const pending = pendingCreates(stack);
  if (pending.length === 0) return;
  for (const { resource } of pending) await removeUnrecorded(resource, say);
  await run(pulumi, ["refresh", "--yes", "--clear-pending-creates", "--stack", stack], {
    env,
    cwd: repoRoot,
  });
  say(`Forgot ${pending.length} unfinished operations of stack ${stack}`);
}
