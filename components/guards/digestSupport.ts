/** Whether every Nomad that may pull an image keeps the digest of `name:tag@sha256:...`. */
import { NomadApiError, type NomadApi } from "../nomad/api";

/** The first version that keeps it. */
const keepsDigests = [1, 9, 7] as const;

export interface DigestSupport {
  /** The oldest version that drops digests; undefined when none is known to. */
  tooOld?: string;
  /** Whether Nomad told any version at all. */
  asked: boolean;
}

/** True for versions before the one that keeps digests: `1.9.6`, `v1.8.2+ent`, `1.9.7-beta.1`. */
export function dropsDigests(version: string): boolean {
  const [, numbers, preview] = /^v?(\d+(?:\.\d+)*)(-[^+]+)?/.exec(version) ?? [];
  if (numbers === undefined) return false;
  const given = numbers.split(".").map(Number);
  for (const [index, wanted] of keepsDigests.entries()) {
    const number = given[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return preview !== undefined;
}

/**
 * Asks for the versions of the clients, which pull the images, and of the server. Each takes a right that a token for
 * deployments need not have.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function digestSupport(api: NomadApi): Promise<DigestSupport> {
  const [clients, agent] = await Promise.all([
    told<{ Version?: string }[]>(api, "/v1/nodes"),
    told<{ config?: { Version?: { Version?: string } } }>(api, "/v1/agent/self"),
  ]);
  const all = [...(clients ?? []).map(({ Version }) => Version), agent?.config?.Version?.Version];
  const versions = all.filter((version) => version !== undefined);
  return { tooOld: versions.find(dropsDigests), asked: versions.length > 0 };
}

/** What Nomad says; undefined when this token may not ask. */
async function told<T>(api: NomadApi, path: string): Promise<T | undefined> {
  const { status, text } = await api.ask("GET", path);
  if (status === 403) return undefined;
  if (status !== 200) throw new NomadApiError(`Nomad refused GET ${path}: ${status} ${text.trim()}`, status);
  return JSON.parse(text) as T;
}
