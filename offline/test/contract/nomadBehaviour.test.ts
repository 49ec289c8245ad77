import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ProviderService } from "../../host/service";
import { PartialFailure, type Properties, Unknown } from "../../host/types";
import { plain } from "../../host/values";
import { nomadProvider } from "../../nomad/provider";
import { PluginResource, type State } from "../support/pluginResource";
import { eventually } from "../../../test/support/waiting";
import { type NomadAgent, startNomadAgent } from "../../../test/contract/support/nomadAgent";
import { serviceJob } from "./support/nomadJobs";
import { replay } from "./support/replay";

const JOB = "nomad:index/job:Job";
const run = `behaviour-${randomBytes(4).toString("hex")}`;
const never = new AbortController().signal;

/** Access control is on: every call has to carry the token. */
let agent: NomadAgent;
const provider = nomadProvider();
const said: string[] = [];

beforeAll(async () => {
  agent = await startNomadAgent({ acl: true });
  const settings = { address: agent.address, secretId: agent.token as string };
  await provider.configure(settings, (severity, message) => said.push(`${severity}: ${message}`));
});
afterAll(() => agent.stop());

const hcl = (script: string) => `
  variable "script" { type = string }
  job "${run}-hcl" {
    group "app" {
      count = 1
      task "server" {
        driver = "raw_exec"
        config {
          command = "/bin/sh"
          args    = ["-c", var.script]
        }
      }
      update {
        min_healthy_time = "100ms"
      }
    }
  }
  # ${script}
`;

