/** Which versions of Nomad a job may meet: the server's and the clients'. */
import { NomadApiError, type NomadApi } from "../nomad/api";

/** Whether a version comes before another: `1.9.6`, `v1.8.2+ent`, `1.9.7-beta.1`. False for what is no version. */
export function isBefore(version: string, wanted: string): boolean {
  const [, numbers, preview] = /^v?(\d+(?:\.\d+)*)(-[^+]+)?/.exec(version) ?? [];
  if (numbers === undefined) return false;
  const given = numbers.split(".").map(Number);
  for (const [index, least] of wanted.split(".").map(Number).entries()) {
    const number = given[index] ?? 0;
    if (number !== least) return number < least;
  }
  return preview !== undefined;
}

/**
 * Every version that Nomad tells. Each question takes a right that a token for deployments need not have.
 * @returns none when this token may ask neither.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function nomadVersions(api: NomadApi): Promise<string[]> {
  const [clients, agent] = await Promise.all([
    told<{ Version?: string }[]>(api, "/v1/nodes"),
    told<{ config?: { Version?: { Version?: string } } }>(api, "/v1/agent/self"),
  ]);
  const all = [...(clients ?? []).map(({ Version }) => Version), agent?.config?.Version?.Version];
  return all.filter((version) => version !== undefined);
}

/** What Nomad says; undefined when this token may not ask. */
async function told<T>(api: NomadApi, path: string): Promise<T | undefined> {
  const { status, text } = await api.ask("GET", path);
  if (status === 403) return undefined;
  if (status !== 200) throw new NomadApiError(`Nomad refused GET ${path}: ${status} ${text.trim()}`, status);
  return JSON.parse(text) as T;
}
