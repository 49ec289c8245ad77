import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Cluster } from "../../components/nomad/cluster";
import { lookForRefusal } from "../../components/guards/adoption";
import { DjangoApp, type DjangoAppArgs } from "../../components";
import { runProgram } from "../support/engine";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

const job = {
  ID: "web",
  Name: "web",
  Type: "service",
  Datacenters: ["nowhere"],
  TaskGroups: [
    { Name: "app", Count: 1, Tasks: [{ Name: "server", Driver: "docker", Config: { image: "web:1" } }] },
  ],
};

describe("a job id that is taken on a real Nomad", () => {
  let agent: NomadAgent;

  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${agent.address}${path}`, {
      method,
      headers: { "X-Nomad-Token": agent.token ?? "" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };

  /** Names of what a program with one application registers in a preview. */
  const run = async (args: Partial<DjangoAppArgs> = {}, address = agent.address): Promise<string[]> => {
    const { resources } = await runProgram(
      () => void new DjangoApp("web", { djangoImage: "web:2", jobName: "web", ...args }),
      { preview: true, config: { "nomad:address": address, "nomad:secretId": agent.token ?? "" } },
    );
    return resources.map(({ name }) => name);
  };
  const everything = ["web", "web-owner", "web-job", "web-manage", "web-protection"];
  const owner = { known: () => Promise.resolve({ stack: "shop/test", id: undefined }) };

  beforeAll(async () => {
    agent = await startNomadAgent({ acl: true });
    await ask("PUT", "/v1/namespace/elsewhere", { Name: "elsewhere" });
  });
  afterAll(() => agent?.stop());
  beforeEach(async () => {
    for (const namespace of ["default", "elsewhere"]) {
      await ask("DELETE", `/v1/job/web?purge=true&namespace=${namespace}`).catch(() => undefined);
    }
  });

  it("by somebody else: it is refused", async () => {
    await ask("PUT", "/v1/jobs", { Job: job });
    const config = { "nomad:address": agent.address, "nomad:secretId": agent.token ?? "" };
    const { result } = await runProgram(
      () => lookForRefusal({ cluster: new Cluster(undefined, {}), jobName: "web", adopt: false, owner }),
      {
        config,
      },
    );
    expect(result).toContain(
      "Job web belongs to another owner: this program did not register it (pending, 1 instance)",
    );
  });

  it("by somebody else, with adopt: it is registered", async () => {
    await ask("PUT", "/v1/jobs", { Job: job });
    expect(await run({ adopt: true })).toEqual(everything);
  });

  it.each<[by: string, body: object]>([
    ["this stack", { ...job, Meta: { pulumi_stack: "shop/test" } }],
    ["a job in another namespace", { ...job, Namespace: "elsewhere" }],
  ])("by %s: it is registered", async (_by, body) => {
    await ask("PUT", "/v1/jobs", { Job: body });
    expect(await run()).toEqual(everything);
  });

  it("by a job that was stopped: it is registered", async () => {
    await ask("PUT", "/v1/jobs", { Job: job });
    await ask("DELETE", "/v1/job/web");
    expect(await run()).toEqual(everything);
  });

  it("by nobody: it is registered", async () => {
    expect(await run()).toEqual(everything);
  });

  it("a preview that can't ask, since Nomad is unreachable, goes on", async () => {
    expect(await run({}, "http://127.0.0.1:9")).toEqual(everything);
  });
});