describe("a job", () => {
  const job = new PluginResource(provider, JOB, run);
  const handler = provider.resources[JOB];
  const create = (inputs: Properties, timeoutSeconds: number, signal: AbortSignal) =>
    handler.create({ urn: "urn", name: run, properties: inputs, timeoutSeconds, preview: false, signal });

  it("is registered from HCL with variables, which a comment does not change", async () => {
    const hcl2 = { vars: { script: "echo ${HOME}; exec sleep 600" } };
    const state = await job.create({ jobspec: hcl("one"), hcl2, purgeOnDestroy: true });
    expect(state).toMatchObject({
      id: `${run}-hcl`,
      outputs: { detach: true, name: `${run}-hcl`, type: "service" },
    });
    expect((await job.diff(state, { jobspec: hcl("two"), hcl2, purgeOnDestroy: true })).changes).toBe("none");
    const changed = await job.diff(state, {
      jobspec: hcl("one"),
      hcl2: { vars: { script: "exec sleep 601" } },
    });
    expect(changed.diffs).toEqual(expect.arrayContaining(["hcl2", "jobspec"]));
    const running = await fetch(`${agent.address}/v1/job/${run}-hcl`, {
      headers: { "X-Nomad-Token": agent.token ?? "" },
    });
    expect(await running.text()).toContain('"echo ${HOME}; exec sleep 600"');
    await job.delete(state);
  });

  it("is waited for no longer than its customTimeouts say, and no longer than the engine wants", async () => {
    const slow = serviceJob({ id: `${run}-slow`, count: 1, minHealthyTime: 120_000 });
    await expect(create(slow, 1, never)).rejects.toThrow("timeout while waiting for state");
    const state = { id: `${run}-slow`, inputs: slow, outputs: { ...slow, namespace: "default" } };
    await job.delete(state);
    const engine = new AbortController();
    const cancelled = create(slow, 60, engine.signal).catch((error: unknown) => error);
    await eventually(async () => expect(await job.refresh(state)).toBeDefined());
    engine.abort();
    expect(await cancelled).toBeInstanceOf(PartialFailure);
    expect(String(await cancelled)).toContain("cancelled. Nomad goes on with what was registered");
    await job.delete(state);
  });

  it("that is dead is registered again with rerunIfDead, and not without", async () => {
    const dying = serviceJob({ id: `${run}-dead`, command: "exit 1" });
    const failure = (await job.create(dying).catch((error: unknown) => error)) as PartialFailure;
    expect(failure.message).toMatch(/terminated with status 'failed': 'Failed due to unhealthy allocations/);
    const state: State = { id: failure.id, inputs: dying, outputs: failure.properties };
    await eventually(async () => expect((await job.refresh(state))?.outputs.status).toBe("dead"));
    const read = (await job.refresh(state)) as State;
    expect((await job.diff(read, dying)).changes).toBe("none");
    expect((await job.diff(read, { ...dying, rerunIfDead: true })).diffs).toContain("status");
    await job.delete(read);
  });

  it("shows in a preview what the jobspec tells, and says that Nomad would refuse it", async () => {
    said.length = 0;
    const { taskGroups, name, modifyIndex } = await job.previewCreate(serviceJob({ id: `${run}-new` }));
    expect(name).toBe(`${run}-new`);
    expect(taskGroups).toMatchObject([
      { name: "app", count: 2, updateStrategies: [{ canary: 1, stagger: "30s" }] },
    ]);
    expect(modifyIndex).toBe(Unknown.instance);
    expect(said).toEqual([]);
    const empty = JSON.stringify({ Job: { ID: `${run}-new`, Datacenters: ["*"], TaskGroups: [] } });
    await job.previewCreate({ jobspec: empty, json: true });
    expect(said).toEqual([expect.stringMatching(/^warning: Nomad would refuse this job: .*task group/s)]);
  });

  it("is refused when its jobspec is no job, with what to do", async () => {
    const refused = async (inputs: Properties) =>
      (await job.failures(inputs)).map((one) => `${one.property} ${one.reason}`);
    expect(await refused({ jobspec: "{", json: true })).toEqual([
      expect.stringMatching(/^jobspec is not JSON/),
    ]);
    expect(await refused({ jobspec: "{}" })).toEqual([expect.stringContaining("Set json: true")]);
    expect(await refused({ jobspec: "{}", json: true })).toEqual([expect.stringContaining('no "ID"')]);
    expect(await refused({ jobspec: 'job "a" {}', detatch: true })).toEqual([
      expect.stringMatching(/^detatch is not known/),
    ]);
  });
});

describe("the lookups", () => {
  it("getJob, getAllocations and getDeployments tell what runs", async () => {
    const job = new PluginResource(provider, JOB, run);
    const state = await job.create(serviceJob({ id: `${run}-seen`, count: 1 }));
    const call = async (name: string, args: Properties = {}) => {
      const result = await provider.functions?.[`nomad:index/${name}:${name}`]?.(args);
      return plain(result as Properties);
    };
    expect(await call("getJob", { jobId: `${run}-seen` })).toMatchObject({ status: "running", version: 0 });
    const { allocations } = await call("getAllocations", { filter: `JobID == "${run}-seen"` });
    expect(allocations).toMatchObject([{ jobId: `${run}-seen`, taskGroup: "app", clientStatus: "running" }]);
    const { deployments } = await call("getDeployments");
    expect(deployments).toContainEqual(
      expect.objectContaining({ JobID: `${run}-seen`, Status: "successful" }),
    );
    await job.delete(state);
    await expect(call("getJob", { jobId: `${run}-seen` })).rejects.toThrow(`job "${run}-seen" not found`);
  });
});

describe("a Nomad that can't be used", () => {
  const withSettings = async (settings: Properties) => {
    const other = nomadProvider();
    await other.configure(settings, () => undefined);
    return new PluginResource(other, JOB, run);
  };

  it("that is not there is named with its address, in previews too", async () => {
    const job = await withSettings({ address: "http://127.0.0.1:1" });
    const message = /Nomad can't be reached at http:\/\/127.0.0.1:1: .*nomad:address.*NOMAD_ADDR/;
    await expect(job.create(serviceJob({ id: run }))).rejects.toThrow(message);
    await expect(job.previewCreate(serviceJob({ id: run }))).rejects.toThrow(message);
  });

  it("that wants a token says where to set one", async () => {
    const job = await withSettings({
      address: agent.address,
      secretId: "00000000-0000-0000-0000-000000000000",
    });
    await expect(job.create(serviceJob({ id: run }))).rejects.toThrow(/403.*nomad:secretId or NOMAD_TOKEN/);
  });

  it("does not know every resource of the published plugin, and says how to get that", async () => {
    const service = new ProviderService(provider, () => undefined);
    const request = { urn: "urn:pulumi:dev::p::nomad:index/quota:Quota::q", name: "q", type: "q" };
    await expect(replay(service, { method: "Check", step: "", request })).rejects.toThrow(
      /"nomad:index\/quota:Quota".*pulumi plugin install resource nomad 2.6.1/,
    );
  });
});
