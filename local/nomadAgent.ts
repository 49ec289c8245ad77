/** A Nomad dev agent of this clone's own: loopback only, on ports of its own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { removeLeftovers } from "./leftovers";
import { cloneId, stateDir } from "./paths";
import { logFile, runningPid, startBackground, stopBackground } from "./processes";
import { UserError } from "./step";

const processName = "nomad";

/** Of this clone's agent: tells its containers from those of others. */
const agentName = `django-nomad-${cloneId}`;

const home = join(stateDir, "nomad");
const dataDir = join(home, "data");

export interface Agent {
  /** For example http://127.0.0.1:4646. */
  address: string;
  startedNow: boolean;
}

interface Ports {
  http: number;
  rpc: number;
  serf: number;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Where an agent's ports may be. */
export const agentPortRange = { first: 4646, last: 9548 };

/**
 * Nomad's usual ports when all are free, else the next hundreds: never another agent's.
 * @throws {UserError} when none are free.
 */
export async function freePorts(): Promise<Ports> {
  const { first, last } = agentPortRange;
  for (let http = first; http < last; http += 100) {
    const ports = { http, rpc: http + 1, serf: http + 2 };
    const free = await Promise.all(Object.values(ports).map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new UserError(
    `No three free ports for a Nomad agent between ${first} and ${last} on 127.0.0.1: free some and try again`,
  );
}

/**
 * The agent's configuration. Exported for the tests' clusters.
 * @param name of the agent; unset, it is the machine's.
 */
export function agentConfig(ports: Ports, dataDir: string, name?: string): string {
  return `${name === undefined ? "" : `\nname                 = "${name}"`}
data_dir             = "${dataDir}"
bind_addr            = "127.0.0.1"
disable_update_check = true
log_level            = "INFO"

ports {
  http = ${ports.http}
  rpc  = ${ports.rpc}
  serf = ${ports.serf}
}

client {
  # Nothing on a developer's machine should ask a cloud who it is.
  options = {
    "fingerprint.denylist" = "env_aws,env_azure,env_gce,env_digitalocean"
  }
}

plugin "docker" {
  config {
    # By its label an agent's container is found when the agent was killed.
    extra_labels = ["node_name"]
    gc {
      # The sample images are built here and can't be pulled again.
      image = false
      # Another clone's containers are not this agent's to remove: it knows none of them.
      dangling_containers {
        enabled = false
      }
    }
  }
}
`;
}

async function isReady(address: string): Promise<boolean> {
  try {
    const response = await fetch(`${address}/v1/nodes`);
    if (!response.ok) return false;
    const nodes = (await response.json()) as {
      Status: string;
      Drivers?: Record<string, { Healthy: boolean }>;
    }[];
    return nodes.some((node) => node.Status === "ready" && node.Drivers?.docker?.Healthy === true);
  } catch {
    // Not listening yet.
    return false;
  }
}

async function untilReady(address: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isReady(address))) {
    if (runningPid(processName) === undefined) {
      throw new UserError(`Nomad ended at once; its last lines:\n${lastLines()}`);
    }
    if (Date.now() > deadline) {
      throw new UserError(
        `Nomad was not ready with a healthy Docker driver after 60 s; its last lines:\n${lastLines()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function lastLines(): string {
  return readFileSync(logFile(processName), "utf8").trimEnd().split("\n").slice(-15).join("\n");
}

function addressFile(): string {
  return join(home, "address");
}

/** The address of this clone's agent, when it runs. */
export function agentAddress(): string | undefined {
  if (runningPid(processName) === undefined || !existsSync(addressFile())) return undefined;
  return readFileSync(addressFile(), "utf8").trim();
}

/** Finds this clone's agent or starts it; ready means that it can run containers. */
export async function ensureAgent(nomad: string): Promise<Agent> {
  const running = agentAddress();
  if (running) {
    await untilReady(running);
    return { address: running, startedNow: false };
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return { address: await startAgent(nomad), startedNow: true };
    } catch (error) {
      // Another clone may take the ports between our look at them and Nomad's: then the next ones are free.
      const lostRace = error instanceof UserError && error.message.includes("address already in use");
      if (!lostRace || attempt === 5) throw error;
    }
  }
}

async function startAgent(nomad: string): Promise<string> {
  // A dev agent keeps nothing: after one that was killed, its containers belong to nobody.
  await removeLeftovers(agentName, dataDir);
  mkdirSync(home, { recursive: true });
  const ports = await freePorts();
  const config = join(home, "agent.hcl");
  writeFileSync(config, agentConfig(ports, dataDir, agentName));
  const address = `http://127.0.0.1:${ports.http}`;
  writeFileSync(addressFile(), `${address}\n`);
  const { AWS_CA_BUNDLE: _unused, ...env } = process.env; // Nomad fails to start with it.
  startBackground(processName, nomad, ["agent", "-dev", `-config=${config}`], { env });
  await untilReady(address);
  return address;
}

/** True while the agent runs, and after it was killed until {@link stopAgent} has cleared away. */
export function hasAgentLeft(): boolean {
  return runningPid(processName) !== undefined || existsSync(dataDir);
}

/**
 * Stops the agent, or takes away what one that was killed has left.
 * @returns what was done, in words.
 */
export async function stopAgent(): Promise<string> {
  const wasRunning = await stopBackground(processName);
  const left = await removeLeftovers(agentName, dataDir);
  const also = left > 0 ? `, removed ${left} container(s) that it left` : "";
  return `${wasRunning ? "stopped" : "was not running"}${also}`;
}
