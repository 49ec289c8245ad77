/** The token of this clone's Nomad agent: made once, readable by its owner alone, the same for every agent of this clone. */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { repoRoot, stateDir } from "../commands/base/paths";
import { UserError } from "../commands/base/step";

/** Where the agent's files are. */
export const agentHome = join(stateDir, "nomad");

const file = join(agentHome, "token");

/** For messages: from the root of the clone where it is below it. */
export const tokenFile = file.startsWith(`${repoRoot}/`) ? relative(repoRoot, file) : file;

/** Undefined when none was made yet. */
export function agentToken(): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8").trim() || undefined : undefined;
}

/** The token; makes it when there is none. Others can read neither the file nor anything beside it. */
export function ensureToken(): string {
  mkdirSync(agentHome, { recursive: true, mode: 0o700 });
  closeToOthers(agentHome, 0o700);
  const known = agentToken();
  if (known !== undefined) {
    closeToOthers(file, 0o600);
    return known;
  }
  const token = randomUUID();
  rmSync(file, { force: true });
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: "wx" });
  return token;
}

/** After it the next agent gets another one. */
export function forgetToken(): void {
  rmSync(file, { force: true });
}

function closeToOthers(path: string, mode: number): void {
  if ((statSync(path).mode & 0o777) === mode) return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    throw new UserError(
      `${path} belongs to another user, so others may read the token of this clone's Nomad agent, and this command can't ` +
        `prevent it. Run the command as its owner, or make it yours: sudo chown -R $(id -u):$(id -g) ${agentHome}`,
    );
  }
}

/**
 * Makes the token the management token of a new agent, which keeps nothing of the one before it.
 * @returns false when the agent has another one already.
 */
export async function bootstrapAgent(address: string, token: string): Promise<boolean> {
  const response = await fetch(`${address}/v1/acl/bootstrap`, {
    method: "POST",
    body: JSON.stringify({ BootstrapSecret: token }),
  });
  // Anything else is an agent that has no leader yet: it is asked again.
  return !(response.status === 400 && /already done/.test(await response.text()));
}
