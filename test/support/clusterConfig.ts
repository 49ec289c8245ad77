/** What the agents of a test's cluster are told, in Nomad's own language. */

/** Where an agent says that it is: this machine alone. */
export function advertise({ http, rpc, serf }: { http: number; rpc: number; serf: number }): string {
  return `advertise {
  http = "127.0.0.1:${http}"
  rpc  = "127.0.0.1:${rpc}"
  serf = "127.0.0.1:${serf}"
}`;
}

/** Role of the one server. */
export const serverConfig = `
server {
  enabled           = true
  bootstrap_expect  = 1
  # A lost node should be noticed within a test's patience, and a busy one not be taken for lost.
  min_heartbeat_ttl = "5s"
  heartbeat_grace   = "10s"
}
`;

/** Role of a client with its own share of the machine. */
export function clientConfig(client: {
  server: number;
  memory: number;
  cpu: number;
  /** For its allocations. */
  ports: number;
  firstPort: number;
}): string {
  return `
client {
  enabled           = true
  servers           = ["127.0.0.1:${client.server}"]
  network_interface = "lo"
  memory_total_mb   = ${client.memory}
  cpu_total_compute = ${client.cpu}
  min_dynamic_port  = ${client.firstPort}
  max_dynamic_port  = ${client.firstPort + client.ports - 1}
}
`;
}
