/** A Nomad cluster of a test file's own on this machine: one server, several clients. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Allocation, Deployment } from "../../components/nomad/models";
import { endHelpers, unmountBelow } from "../../local/leftovers";
import { agentConfig } from "../../local/agentConfig";
import { ensureTool } from "../../local/tools";
import { type AgentProcess, spawnAgent } from "../contract/support/nomadAgent";
import { advertise, clientConfig, serverConfig } from "./clusterConfig";
import { removeContainers } from "./removeContainers";
import { forget, remember } from "./leftovers";
import { type Lock, lockConfig, makeLock } from "./lock";
import { type PortBlock, takePortBlock } from "./portBlock";
import { send } from "./send";
import { waitUntil } from "./waiting";

/** An allocation and where it is. */
export interface PlacedAllocation extends Allocation {
  NodeID: string;
}

export interface ClusterOptions {
  /** @default 3 */
  clients?: number;
  /** What each client has to give, whatever the machine has: MB. @default 4000 */
  memory?: number;
  /** MHz. @default 10000 */
  cpu?: number;
  /** With access control, and over TLS alone, signed by an authority of its own. @default false */
  locked?: boolean;
  /** @default "global" */
  region?: string;
}

interface Node {
  ID: string;
  Name: string;
  Status: string;
  SchedulingEligibility: string;
  Drivers?: Record<string, { Healthy: boolean }>;
}

interface Agent {
  name: string;
  home: string;
  args: string[];
  process: AgentProcess;
}

const secondNs = 1e9;

/** Time of an event, as agents' logs have it. */
const clock = (nanoseconds = 0): string => new Date(nanoseconds / 1e6).toISOString().slice(11, 23);

export class Cluster {
  private readonly clients: Agent[] = [];
  private server: Agent | undefined;
  /** Of a locked cluster: the management token. */
  token: string | undefined;

  private constructor(
    /** Of the server's HTTP API. */
    readonly address: string,
    private readonly nomad: string,
    private readonly home: string,
    private readonly block: PortBlock,
    private readonly lock: Lock | undefined,
    private readonly region: string,
  ) {}

  /** Of a locked cluster: PEM file of its authority. */
  get authority(): string {
    return this.lock?.certificates.authority ?? "";
  }

  /** Starts everything and waits until every client can run containers. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const { clients = 3, memory = 4000, cpu = 10_000, locked = false, region = "global" } = options;
    const nomad = await ensureTool("nomad");
    const block = await takePortBlock();
    const [http, rpc, serf, ...clientPorts] = block.ports.splice(0, 3 + 3 * clients);
    const portsPerClient = Math.floor(block.ports.length / clients);
    const home = mkdtempSync(join(tmpdir(), "django-nomad-cluster-"));
    remember({ kind: "home", path: home });
    const lock = locked ? makeLock(home) : undefined;
    const address = `${locked ? "https" : "http"}://127.0.0.1:${http}`;
    const cluster = new Cluster(address, nomad.path, home, block, lock, region);
    try {
      cluster.server = cluster.startAgent("server", { http, rpc, serf }, serverConfig);
      if (locked) await cluster.bootstrap();
      // A client that finds no leader asks again only after 15 seconds.
      await cluster.untilReady(0);
      for (let number = 0; number < clients; number++) {
        const [ownHttp, ownRpc, ownSerf] = clientPorts.slice(3 * number);
        cluster.clients.push(
          cluster.startAgent(
            `client-${number + 1}`,
            { http: ownHttp, rpc: ownRpc, serf: ownSerf },
            clientConfig({
              server: rpc,
              memory,
              cpu,
              ports: portsPerClient,
              firstPort: block.ports[number * portsPerClient],
            }),
          ),
        );
      }
      await cluster.untilReady(clients);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private startAgent(name: string, ports: { http: number; rpc: number; serf: number }, role: string): Agent {
    // Nomad puts more than its data beside the data: each agent gets a parent folder of its own.
    const home = join(this.home, name);
    mkdirSync(home);
    const common = join(home, "agent.hcl");
    const own = join(home, "role.hcl");
    writeFileSync(common, agentConfig(ports, join(home, "data")));
    const lock = this.lock ? lockConfig(this.lock) : "";
    writeFileSync(own, `name = "${name}"\nregion = "${this.region}"\n${advertise(ports)}\n${role}\n${lock}`);
    const args = [`-config=${common}`, `-config=${own}`];
    return { name, home, args, process: spawnAgent(this.nomad, args, join(home, "agent.log")) };
  }

  /** Makes the first token, as the operator does once in a cluster's life. */
  private async bootstrap(): Promise<void> {
    await waitUntil("the management token", async () => {
      this.server?.process.mustRun();
      const made = await this.request<{ SecretID: string }>("POST", "/v1/acl/bootstrap").catch(
        () => undefined,
      );
      this.token = made?.SecretID;
      return made !== undefined;
    });
  }

