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
  /** Each answers. */
  urls: string[];
  /** Gives their ports back. */
  release(): Promise<void>;
}

/**
 * Two jobs with one instance each, as all clients of a test's cluster share one address.
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
    execFileSync(nomad.path, ["job", "run", "-detach", ...args, "ingress.nomad.hcl"], {
      cwd: join(repoRoot, "examples", "ingress"),
      env: { ...process.env, NOMAD_ADDR: cluster.address },
      stdio: "pipe",
    });
  }
  const urls = ports.map((port) => `http://127.0.0.1:${port}/`);
  for (const url of urls) {
    await waitUntil(`${url} answers`, () =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
  return { urls, release: () => block.release() };
}
