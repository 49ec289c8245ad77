/** What Nomad agents on this machine are told, in Nomad's own language, and on which ports they listen. */
import { createServer } from "node:net";
import { UserError } from "../commands/base/step";

export interface Ports {
  http: number;
  rpc: number;
  serf: number;
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Where an agent's ports may be. */
export const agentPortRange = { first: 4646, last: 9548 };

/** The ports of the agent that has this one for its API. */
export function portsFrom(http: number): Ports {
  return { http, rpc: http + 1, serf: http + 2 };
}

/**
 * Nomad's usual ports when all are free, else the next hundreds: never another agent's.
 * @throws {UserError} when none are free.
 */
export async function freePorts(): Promise<Ports> {
  const { first, last } = agentPortRange;
  for (let http = first; http < last; http += 100) {
    const ports = portsFrom(http);
    const free = await Promise.all(Object.values(ports).map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new UserError(
    `No three free ports for a Nomad agent between ${first} and ${last} on 127.0.0.1: free some and try again`,
  );
}

/** Where agents without a range of their own, as Nomad itself, give out ports: from here to 32000. */
const firstServicePort = 20_000;
const servicePortsOfAgent = 240;

/** For an agent's services: no other clone's agent gives them out, and agents don't ask one another. */
function servicePorts({ http }: Ports): string {
  const first = firstServicePort + Math.floor((http - agentPortRange.first) / 100) * servicePortsOfAgent;
  return `
  min_dynamic_port = ${first}
  max_dynamic_port = ${first + servicePortsOfAgent - 1}`;
}

/** Parts of a configuration that not every agent has. */
interface Parts {
  top?: string;
  client?: string;
  clientOptions?: string;
  docker?: string;
}

function configuration(ports: Ports, dataDir: string, parts: Parts): string {
  return `${parts.top ?? ""}
data_dir             = "${dataDir}"
bind_addr            = "127.0.0.1"
disable_update_check = true
log_level            = "INFO"

ports {
  http = ${ports.http}
  rpc  = ${ports.rpc}
  serf = ${ports.serf}
}

client {${parts.client ?? ""}
  # Nothing on a developer's machine should ask a cloud who it is.
  options = {
    "fingerprint.denylist" = "env_aws,env_azure,env_gce,env_digitalocean"${parts.clientOptions ?? ""}
  }
}

plugin "docker" {
  config {
    # By its label an agent's container is found when the agent was killed.
    extra_labels = ["node_name"]${parts.docker ?? ""}
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

/** Of the tests' agents: every driver, and no access control unless they add it. */
export function agentConfig(ports: Ports, dataDir: string): string {
  return configuration(ports, dataDir, {});
}

/**
 * Of this clone's own agent. It runs as the user who started it, often root: nobody without its token can ask it for
 * anything, and no container of a job gets a folder of the machine.
 * @param peers what keeps other agents out.
 */
export function ownAgentConfig(ports: Ports, dataDir: string, name: string, peers: string): string {
  return configuration(ports, dataDir, {
    top: `
name                 = "${name}"

acl {
  enabled = true
}
${peers}`,
    client: servicePorts(ports),
    clientOptions: `
    # Dev mode would switch on raw_exec, which runs any command as the agent's user.
    "driver.allowlist"     = "docker"`,
    docker: `
    allow_privileged = false
    # Dev mode would let containers mount any folder of the machine.
    volumes {
      enabled = false
    }`,
  });
}
