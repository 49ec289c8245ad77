/** The dev stack's one URL: HAProxy (examples/ingress) as a job of this clone's Nomad agent, which follows the service. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { defaults } from "../components/arguments";
import type { AgentAccess } from "../commands/pulumi/laptop";
import { repoRoot } from "../commands/base/paths";
import { run } from "../commands/base/run";
import { UserError } from "../commands/base/step";
import { haproxyImage } from "./images/haproxy";
import { chooseIngressPort, portFile } from "./ingressPort";

const folder = join(repoRoot, "examples", "ingress");
/** For the first instance, and for HAProxy to be there. */
const waitMs = 30_000;
const deployMs = 60_000;

/** What is in front of what. */
export interface IngressTarget {
  /** Nomad job id of the application. */
  job: string;
  /** The stack's own config; see docs/config.md. */
  config: Record<string, unknown>;
}

interface ServiceConfig {
  serviceName?: string;
  serviceProvider?: string;
  checkEnabled?: boolean;
  checkType?: string;
  checkPath?: string;
  checkHeaders?: Record<string, string>;
}

/** Variables of the example's jobspec; undefined for an application without a service in Nomad's catalog. */
export function ingressVariables(
  { job, config }: IngressTarget,
  port: number,
): Record<string, string> | undefined {
  const service = (config.httpService ?? {}) as ServiceConfig;
  const provider = service.serviceProvider ?? defaults.httpService.serviceProvider;
  if (service.serviceName === undefined || provider !== "nomad") return undefined;
  // Without a check of a path, any answer is a sign of life.
  const isHttp =
    (service.checkEnabled ?? defaults.httpService.checkEnabled) &&
    (service.checkType ?? defaults.httpService.checkType) === "http";
  return {
    service: service.serviceName,
    name: ingressName(job),
    namespace: String(config.namespace ?? "default"),
    port: String(port),
    count: "1",
    image: haproxyImage,
    // The instances are registered at 127.0.0.1, which is another one inside of a container's own network.
    network_mode: "host",
    address: "127.0.0.1",
    check_path: isHttp ? (service.checkPath ?? defaults.httpService.checkPath) : "/",
    check_status: isHttp ? "200-399" : "100-599",
    check_headers: hclValue(isHttp ? (service.checkHeaders ?? {}) : {}),
    instance_requests: "8",
    // Nobody else sends requests here that a stop would have to wait for.
    shutdown_delay: "0s",
    stop_notice: "0s",
    min_healthy_time: "1s",
  };
}

/** The value of a job's variable that is no string: HCL reads JSON, and would fill in `${...}` and `%{...}`. */
export function hclValue(value: unknown): string {
  return JSON.stringify(value).replace(/[$%](?=\{)/g, "$&$&");
}

/** Nomad job id of the ingress: never the application's own. */
export function ingressName(job: string): string {
  return job === "ingress" ? "ingress-proxy" : "ingress";
}

/**
 * Starts the ingress, or makes sure that it runs as it should.
 * @returns its URL; undefined for an application without a service in Nomad's catalog.
 * @throws {UserError} when its port is taken or it does not come up.
 */
export async function ensureIngress(
  nomad: string,
  agent: AgentAccess,
  target: IngressTarget,
): Promise<string | undefined> {
  const port = await chooseIngressPort(agent, ingressName(target.job));
  const variables = ingressVariables(target, port);
  if (variables === undefined) return undefined;
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("NOMAD_"));
  await run(
    nomad,
    [
      ...["job", "run", "-detach"],
      ...Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`),
      "ingress.nomad.hcl",
    ],
    {
      cwd: folder,
      env: { ...Object.fromEntries(inherited), NOMAD_ADDR: agent.address, NOMAD_TOKEN: agent.token },
    },
  );
  await untilDeployed(agent, variables);
  const url = `http://127.0.0.1:${port}/`;
  await untilItAnswers(url, ingressName(target.job), target.config.count === 0);
  return url;
}

/** One that ran already may just be replaced: what answers at its port is not yet what was asked for. */
async function untilDeployed(
  { address, token }: AgentAccess,
  { name, namespace }: Record<string, string>,
): Promise<void> {
  const ask = async <T>(path: string): Promise<T> => {
    const url = `${address}/v1/job/${name}${path}?namespace=${encodeURIComponent(namespace ?? "default")}`;
    return (await (await fetch(url, { headers: { "X-Nomad-Token": token } })).json()) as T;
  };
  const deadline = Date.now() + deployMs;
  while (Date.now() < deadline) {
    const { Version, Stable } = await ask<{ Version: number; Stable: boolean }>("");
    const latest = await ask<{ JobVersion: number; Status: string } | null>("/deployment");
    if (Stable && (latest === null || latest.JobVersion < Version)) return;
    if (latest?.JobVersion === Version && latest.Status === "successful") return;
    if (latest?.JobVersion === Version && latest.Status === "failed") break;
    await pause(200);
  }
  throw new UserError(
    `The ingress did not come up. \`nomad job status ${name}\` and \`nomad alloc logs -job ${name}\` show why`,
  );
}

/** HAProxy answers 503 while it knows of no instance; so does a parked application's, for good. */
async function untilItAnswers(url: string, name: string, isParked: boolean): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const status = await statusOf(url);
    if (status !== undefined && (status !== 503 || isParked)) return;
    if (Date.now() > deadline) break;
    await pause(200);
  }
  if ((await statusOf(url)) !== undefined) return;
  throw new UserError(
    `The ingress does not answer at ${url} after ${waitMs / 1000} s. \`nomad alloc logs -job ${name}\` shows why`,
  );
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined; // It does not listen yet.
  }
}

/** Gives the port free for others: the next start chooses anew. */
export function forgetIngress(): void {
  rmSync(portFile, { force: true });
}
