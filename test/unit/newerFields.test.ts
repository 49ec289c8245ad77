import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { knownFields } from "../../components/guards/newerFields";
import { buildJob, newerFields, type NomadJob, unknownFields } from "../../components/jobspec";
import { newerFieldsOf } from "../../components/application/djangoAppProblems";
import { walkthrough } from "../support/appSpecs";
import { FakeNomad } from "../support/fakeNomad";
import { shapes } from "../support/jobShapes";

/** The fields that came with Nomad 2.0 and 1.11, as its API names them. */
const withNewFields = (job: NomadJob): NomadJob => {
  const [group] = job.TaskGroups;
  const server = group.Tasks[group.Tasks.length - 1];
  Object.assign(group, { MaxRunDuration: 60e9 });
  Object.assign(server, {
    Identities: [{ Name: "vault", ExtraClaims: ["nomad_node_id"] }],
    Secrets: [{ Name: "s", Provider: "nomad", Path: "nomad/jobs/shop" }],
    Templates: [
      ...(server.Templates ?? []),
      {
        EmbeddedTmpl: "",
        DestPath: "local/x",
        ChangeMode: "script",
        ChangeScript: { Command: "/bin/true", RunOnFirstRender: true },
      },
    ],
  });
  return job;
};

const paths = {
  "TaskGroups[0].MaxRunDuration": "2.0.3",
  "TaskGroups[0].Tasks[1].Identities[0].ExtraClaims": "2.0.5",
  "TaskGroups[0].Tasks[1].Secrets": "1.11.0",
  "TaskGroups[0].Tasks[1].Templates[2].ChangeScript.RunOnFirstRender": "2.0.5",
};

describe("new fields of Nomad", () => {
  it("are known to a transform, each with the first version that has it", async () => {
    const job = withNewFields(buildJob(walkthrough));
    expect(unknownFields(job)).toEqual([]);
    const found = Object.fromEntries(
      newerFields(job).map(({ path, since }) => [path.replace(/Templates\[\d+\]/, "Templates[2]"), since]),
    );
    expect(found).toEqual(paths);
    const args = { djangoImage: "shop:1", jobName: "shop" };
    expect(await newerFieldsOf({ ...args, transform: withNewFields }, "shop")).toHaveLength(4);
    expect(await newerFieldsOf(args, "shop")).toEqual([]);
  });

  const identities = [{ Name: "vault", File: true, Filepath: "local/jwt" }];
  const port = { Label: "http", IgnoreCollision: true };
  it.each([
    [{ Services: [{ Checks: [{ Notes: "n" }] }] }, "Services[0].Checks[0].Notes", "1.8.1"],
    [{ Networks: [{ CNI: { Args: { a: "b" } } }] }, "Networks[0].CNI.Args", "1.8.2"],
    [{ Tasks: [{ Resources: { SecretsMB: 5 } }] }, "Tasks[0].Resources.SecretsMB", "1.8.3"],
    [{ Networks: [{ ReservedPorts: [port] }] }, "Networks[0].ReservedPorts[0].IgnoreCollision", "1.9.0"],
    [{ Networks: [{ DynamicPorts: [port] }] }, "Networks[0].DynamicPorts[0].IgnoreCollision", "1.9.0"],
    [{ Tasks: [{ Identities: identities }] }, "Tasks[0].Identities[0].Filepath", "1.9.0"],
    [{ Tasks: [{ Identity: identities[0] }] }, "Tasks[0].Identity.Filepath", "1.9.0"],
    [{ Tasks: [{ Artifacts: [{ Chown: true }] }] }, "Tasks[0].Artifacts[0].Chown", "1.9.2"],
    [{ Volumes: { "my.media": { Sticky: true } } }, "Volumes.my.media.Sticky", "1.10.0"],
    [{ Services: [{ Kind: "api-gateway" }] }, "Services[0].Kind", "1.10.3"],
    [{ Tasks: [{ Services: [{ Kind: "api-gateway" }] }] }, "Tasks[0].Services[0].Kind", "1.10.3"],
    [
      { Services: [{ Connect: { SidecarTask: { Identities: [{ Name: "a" }] } } }] },
      "Services[0].Connect.SidecarTask.Identities",
      "1.11.1",
    ],
  ])("have the version of Nomad's changelog: %j", (group, path, since) => {
    const job = { TaskGroups: [group] };
    expect(unknownFields(job)).toEqual([]);
    expect(newerFields(job)).toEqual([{ path: `TaskGroups[0].${path}`, since }]);
  });

  it("ask for no version where they are off, as in a job that was read from Nomad", () => {
    const off = {
      Networks: [{ ReservedPorts: [{ IgnoreCollision: false }], CNI: null }],
      Services: [{ Kind: "", Checks: [{ Notes: "" }] }],
      Volumes: { media: { Sticky: false } },
      Tasks: [{ Identity: { Filepath: "" }, Resources: { SecretsMB: 0 }, Kind: "x", Env: { Sticky: "1" } }],
    };
    expect(newerFields({ TaskGroups: [off], Meta: { "Services.Kind": "x" } })).toEqual([]);
  });

  it.each(Object.entries(shapes))(
    "are in no job of ours, so nobody is asked for a version: %s",
    (_what, spec) => {
      expect(newerFields(buildJob(spec))).toEqual([]);
    },
  );
});

