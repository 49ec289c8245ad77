import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
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
