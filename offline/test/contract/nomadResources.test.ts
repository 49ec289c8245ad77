import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { plain } from "../../host/values";
import { nomadProvider } from "../../nomad/provider";
import { PluginResource, type State } from "../support/pluginResource";
import { type NomadAgent, startNomadAgent } from "../../../test/contract/support/nomadAgent";

const run = `resources-${randomBytes(4).toString("hex")}`;

/** Policies exist only where access control is on. */
let agent: NomadAgent;
const provider = nomadProvider();

beforeAll(async () => {
  agent = await startNomadAgent({ acl: true });
  await provider.configure({ address: agent.address, secretId: agent.token as string }, () => undefined);
});
afterAll(() => agent.stop());

describe("on a real Nomad with access control", () => {
  it("an ACL policy is created, drifts, is mended, imported and deleted", async () => {
    const policy = new PluginResource(provider, "nomad:index/aclPolicy:AclPolicy", run);
    const inputs = { name: run, rulesHcl: 'namespace "default" { policy = "read" }', description: "readers" };
    const state = await policy.create({ ...inputs, jobAcl: { namespace: "default", jobId: "web" } });
    expect(plain(state.outputs)).toMatchObject({ id: run, ...inputs, jobAcl: { jobId: "web" } });
    expect((await policy.import(run))?.inputs).toMatchObject(inputs);
    const changed = { ...inputs, description: "changed" };
    expect((await policy.diff(state, changed)).diffs).toEqual(["description", "jobAcl"]);
    expect((await policy.update(state, changed)).outputs.description).toBe("changed");
    expect((await policy.diff(state, { ...inputs, name: "other" })).replaces).toEqual(["name"]);
    await policy.delete(state);
    expect(await policy.refresh(state)).toBeUndefined();
  });

  it("a dynamic host volume is created, ready, imported and deleted", async () => {
    const volume = new PluginResource(provider, "nomad:index/dynamicHostVolume:DynamicHostVolume", run);
    const capabilities = [{ accessMode: "single-node-writer", attachmentMode: "file-system" }];
    const inputs = { name: run, pluginId: "mkdir", capabilities };
    const state = await volume.create(inputs);
    expect(plain(state.outputs)).toMatchObject({
      name: run,
      state: "ready",
      nodePool: "default",
      capabilities,
    });
    expect((await volume.diff((await volume.refresh(state)) as State, inputs)).changes).toBe("none");
    expect((await volume.diff(state, { ...inputs, pluginId: "other" })).replaces).toEqual(["pluginId"]);
    expect((await volume.import(`${state.id}@default`))?.outputs.name).toBe(run);
    await volume.delete(state);
    expect(await volume.refresh(state)).toBeUndefined();
    expect(await volume.failures({ ...inputs, capacityMin: "many" })).toEqual([
      { property: "capacityMin", reason: '"many" is no size; write it like "10 GiB" or "500 MB"' },
    ]);
  });

  it("a variable is imported, and its items stay secret", async () => {
    const variable = new PluginResource(provider, "nomad:index/variable:Variable", run);
    const state = await variable.create({ path: `nomad/jobs/${run}`, items: { KEY: "value" } });
    const imported = (await variable.import(state.id)) as State;
    expect(imported.outputs.items?.constructor.name).toBe("Secret");
    expect(imported.inputs.items?.constructor.name).toBe("Secret");
    expect(
      (await variable.diff(imported, { path: `nomad/jobs/${run}`, items: { KEY: "value" } })).changes,
    ).toBe("none");
    expect(await variable.failures({ path: "a.b" })).toHaveLength(2);
    await variable.delete(state);
  });
});