describe("a field that is newer than a Nomad of the cluster", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  const field = { path: "TaskGroups[0].MaxRunDuration", since: "2.0.3" };
  const versions = (server: string, client: string): FakeNomad =>
    nomad
      .answer("/v1/nodes", [{ Version: client }])
      .answer("/v1/agent/self", { config: { Version: { Version: server } } });

  it.each([
    ["1.11.3", "2.0.5", "1.11.3"],
    ["2.0.5", "2.0.2", "2.0.2"],
  ])(
    "is refused with the least version that knows it: server %s, client %s",
    async (server, client, older) => {
      versions(server, client);
      expect(await knownFields(nomad.api(), [field])).toEqual({
        refusal:
          "transform: set TaskGroups[0].MaxRunDuration, which needs Nomad 2.0.3 or later: " +
          `Nomad ${older} runs here, and would drop it\nNothing was changed`,
      });
    },
  );

  it("passes where all know it, and a warning says when the version may not be asked", async () => {
    versions("2.0.3", "2.1.0+ent");
    expect(await knownFields(nomad.api(), [field])).toEqual({});
    for (const path of ["/v1/nodes", "/v1/agent/self"]) nomad.refuse(path, 403, "Permission denied");
    expect(await knownFields(nomad.api(), [field])).toEqual({
      warning: expect.stringContaining("needs Nomad 2.0.3 or later, and this token may not ask"),
    });
  });

  it("is named with the transform and the job that it is of", async () => {
    const by = 'transform.companionJob: job "shop-cleanup" (schedule)';
    const all = [field, { ...field, by }, { ...field, path: "TaskGroups[1].MaxRunDuration" }];
    const takes = "needs Nomad 2.0.3 or later";
    versions("1.11.3", "1.11.3");
    const { refusal } = await knownFields(nomad.api(), all);
    expect(refusal?.split("\n")[1]).toBe(
      `${by}: set TaskGroups[0].MaxRunDuration, which ${takes}: Nomad 1.11.3 runs here, and would drop it`,
    );
    for (const path of ["/v1/nodes", "/v1/agent/self"]) nomad.refuse(path, 403, "Permission denied");
    expect((await knownFields(nomad.api(), all)).warning).toBe(
      `transform: TaskGroups[0].MaxRunDuration ${takes}; TaskGroups[1].MaxRunDuration ${takes}; ` +
        `${by}: TaskGroups[0].MaxRunDuration ${takes}, and this token may not ask for Nomad's version`,
    );
  });

  it("is nothing that a job without such fields asks about", async () => {
    expect(await knownFields(nomad.api(), [])).toEqual({});
    expect(nomad.asked).toEqual([]);
  });
});
