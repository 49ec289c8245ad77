import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ProviderService } from "../../host/service";
import { type Properties, PartialFailure } from "../../host/types";
import { toJson } from "../../host/values";
import { nomadProvider } from "../../nomad/provider";
import { PluginResource, type State } from "../support/pluginResource";
import { eventually } from "../../../test/support/waiting";
import { compareShapes, compareValues, DifferenceTable } from "./support/compare";
import { nomadForTests } from "./support/nomadCluster";
import { serviceJob } from "./support/nomadJobs";
import { type Exchange, readRecording } from "./support/recording";
import { replay, replayTests } from "./support/replay";

const JOB = "nomad:index/job:Job";
const NAMESPACE = "nomad:index/namespace:Namespace";
const VARIABLE = "nomad:index/variable:Variable";
const run = `contract-${randomBytes(4).toString("hex")}`;

const replayed = nomadProvider();
/** It answers, and has no opinion: what a Nomad says of the plan must not decide what changed. */
const silent = createServer((_, response) => response.writeHead(404).end());

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  await replayed.configure({ address: `http://127.0.0.1:${port}` }, () => undefined);
});
afterAll(() => void silent.close());

replayTests("nomad", replayed);

describe("the offline nomad plugin on a real Nomad", () => {
  const table = new DifferenceTable("nomad");
  const provider = nomadProvider();
  const service = new ProviderService(provider, () => undefined);
  const job = new PluginResource(provider, JOB, run);
  const recording = readRecording("nomad").filter(({ request }) => request.preview !== true);
  let cluster: Awaited<ReturnType<typeof nomadForTests>>;

  beforeAll(async () => {
    cluster = await nomadForTests();
    await provider.configure({ address: cluster.address }, () => undefined);
  });
  afterAll(async () => {
    await fetch(`${cluster.address}/v1/job/${run}?purge=true`, { method: "DELETE" });
    await cluster.stop();
  });

  const recorded = (method: Exchange["method"], type: string) =>
    recording.find((exchange) => exchange.method === method && exchange.request.type === type) as Exchange;
  const unlisted = (method: Exchange["method"], type: string, ours: Properties) =>
    table.unlisted(method, type, compareShapes(recorded(method, type).response?.properties, toJson(ours)));
  const refreshed = async (state: State) => (await job.refresh(state)) as State;
  const found = async () => (await fetch(`${cluster.address}/v1/job/${run}`)).status;

  describe("a job", () => {
    let state: State;

    it("is created, read and updated with outputs of the recorded shape", async () => {
      state = await job.create(serviceJob({ id: run }));
      expect(state.outputs).toMatchObject({ deploymentStatus: "successful", status: "running", name: run });
      expect(unlisted("Create", JOB, state.outputs)).toEqual([]);
      const read = await refreshed(state);
      expect(unlisted("Read", JOB, read.outputs)).toEqual([]);
      expect((await job.diff(read, serviceJob({ id: run }))).changes).toBe("none");
      state = await job.update(read, serviceJob({ id: run, command: "exec sleep 601" }));
      expect(state.outputs).toMatchObject({ deploymentStatus: "successful", version: 1 });
      expect(unlisted("Update", JOB, state.outputs)).toEqual([]);
    });

    it("shows no change for a jobspec that says the same in other words", async () => {
      const same = serviceJob({ id: run, command: "exec sleep 601" });
      const { Job } = JSON.parse(String(same.jobspec)) as { Job: object };
      const reordered = JSON.stringify(
        { ...Object.fromEntries(Object.entries(Job).reverse()), Meta: null },
        null,
        2,
      );
      expect((await job.diff(state, { ...same, jobspec: reordered })).changes).toBe("none");
    });

    it("fails an update with the deployment's status, as recorded, and keeps what was asked for", async () => {
      const broken = serviceJob({ id: run, command: "exit 1" });
      const failure = (await job.update(state, broken).catch((error: unknown) => error)) as PartialFailure;
      expect(failure).toBeInstanceOf(PartialFailure);
      const exchange = recording.find(({ errors }) => errors !== undefined) as Exchange;
      const anonymous = (text?: string) => text?.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID");
      expect(anonymous(exchange.errors?.[0])).toContain(anonymous(failure.message.replaceAll(run, "dj")));
      const compared = compareValues({ error: exchange.errors?.[0] }, { error: failure.message });
      expect(table.unlisted("Update", JOB, compared)).toEqual([]);
      state = { ...state, outputs: failure.properties };
      expect(failure.properties.jobspec).toBe(broken.jobspec);
    });

    it("refuses to overwrite an automatic revert until the state was refreshed", async () => {
      const next = serviceJob({ id: run, command: "exec sleep 602" });
      await eventually(async () =>
        expect(await job.diff(state, next).catch((error: Error) => error.message)).toMatch(
          /modify index has changed since last refresh.*pulumi refresh/s,
        ),
      );
      const read = await refreshed(state);
      expect(read.outputs.jobspec).toBe(serviceJob({ id: run, command: "exec sleep 601" }).jobspec);
      expect((await job.diff(read, next)).diffs).toContain("jobspec");
      state = read;
    });

    it("is replaced when its ID changes", async () => {
      const diff = await job.diff(state, serviceJob({ id: `${run}-other` }));
      expect(diff.replaces).toEqual(["name"]);
    });

    it("is imported by JOB@NAMESPACE with the inputs that make it", async () => {
      const imported = (await job.import(`${run}@default`)) as State;
      expect(imported.id).toBe(run);
      expect(imported.inputs).toMatchObject({ json: true, jobspec: state.outputs.jobspec });
      expect(await job.import(`${run}-missing@default`)).toBeUndefined();
    });

    it("is gone after a delete, and a refresh notices", async () => {
      await job.delete(state);
      expect(await found()).toBe(404);
      expect(await job.refresh(state)).toBeUndefined();
    });
  });

  it("creates, reads, updates and deletes a namespace and its variable with answers of the recorded shape", async () => {
    const ns = new PluginResource(provider, NAMESPACE, "ns");
    const exchanges = recording.filter(
      ({ method, request }) =>
        [NAMESPACE, VARIABLE].includes(request.type) && !["Check", "Diff"].includes(method),
    );
    // Recorded side by side; the variable needs its namespace here.
    for (const type of [NAMESPACE, VARIABLE]) {
      for (const exchange of exchanges.filter(({ request }) => request.type === type)) {
        const text = JSON.stringify(exchange)
          .replaceAll('"web"', `"${run}"`)
          .replaceAll(/(?<=["@])default(?=")/g, run);
        const ours = await replay(service, JSON.parse(text) as Exchange);
        expect(table.unlisted(exchange.method, type, compareShapes(exchange.response, ours))).toEqual([]);
      }
    }
    expect(exchanges.map(({ method }) => method)).toEqual(
      expect.arrayContaining(["Create", "Read", "Update"]),
    );
    const variable = await fetch(`${cluster.address}/v1/var/nomad/jobs/dj?namespace=${run}`);
    expect(await variable.json()).toMatchObject({ Items: { SECRET_KEY: "rotated" } });
    const state = { id: `nomad/jobs/dj@${run}`, inputs: {}, outputs: {} };
    await new PluginResource(provider, VARIABLE, "v").delete(state);
    await ns.delete({ id: run, inputs: {}, outputs: {} });
    expect((await fetch(`${cluster.address}/v1/namespace/${run}`)).status).toBe(404);
  });

  it("still differs wherever the table of differences says so", () => {
    expect(table.unused(["Create", "Read", "Update", "Delete"])).toEqual([]);
  });
});
