/** The port of the dev stack's URL: chosen once, then kept. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDir } from "../commands/base/paths";
import { say, UserError } from "../commands/base/step";
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
  const choice = currentChoice();
  const port = await ingressPort(agent, job, choice);
  if ((choice.asked ?? choice.kept) === undefined && port !== firstPort) say(await whyNotFirst(port));
  mkdirSync(dirname(portFile), { recursive: true });
  writeFileSync(portFile, `${port}\n`);
  return port;
}

/**
 * Looks at the port before anything is started.
 * @param agent undefined when none runs; "replaced" for one whose containers go before the ingress starts.
 * @throws {UserError} for what can't be a port, and for one that another program has.
 */
export async function checkIngressPort(
  agent: AgentAccess | "replaced" | undefined,
  job: string,
  { asked, kept } = currentChoice(),
): Promise<void> {
  const port = asked ?? kept;
  if (port === undefined || agent === "replaced" || (await isFree(port))) return;
  if (agent && (await isOurs(agent, job, port))) return;
  throw new UserError(await taken(port, "Nothing was started"));
}

function currentChoice(): PortChoice {
  return { asked: askedPort(process.env[variable]), kept: keptPort() };
}

/** @param job of the ingress. @throws {UserError} when another program has it. */
export async function ingressPort(
  agent: AgentAccess,
  job: string,
  { asked, kept }: PortChoice,
): Promise<number> {
  const port = asked ?? kept ?? (await firstFree(agent));
  if (!(await isFree(port)) && !(await isOurs(agent, job, port))) {
    throw new UserError(await taken(port, "The stack is deployed, but its URL does not lead to it"));
  }
  return port;
}

/** What is said of a first choice that is not 8080. */
export async function whyNotFirst(port: number, first = firstPort): Promise<string> {
  const why = (await isFree(first))
    ? "is left to another agent on this machine"
    : "is taken by another program";
  return `${first} ${why}; using ${port} (${variable}=9000 npm start chooses one)`;
}

/** "Bad ports" of the Fetch standard from 1024 on, which no browser opens, nor Node's `fetch`. */
export const blockedPorts: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
];

/** @throws {UserError} for what can't be one. */
export function askedPort(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const port = Number(value);
  if (blockedPorts.includes(port)) {
    throw new UserError(
      `${variable} is "${value}", a port that browsers refuse to open: choose another one, such as 9000`,
    );
  }
  if (/^\d+$/.test(value) && port >= 1024 && port <= 65_535) return port;
  throw new UserError(
    `${variable} is "${value}" and must be a port from 1024 to 65535: the one at which the site answers on 127.0.0.1`,
  );
}

async function taken(port: number, state: string): Promise<string> {
  const other = (await freeFrom(firstPort)) ?? 9000;
  return (
    `Port ${port} of 127.0.0.1, where the site answers, is taken by another program. ${state}. End that program, ` +
    `or choose another port: ${variable}=${other} npm start (it is kept)`
  );
}

function keptPort(): number | undefined {
  return existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : undefined;
}

/** Agents of several clones have ports of their own: from there on each clone looks at another place first. */
async function firstFree({ address }: AgentAccess): Promise<number> {
  const clone = Math.max(0, Math.floor((Number(new URL(address).port) - agentPortRange.first) / 100));
  const port = await freeFrom(firstPort + (clone % candidates));
  if (port !== undefined) return port;
  throw new UserError(
    `No port from ${firstPort} to ${firstPort + candidates - 1} is free on 127.0.0.1: name another one, ` +
      `${variable}=9000 npm start`,
  );
}

/** The first free candidate from this one on, then from the first one on. */
async function freeFrom(start: number): Promise<number | undefined> {
  for (let number = 0; number < candidates; number++) {
    const port = firstPort + ((start - firstPort + number) % candidates);
    if (await isFree(port)) return port;
  }
  return undefined;
}

/** Whether the ingress that runs already has it. */
async function isOurs({ address, token }: AgentAccess, job: string, port: number): Promise<boolean> {
  const response = await fetch(`${address}/v1/jobs?namespace=*&prefix=${job}`, {
    headers: { "X-Nomad-Token": token },
  });
  // An agent with another token is replaced, and its ingress with it.
  if (response.status === 403) return true;
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
