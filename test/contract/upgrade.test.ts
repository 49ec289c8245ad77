import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone } from "../support/clone";
import { Cluster } from "../support/cluster";
import { expectShowing } from "../support/expectShowing";

/**
 * What earlier versions left: `STACK.json` is `pulumi stack export` after an `up` of the example stack, with the gate's
 * text and the places of code left out, and `Pulumi.STACK.yaml` the stack's file then.
 */
const states = join(__dirname, "states");
/** The clone that deployed the dev stack: its containers have this in their names. */
const recordedClone = "c3311634";
/** Where the recorded stacks were deployed to. */
const recordedAddress = "https://nomad.example.com:4646";

interface Step {
  op: string;
  urn: string;
}

interface State {
  deployment: { resources: { urn: string; type: string; outputs?: Record<string, unknown> }[] };
}

/** What a version lacks: the first preview creates it. */
const lacks: Record<string, string[]> = {
  // The job of one-off commands, with its copy of the secrets, and what protects all jobs.
  "0.1.0": ["django-manage", "django-protection"],
  "0.2.0": ["django-protection"],
};

describe.each(Object.keys(lacks))("a stack that version %s deployed", (version) => {
  let clone: Clone;
  let cluster: Cluster;

  const recorded = (file: string): string =>
    readFileSync(join(states, version, file), "utf8").replaceAll(recordedAddress, cluster.address);

  /** Registers the state's jobs, so that Nomad has what the state says. */
  const registerJobs = async ({ deployment }: State): Promise<void> => {
    const jobs = deployment.resources.filter(({ type }) => type === "nomad:index/job:Job");
    for (const { outputs = {} } of jobs) {
      const { Job } = JSON.parse(outputs.jobspec as string) as { Job: { ID: string; Namespace?: string } };
      await cluster.request("PUT", "/v1/jobs", { Job });
      const path = `/v1/job/${Job.ID}?namespace=${Job.Namespace ?? "default"}`;
      const { JobModifyIndex } = await cluster.get<{ JobModifyIndex: number }>(path);
      outputs.modifyIndex = String(JobModifyIndex);
    }
  };

  const pulumi = async (...args: string[]): Promise<string> => {
    const env = {
      NOMAD_TOKEN: cluster.token,
      DJANGO_NOMAD_INSTANCE: recordedClone,
    };
    const { code, output } = await clone.npm(["run", "--silent", "pulumi", "--", ...args], env);
    expectShowing(code, output).toBe(0);
    return output;
  };

  beforeAll(async () => {
    cluster = await Cluster.start({ locked: true, clients: 0 });
    for (const Name of ["shop-staging", "shop-prod"])
      await cluster.request("PUT", `/v1/namespace/${Name}`, { Name });
    clone = Clone.create();
    mkdirSync(join(clone.folder, "certificates"));
    const authority = readFileSync(cluster.authority, "utf8");
    for (const name of ["nomad-ca.pem", "database-ca.pem"]) clone.write(`certificates/${name}`, authority);
  });
  afterAll(async () => {
    await cluster?.stop();
    clone?.discard();
  });

  it.each(["dev", "staging", "prod"])(
    "%s previews under this one: its jobs are updated, nothing is replaced, removed or lost",
    async (stack) => {
      const state = JSON.parse(recorded(`${stack}.json`)) as State;
      await registerJobs(state);
      clone.write(`Pulumi.${stack}.yaml`, recorded(`Pulumi.${stack}.yaml`));
      const file = join(clone.folder, "state.json");
      writeFileSync(file, JSON.stringify(state));
      await pulumi("stack", "init", stack);
      await pulumi("stack", "import", "--file", file, "--stack", stack);
      const preview = await pulumi("preview", "--json", "--show-sames", "--refresh=false", "--stack", stack);
      const { steps } = JSON.parse(preview.slice(preview.indexOf("{"))) as { steps: Step[] };
      const kept = steps.filter(({ op }) => op === "same" || op === "update").map(({ urn }) => urn);
      // Pulumi's own providers by default are no steps.
      const recordedUrns = state.deployment.resources
        .map(({ urn }) => urn)
        .filter((urn) => !/::default(_[0-9_]+)?$/.test(urn));
      expect(recordedUrns.filter((urn) => !kept.includes(urn))).toEqual([]);
      const changed = steps
        .filter(({ op }) => op !== "same")
        .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
      // Without the gate's text each recorded job differs.
      const jobs = state.deployment.resources.filter(({ type }) => type === "nomad:index/job:Job");
      const updated = jobs.map(({ urn }) => `update ${urn.split("::").at(-1)}`);
      const added = lacks[version].map((name) => `create ${name}`);
      expect(changed).toEqual(expect.arrayContaining([...updated, ...added]));
      const isNew = (one: string): boolean => added.some((name) => one.startsWith(name));
      expect(changed.filter((one) => !isNew(one)).sort()).toEqual(updated.sort());
    },
  );
});
