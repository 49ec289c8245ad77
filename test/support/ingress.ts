/** The example's ingress on a test's cluster. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ensureImages } from "../../local/images";
import { ensureTool } from "../../local/tools";
import { repoRoot } from "../../commands/base/paths";
import type { Cluster } from "./cluster";
import { takePortBlock } from "./portBlock";
import { waitUntil } from "./waiting";

export interface Ingress {
  /** As a load balancer sees them: the URLs of the instances that say that they may be used. */
  ready(): Promise<string[]>;
  /** Gives their ports back. */
  release(): Promise<void>;
}

/**
 * Two jobs with one instance each, as all clients of a test's cluster share one address. Each is bound to a client of its
 * own, as the instances of one job are, and is away while that client is drained.
 */
export async function startIngress(cluster: Cluster, service: string): Promise<Ingress> {
  const [{ haproxy }, nomad, block] = await Promise.all([
    ensureImages({ only: ["haproxy"] }),
    ensureTool("nomad"),
    takePortBlock(),
  ]);
  const ports = block.ports.slice(0, 2);
  for (const [index, port] of ports.entries()) {
    const variables = {
      ...{
        service,
        port,
        count: 1,
        name: `ingress-${index}`,
        image: haproxy,
        check_path: "/healthz",
        instance_requests: 8,
      },
      // The cluster's instances are registered at 127.0.0.1.
      ...{ network_mode: "host", address: "127.0.0.1" },
    };
    const args = Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`);
    const printed = execFileSync(nomad.path, ["job", "run", "-output", ...args, "ingress.nomad.hcl"], {
      cwd: join(repoRoot, "examples", "ingress"),
    });
    const { Job } = JSON.parse(printed.toString()) as { Job: object };
    const bound = { LTarget: "${node.unique.name}", Operand: "=", RTarget: `client-${index + 1}` };
    await cluster.request("POST", "/v1/jobs", { Job: { ...Job, Constraints: [bound] } });
  }
  const urls = ports.map((port) => `http://127.0.0.1:${port}/`);
  const isReady = (url: string): Promise<boolean> =>
    fetch(`${url}ingress-ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  const ready = async (): Promise<string[]> => {
    const states = await Promise.all(urls.map(isReady));
    return urls.filter((_, index) => states[index]);
  };
  await waitUntil("both are ready", async () => (await ready()).length === urls.length);
  return { ready, release: () => block.release() };
}
