/** Nomad's own page of a job, when the agent has pages at all: a `nomad` from PATH may be built without them. */

/** @returns its URL; undefined where the agent answers with anything but its pages. */
export async function jobPage(address: string, job: string, namespace: string): Promise<string | undefined> {
  const url = `${address}/ui/jobs/${encodeURIComponent(job)}@${encodeURIComponent(namespace)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const page = await response.text();
  return response.ok && page.includes("nomad-ui") ? url : undefined;
}
