import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startNomadAgent, type NomadAgent } from "./support/nomadAgent";
import {
  covers,
  differences,
  type Job,
  type Listed,
  ourJob,
  packJob,
  readParityTable,
  rendersFolder,
} from "./support/parity";

const renders = readdirSync(rendersFolder)
  .filter((file) => file.endsWith(".variables.hcl"))
  .map((file) => file.replace(".variables.hcl", ""));

const connect = "09-connect-upstreams";

describe("our job is the pack's, but for what docs/parity.md lists", () => {
  let agent: NomadAgent;
  const table = readParityTable();
  const used = new Map<Listed, Set<string>>(table.map((row) => [row, new Set()]));

  const put = (path: string, body: unknown): Promise<Response> =>
    fetch(`${agent.address}${path}`, { method: "PUT", body: JSON.stringify(body) });

  /** As Nomad stores it, defaults and all. The region is put back: an agent takes its own alone. */
  const canonical = async ({ Region, ...job }: Job): Promise<Job> => {
    const registered = await put("/v1/jobs", { Job: job });
    if (!registered.ok) throw new Error(await registered.text());
    const stored = (await (await fetch(`${agent.address}/v1/job/${job.ID}`)).json()) as Job;
    return { ...stored, Region: Region ?? stored.Region };
  };

  /** The pack's job with Connect upstreams lacks what Nomad demands; compared is the rest of it. */
  const canonicalPackJob = async (render: string): Promise<Job> => {
    if (render !== connect) return canonical(packJob(render));
    const withMode = (job: Job, Mode?: string): Job => {
      const [group] = job.TaskGroups as { Networks: object[] }[];
      const networks = group.Networks.map((network) => ({ ...network, Mode }));
      return { ...job, TaskGroups: [{ ...group, Networks: networks }] };
    };
    return withMode(await canonical(withMode(packJob(render), "bridge")));
  };

  beforeAll(async () => {
    agent = await startNomadAgent();
    const [node] = (await (await fetch(`${agent.address}/v1/nodes`)).json()) as { ID: string }[];
    // The jobs are only to be stored: their images are nowhere.
    await put(`/v1/node/${node.ID}/eligibility`, { NodeID: node.ID, Eligibility: "ineligible" });
  });
  afterAll(() => agent?.stop());

  it("has all eleven of the pack's renders to compare with", () => {
    expect(renders).toHaveLength(11);
  });

  it("the pack's job with Connect upstreams is refused by Nomad, ours is not", async () => {
    await expect(canonical(packJob(connect))).rejects.toThrow(
      // As Nomad 1.11 says it, or 1.10.
      /invalid network mode for Consul Connect.*must be "bridge"|Consul Connect sidecar requires bridge network/s,
    );
    await expect(canonical(await ourJob(connect))).resolves.toMatchObject({ ID: "django" });
  });

  it.each(renders)("%s", async (render) => {
    const found = differences(await canonicalPackJob(render), await canonical(await ourJob(render)));
    const unlisted = found.filter((difference) => {
      const rows = table.filter((row) => covers(row, render, difference));
      for (const row of rows) used.get(row)?.add(render.slice(0, 2));
      return rows.length === 0;
    });
    expect(unlisted).toEqual([]);
  });

  it("each difference listed occurs where the list says", () => {
    const all = renders.map((render) => render.slice(0, 2));
    const stale = table.flatMap((row) =>
      (row.renders ?? all)
        .filter((render) => !used.get(row)?.has(render))
        .map((render) => `${row.pattern} in ${render}`),
    );
    expect(stale).toEqual([]);
  });
});
