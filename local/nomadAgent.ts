/**
 * A Nomad dev agent of this clone's own: loopback only, on ports of its own, Docker alone, and nothing without its token.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, ownAgentConfig, type Ports, portsFrom } from "./agentConfig";
import { makePeerSecrets, peersConfig } from "./agentPeers";
import { agentHome, agentToken, bootstrapAgent, ensureToken } from "./agentToken";
import { removeLeftovers } from "./leftovers";
import { isListenerOf } from "./listener";
import { cloneId } from "../commands/base/paths";
import { logFile, runningPid, startBackground, stopBackground } from "./processes";
import { UserError } from "../commands/base/step";
import type { AgentAccess } from "../commands/pulumi/laptop";

const processName = "nomad";

/** Of this clone's agent: tells its containers from other agents' containers. */
const agentName = `django-nomad-${cloneId}`;

const dataDir = join(agentHome, "data");
const addressFile = join(agentHome, "address");
const configFile = join(agentHome, "agent.hcl");

export interface Agent extends AgentAccess {
  /** It took the place of one that this version can't use. */
  replaced: boolean;
}

/** The agent knows another token than this clone's. */
class NotOurs extends UserError {}

async function isReady({ address, token }: AgentAccess): Promise<boolean> {
  // Between the look at a free port and Nomad's listening, another user or another clone may take it: no token is sent
  // to them, and no agent of theirs gets ours.
  const pid = runningPid(processName);
  if (pid === undefined || !isListenerOf(pid, Number(new URL(address).port))) return false;
  const ask = () => fetch(`${address}/v1/nodes`, { headers: { "X-Nomad-Token": token } });
  try {
    let response = await ask();
    if (response.status === 403) {
      const given = await bootstrapAgent(address, token);
      response = await ask();
      // Another command of this clone may have given the same token a moment before.
      if (!given && response.status === 403) {
        throw new NotOurs(
          `The Nomad agent at ${address} got another token than this clone's while it started`,
        );
      }
    }
    if (!response.ok) return false;
    const nodes = (await response.json()) as {
      Status: string;
      Drivers?: Record<string, { Healthy: boolean }>;
    }[];
    return nodes.some((node) => node.Status === "ready" && node.Drivers?.docker?.Healthy === true);
  } catch (error) {
    if (error instanceof NotOurs) throw error;
    // Not listening yet.
    return false;
  }
}

async function untilReady(agent: AgentAccess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isReady(agent))) {
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

/** True for every way to write the agent's address that leads to it. */
export function isAgentAddress(url: string, agent = agentAddress()): boolean {
  if (agent === undefined || !URL.canParse(url)) return false;
  const { protocol, hostname, port } = new URL(url);
  return protocol === "http:" && /^(127\.0\.0\.1|localhost)$/.test(hostname) && port === new URL(agent).port;
}

/** The address of this clone's agent, when it runs. */
export function agentAddress(): string | undefined {
  if (runningPid(processName) === undefined || !existsSync(addressFile)) return undefined;
  return readFileSync(addressFile, "utf8").trim();
}

function ownConfig(ports: Ports): string {
  return ownAgentConfig(ports, dataDir, agentName, peersConfig);
}

/** Undefined for an agent that was started with other settings, as one of before access control, or without a token. */
export function accessTo(address: string): AgentAccess | undefined {
  const settings = ownConfig(portsFrom(Number(new URL(address).port)));
  const token = agentToken();
  const isSame = existsSync(configFile) && readFileSync(configFile, "utf8") === settings;
  return isSame && token !== undefined ? { address, token } : undefined;
}

/**
 * This clone's agent, when it runs.
 * @throws {UserError} when another version of this project has started it.
 */
export function runningAgent(): AgentAccess | undefined {
  const address = agentAddress();
  if (address === undefined) return undefined;
  const access = accessTo(address);
  if (access) return access;
  throw new UserError(
    `This clone's Nomad agent at ${address} was started with other settings or another token than this version uses, ` +
      "and may let others in. Nothing was changed. `npm start` replaces the agent and deploys the dev stack again; " +
      "another stack comes back with its next `up`",
  );
}

/** Finds this clone's agent or starts it; ready means that it can run containers. One that can't be used is replaced. */
export async function ensureAgent(nomad: string): Promise<Agent> {
  const running = agentAddress();
  if (running === undefined) return { ...(await startOnFreePorts(nomad)), replaced: false };
  const access = accessTo(running);
  if (access && (await isOurs(access))) return { ...access, replaced: false };
  await stopAgent();
  return { ...(await startOnFreePorts(nomad)), replaced: true };
}

async function isOurs(access: AgentAccess): Promise<boolean> {
  ensureToken();
  try {
    await untilReady(access);
    return true;
  } catch (error) {
    if (error instanceof NotOurs) return false;
    throw error;
  }
}

async function startOnFreePorts(nomad: string): Promise<AgentAccess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startAgent(nomad);
    } catch (error) {
      // Another clone may take the ports between our look at them and Nomad's: then the next ones are free.
      const lostRace = error instanceof UserError && error.message.includes("address already in use");
      if (!lostRace || attempt === 5) throw error;
    }
  }
}

async function startAgent(nomad: string): Promise<AgentAccess> {
  const token = ensureToken();
  const [ports, secrets] = await Promise.all([
    freePorts(),
    makePeerSecrets(nomad),
    // A dev agent keeps nothing: after one that was killed, its containers belong to nobody.
    removeLeftovers(agentName, dataDir),
  ]);
  writeFileSync(configFile, ownConfig(ports));
  const address = `http://127.0.0.1:${ports.http}`;
  writeFileSync(addressFile, `${address}\n`);
  const { AWS_CA_BUNDLE: _unused, ...env } = process.env; // Nomad fails to start with it.
  const configs = [configFile, secrets].map((file) => `-config=${file}`);
  startBackground(processName, nomad, ["agent", "-dev", ...configs], { env });
  try {
    await untilReady({ address, token });
  } catch (error) {
    // Somebody was quicker with a token of their own: theirs must not go on.
    if (error instanceof NotOurs) await stopAgent();
    throw error;
  }
  return { address, token };
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
