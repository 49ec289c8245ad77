/** The Django pack's walkthrough job on a real Nomad, as the pack registers it, with a gate that a test can run. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Registration } from "./clone";
import { waitUntil } from "./waiting";

interface PackTask {
  Name: string;
  Env: Record<string, string>;
  Config: Record<string, unknown>;
  Templates?: unknown[];
}

export interface PackJob {
  ID: string;
  Meta?: Record<string, string>;
  TaskGroups: { Name: string; Count: number; Tasks: PackTask[] }[];
}

/** The pack's script was left out of its renders: index 0 migrates, the others look until it is done. */
const gate =
  'if [ "$NOMAD_ALLOC_INDEX" = 0 ]; then exec ./manage.py migrate; fi; until ./manage.py migrate --check; do sleep 1; done';

/** @param database by its address on Docker's bridge, where the host and every container reach it. */
export function walkthroughJob(database: { address: string; password: string }): PackJob {
  const file = join(__dirname, "../contract/pack-renders/02-walkthrough.job.json");
  const { Job } = JSON.parse(readFileSync(file, "utf8")) as { Job: PackJob };
  for (const task of Job.TaskGroups[0].Tasks) {
    task.Env = { ...task.Env, POSTGRES_HOST: database.address, POSTGRES_PASSWORD: database.password };
    if (task.Name !== "migrate") continue;
    delete task.Templates;
    task.Config = { image: task.Config.image, network_mode: "host", command: "/bin/sh", args: ["-c", gate] };
  }
  // What nomad-pack adds when it registers a job.
  return { ...Job, Meta: { "pack.name": "django", "pack.deployment_name": "django" } };
}

/** Questions to a Nomad of the test's own. */
export class PackCluster {
  constructor(readonly address: string) {}

  /** @throws when Nomad answers with anything but success. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.address}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async has(path: string): Promise<boolean> {
    return (await fetch(`${this.address}${path}`)).status !== 404;
  }

  async register(job: { ID: string }): Promise<void> {
    const response = await fetch(`${this.address}/v1/jobs`, {
      method: "PUT",
      body: JSON.stringify({ Job: job }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Where the instances of a service are, with a path on each. */
  async urls(service: string, path = ""): Promise<string[]> {
    const all = await this.get<Registration[]>(`/v1/service/${service}`);
    return all.map(({ Address, Port }) => `http://${Address}:${Port}/${path}`);
  }

  /** Until that many instances of the service answer. */
  untilServing(service: string, count: number): Promise<void> {
    return waitUntil(
      `${count} instances of ${service} answer`,
      async () => {
        const urls = await this.urls(service);
        const answers = await Promise.all(
          urls.map((url) =>
            fetch(url).then(
              ({ ok }) => ok,
              () => false,
            ),
          ),
        );
        return answers.filter(Boolean).length === count;
      },
      180_000,
    );
  }
}