  /** @param count clients; all unless given. */
  async untilReady(count = this.clients.length): Promise<void> {
    await waitUntil(`${count} clients are ready`, async () => {
      for (const { process } of [...this.clients, ...(this.server ? [this.server] : [])]) process.mustRun();
      const nodes = await this.nodes().catch(() => undefined);
      if (!nodes) return false;
      const ready = nodes.filter((node) => node.Status === "ready" && node.Drivers?.docker?.Healthy);
      return ready.length === count;
    });
  }

  /** @throws when Nomad answers with anything but success. */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { address, token, lock } = this;
    const { status, text } = await send(method, `${address}${path}`, {
      body,
      token,
      authority: lock?.certificates.authority,
    });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    // Some deletions have nothing to say.
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.request<T>("GET", path);
  }

  nodes(): Promise<Node[]> {
    return this.get<Node[]>("/v1/nodes");
  }

  allocations(job: string): Promise<PlacedAllocation[]> {
    return this.get<PlacedAllocation[]>(`/v1/job/${job}/allocations?all=true`);
  }

  /** Nodes, and a job's allocations with their tasks' last events: for the error of a test that waits in vain. */
  async account(job: string): Promise<string> {
    const nodes = (await this.nodes()).map(
      ({ ID, Name, Status, SchedulingEligibility }) =>
        `${Name} (${ID.slice(0, 8)}): ${Status}, ${SchedulingEligibility}`,
    );
    const newestFirst = (await this.allocations(job)).sort((a, b) => b.CreateIndex - a.CreateIndex);
    const allocations = newestFirst.map((allocation) => {
      const { ID, Name, NodeName, JobVersion, DesiredStatus, ClientStatus, DeploymentStatus } = allocation;
      const tasks = Object.entries(allocation.TaskStates ?? {}).map(
        ([name, { State, Events }]) =>
          `    ${name}: ${State}; ${(Events ?? [])
            .slice(-3)
            .map(({ Type, DisplayMessage, Time }) => `${clock(Time)} ${Type}: ${DisplayMessage}`)
            .join("; ")}`,
      );
      const health = DeploymentStatus?.Healthy ?? "no verdict";
      const what = `${Name} ${ID.slice(0, 8)} on ${NodeName}, version ${JobVersion}`;
      return [`  ${what}: wanted ${DesiredStatus}, is ${ClientStatus}, healthy: ${health}`, ...tasks].join(
        "\n",
      );
    });
    return [...nodes, ...allocations].join("\n");
  }

  /** The job's deployments, the newest first. */
  deployments(job: string): Promise<Deployment[]> {
    return this.get<Deployment[]>(`/v1/job/${job}/deployments?all=true`);
  }

  /** What a task has printed. */
  async log(allocationId: string, task: string, type: "stdout" | "stderr" = "stdout"): Promise<string> {
    const query = new URLSearchParams({ task, type, plain: "true" });
    const { address, token, lock } = this;
    const url = `${address}/v1/client/fs/logs/${allocationId}?${query}`;
    const { status, text } = await send("GET", url, { token, authority: lock?.certificates.authority });
    if (status >= 300) throw new Error(`log of ${allocationId}: ${status} ${text}`);
    return text;
  }

  /** Moves everything away from a node, as its operator does before maintenance. */
  async drain(nodeId: string): Promise<void> {
    const DrainSpec = { Deadline: 120 * secondNs, IgnoreSystemJobs: false };
    await this.request("PUT", `/v1/node/${nodeId}/drain`, { DrainSpec });
  }

  /** Ends a drain and lets the node take allocations again. */
  async undrain(nodeId: string): Promise<void> {
    await this.request("PUT", `/v1/node/${nodeId}/drain`, { DrainSpec: null, MarkEligible: true });
  }

  /**
   * SIGKILL to a task's container, as when it runs out of memory.
   * @returns false when it does not run (any more, or yet).
   */
  killTask(allocationId: string, task: string): boolean {
    try {
      execFileSync("docker", ["kill", `${task}-${allocationId}`], { stdio: "pipe" });
      return true;
    } catch (error) {
      if (/is not running|No such container/.test((error as Error).message)) return false;
      throw error;
    }
  }

  /** A node as after a power failure: its agent and everything that it ran is gone at once. */
  async lose(nodeId: string): Promise<void> {
    const { agent, name } = await this.agentOf(nodeId);
    await agent.process.end("SIGKILL");
    endHelpers(agent.home);
    removeContainers(agent.home);
    await waitUntil(`${name} counts as down`, async () =>
      (await this.nodes()).some(({ ID, Status }) => ID === nodeId && Status === "down"),
    );
  }

  /** Switches a lost node on again. */
  async revive(nodeId: string): Promise<void> {
    const { agent } = await this.agentOf(nodeId);
    agent.process = spawnAgent(this.nomad, agent.args, join(agent.home, "agent.log"));
    await this.untilReady(this.clients.length);
  }

  /** Says something of a node, as its operator does; what runs there runs on when it does not hold any more. */
  async setMeta(nodeId: string, name: string, value: string | null): Promise<void> {
    await this.request("POST", `/v1/client/metadata?node_id=${nodeId}`, { Meta: { [name]: value } });
    await waitUntil(`the server knows of ${name}`, async () => {
      const { Meta } = await this.get<{ Meta: Record<string, string> | null }>(`/v1/node/${nodeId}`);
      return (Meta?.[name] ?? null) === value;
    });
  }

  /** The server hangs: it takes connections and answers nothing. @returns what has it go on. */
  freezeServer(): () => void {
    const { server } = this;
    if (!server) throw new Error("this cluster has no server");
    process.kill(server.process.pid, "SIGSTOP");
    return () => void process.kill(server.process.pid, "SIGCONT");
  }

  /** The server's machine loses power: running instances go on, nobody answers Nomad's API. */
  async stopServer(): Promise<void> {
    await this.server?.process.end("SIGKILL");
  }

  /** Switches the server on again, with what it knew, and waits until it and its clients are ready. */
  async reviveServer(): Promise<void> {
    const { server } = this;
    if (!server) throw new Error("this cluster has no server");
    server.process = spawnAgent(this.nomad, server.args, join(server.home, "agent.log"));
    await this.untilReady(this.clients.length);
  }

  private async agentOf(nodeId: string): Promise<{ agent: Agent; name: string }> {
    const name = (await this.nodes()).find(({ ID }) => ID === nodeId)?.Name ?? nodeId;
    const agent = this.clients.find((client) => client.name === name);
    if (!agent) throw new Error(`${name} is no client of this cluster`);
    return { agent, name };
  }

  /** Takes down the agents and everything that they ran. */
  async stop(): Promise<void> {
    for (const { process } of this.clients) await process.end("SIGKILL");
    endHelpers(this.home);
    removeContainers(this.home);
    await this.server?.process.end("SIGKILL");
    unmountBelow(this.home);
    rmSync(this.home, { recursive: true, force: true });
    forget({ kind: "home", path: this.home });
    await this.block.release();
  }
}
