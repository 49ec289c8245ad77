import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endHelpers, unmountBelow } from "../../../local/leftovers";
import { agentConfig } from "../../../local/agentConfig";
import { ensureTool } from "../../../local/tools";
import { forget, remember } from "../../support/leftovers";
import { waitUntil } from "../../support/waiting";

/** A Nomad agent of a test's own: one server and one client on free loopback ports. */
export interface NomadAgent {
  address: string;
  /** The management token, when access control is on. */
  token?: string;
  stop(): Promise<void>;
}

/**
 * Starts `nomad agent -dev` and waits until it can place allocations.
 * @throws Error with the end of its log when it does not start.
 */
export async function startNomadAgent({ acl = false } = {}): Promise<NomadAgent> {
  const nomad = await ensureTool("nomad");
  const [http, rpc, serf] = (await freePorts(3)) as [number, number, number];
  const home = mkdtempSync(join(tmpdir(), "django-nomad-agent-"));
  remember({ kind: "home", path: home });
  const config = join(home, "agent.hcl");
  writeFileSync(
    config,
    `${agentConfig({ http, rpc, serf }, join(home, "data"))}\nacl {\n  enabled = ${acl}\n}\n`,
  );
  const agent = spawnAgent(nomad.path, ["-dev", `-config=${config}`], join(home, "agent.log"));
  const stop = async () => {
    await agent.end("SIGINT");
    endHelpers(home);
    unmountBelow(home);
    rmSync(home, { recursive: true, force: true });
    forget({ kind: "home", path: home });
  };

  const address = `http://127.0.0.1:${http}`;
  const ready = (token?: string) => async () => {
    agent.mustRun();
    return hasReadyNode(address, token);
  };
  try {
    if (!acl) {
      await waitUntil("a ready Nomad node", ready());
      return { address, stop };
    }
    await waitUntil("Nomad's leader", async () => (await get(address, "/v1/status/leader")).includes(":"));
    const bootstrapped = await fetch(`${address}/v1/acl/bootstrap`, { method: "POST" });
    const token = ((await bootstrapped.json()) as { SecretID: string }).SecretID;
    await waitUntil("a ready Nomad node", ready(token));
    return { address, token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A process of Nomad that a test has started. */
export interface AgentProcess {
  pid: number;
  /** @throws Error with the end of its log when it has ended. */
  mustRun(): void;
  /** Sends the signal, unless it has ended, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `nomad agent`; what it prints goes to the file `log`. */
export function spawnAgent(nomad: string, args: string[], log: string): AgentProcess {
  // An inherited AWS_CA_BUNDLE keeps Nomad from starting, and NOMAD_ variables are the caller's.
  const inherited = Object.entries(process.env).filter(
    ([name]) => name !== "AWS_CA_BUNDLE" && !/^NOMAD_/.test(name),
  );
  const agent = spawn(nomad, ["agent", ...args], {
    env: Object.fromEntries(inherited),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = agent;
  if (pid === undefined) throw new Error(`${nomad} could not be started`);
  remember({ kind: "process", pid });
  const file = createWriteStream(log);
  agent.stdout.pipe(file, { end: false });
  agent.stderr.pipe(file, { end: false });
  const exited = once(agent, "exit");
  const hasEnded = (): boolean => agent.exitCode !== null || agent.signalCode !== null;
  return {
    pid,
    mustRun() {
      if (hasEnded()) throw new Error(`Nomad ended:\n${readFileSync(log, "utf8").slice(-3000)}`);
    },
    async end(signal) {
      if (!hasEnded() && agent.kill(signal)) await exited;
      forget({ kind: "process", pid });
      file.end();
    },
  };
}

async function hasReadyNode(address: string, token = ""): Promise<boolean> {
  const nodes = await get(address, "/v1/nodes", token);
  return nodes !== "" && (JSON.parse(nodes) as { Status: string }[]).some(({ Status }) => Status === "ready");
}

/** Empty while nobody answers, and for every answer that is no success. */
async function get(address: string, path: string, token = ""): Promise<string> {
  try {
    const response = await fetch(`${address}${path}`, { headers: { "X-Nomad-Token": token } });
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => once(probe.close(), "close")));
  return ports;
}
