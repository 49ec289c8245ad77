/** The port of the dev stack's URL: chosen once, then kept. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDir } from "../commands/base/paths";
import { UserError } from "../commands/base/step";
import type { AgentAccess } from "../commands/pulumi/laptop";
import { agentPortRange, isFree } from "./agentConfig";

export const portFile = join(stateDir, "ingress", "port");

const variable = "DJANGO_NOMAD_PORT";
const firstPort = 8080;
const candidates = 100;

interface RegisteredGroup {
  Networks: { ReservedPorts: { Label: string; Value: number }[] | null }[] | null;
}

/** What decides the port besides what is free. */
export interface PortChoice {
  /** By DJANGO_NOMAD_PORT. */
  asked?: number;
  /** Of an earlier start. */
  kept?: number;
}

/**
 * The port that DJANGO_NOMAD_PORT names, else the one of before, else a free one from 8080 on; kept from now on.
 * @throws {UserError} when another program has it.
 */
export async function chooseIngressPort(agent: AgentAccess, job: string): Promise<number> {
  const port = await ingressPort(agent, job, { asked: askedPort(process.env[variable]), kept: keptPort() });
  mkdirSync(dirname(portFile), { recursive: true });
  writeFileSync(portFile, `${port}\n`);
  return port;
}

/** @param job of the ingress. @throws {UserError} when another program has it. */
export async function ingressPort(
  agent: AgentAccess,
  job: string,
  { asked, kept }: PortChoice,
): Promise<number> {
  const port = asked ?? kept ?? (await firstFree(agent));
  if (!(await isFree(port)) && !(await isOurs(agent, job, port))) throw new UserError(taken(port));
  return port;
}

/** @throws {UserError} for what can't be one. */
export function askedPort(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1024 && port <= 65_535) return port;
  throw new UserError(
    `${variable} is "${value}" and must be a port from 1024 to 65535: the one at which the site answers on 127.0.0.1`,
  );
}

function taken(port: number): string {
  return (
    `Port ${port} of 127.0.0.1, where the site answers, is taken by another program. The stack is deployed, but its ` +
    `URL does not lead to it. End that program, or choose another port: ${variable}=${port + 1} npm start (it is kept)`
  );
}

function keptPort(): number | undefined {
  return existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : undefined;
}

/** Agents of several clones have ports of their own: from there on each clone looks at another place first. */
async function firstFree({ address }: AgentAccess): Promise<number> {
  const clone = Math.max(0, Math.floor((Number(new URL(address).port) - agentPortRange.first) / 100));
  for (let number = 0; number < candidates; number++) {
    const port = firstPort + ((clone + number) % candidates);
    if (await isFree(port)) return port;
  }
  throw new UserError(
    `No port from ${firstPort} to ${firstPort + candidates - 1} is free on 127.0.0.1: name another one, ` +
      `${variable}=9000 npm start`,
  );
}

/** Whether the ingress that runs already has it. */
async function isOurs({ address, token }: AgentAccess, job: string, port: number): Promise<boolean> {
  const response = await fetch(`${address}/v1/jobs?namespace=*&prefix=${job}`, {
    headers: { "X-Nomad-Token": token },
  });
  const jobs = (await response.json()) as { ID: string; Namespace: string; Stop: boolean }[];
  const found = jobs.find(({ ID, Stop }) => ID === job && !Stop);
  if (!found) return false;
  const path = `/v1/job/${job}?namespace=${encodeURIComponent(found.Namespace)}`;
  const asked = await fetch(`${address}${path}`, { headers: { "X-Nomad-Token": token } });
  const { TaskGroups } = (await asked.json()) as { TaskGroups: RegisteredGroup[] };
  return TaskGroups.some(({ Networks }) =>
    (Networks ?? []).some(({ ReservedPorts }) => (ReservedPorts ?? []).some(({ Value }) => Value === port)),
  );
}
