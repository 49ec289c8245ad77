/** Whether every Nomad that may pull an image keeps the digest of `name:tag@sha256:...`. */
import type { NomadApi } from "../nomad/api";
import { isBefore, nomadVersions } from "./nomadVersions";

/** The first version that keeps it. */
const keepsDigests = "1.9.7";

export interface DigestSupport {
  /** The oldest version that drops digests; undefined when none is known to. */
  tooOld?: string;
  /** Whether Nomad told any version at all. */
  asked: boolean;
}

/** True for versions before the one that keeps digests. */
export function dropsDigests(version: string): boolean {
  return isBefore(version, keepsDigests);
}

/**
 * Asks for the versions of the clients, which pull the images, and of the server.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function digestSupport(api: NomadApi): Promise<DigestSupport> {
  const versions = await nomadVersions(api);
  return { tooOld: versions.find(dropsDigests), asked: versions.length > 0 };
}
