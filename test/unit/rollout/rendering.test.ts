import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JobMarks } from "../../../components/rollout/registered";
import { renderForCluster } from "../../../components/rollout/rendering";
import { NomadApi } from "../../../components/rollout/nomadApi";
import { deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

const render = (marks: JobMarks): string => JSON.stringify({ Job: { ID: "shop", ...marks } });
const none = { JobModifyIndex: 40, Diff: { Type: "None" }, Annotations: null, FailedTGAllocs: null };
const edited = { ...none, Diff: { Type: "Edited" } };

describe("the jobspec is made with a look at what Nomad has", () => {
  let nomad: FakeNomad;

  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registeredJob())
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/plan", none);
  });
  afterEach(() => nomad.stop());

  const rendered = () => renderForCluster(nomad.api(), "shop", render);

  it("a job that serves and is unchanged takes one question more than its state", async () => {
    expect(await rendered()).toMatchObject({ jobspec: render({}), plan: none });
    expect(nomad.asked.sort()).toEqual([
      "GET /v1/job/shop",
      "GET /v1/job/shop/deployment",
      "POST /v1/job/shop/plan",
    ]);
  });

  it.each(["failed", "cancelled"])(
    "a version whose rollout %s is registered again, so that the next up is not green over it",
    async (Status) => {
      nomad.answer("/v1/job/shop/deployment", deployment({ Status }));
      expect((await rendered()).jobspec).toBe(render({ retryOf: "d0d0d0d0" }));
    },
  );

  it("a rollout that failed and was reverted is over: the version before is not registered again", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "failed", JobVersion: 3 }));
    expect((await rendered()).jobspec).toBe(render({}));
  });

  it("the mark of a failed rollout stays once it is there: mended, the job shows no change", async () => {
    const TaskGroups = [{ Name: "app", Count: 2, Meta: { retry_of_deployment: "0ld0ld00" } }];
    nomad.answer("/v1/job/shop", registeredJob({ TaskGroups }));
    expect((await rendered()).jobspec).toBe(render({ retryOf: "0ld0ld00" }));
  });

  it("a job that was scaled by hand keeps the text it came from; it is registered again all the same", async () => {
    nomad.answer("/v1/job/shop/plan", edited).answer("/v1/job/shop/submission", { Source: render({}) });
    const { jobspec } = await rendered();
    expect(jobspec).toBe(
      render({ description: "Registered again by Pulumi: it had been changed outside, in version 4" }),
    );
    nomad
      .answer("/v1/job/shop", registeredJob({ Version: 5, UI: { Description: descriptionOf(jobspec) } }))
      .answer("/v1/job/shop/plan", none);
    expect((await rendered()).jobspec).toBe(jobspec);
  });

  it("a change of the program is a change, and needs no mark", async () => {
    nomad.answer("/v1/job/shop/plan", edited).answer("/v1/job/shop/submission", { Source: "another text" });
    expect((await rendered()).jobspec).toBe(render({}));
  });

  it("a description of the users' own is left alone", async () => {
    nomad.answer("/v1/job/shop", registeredJob({ UI: { Description: "The shop" } }));
    expect((await rendered()).jobspec).toBe(render({}));
  });

  it("a token that may not plan is told which capability it lacks", async () => {
    nomad.refuse("/v1/job/shop/plan", 403, "Permission denied");
    const { jobspec, problem } = await rendered();
    expect(jobspec).toBe(render({}));
    expect(problem).toContain("the token lacks plan-job in namespace default");
  });

  it("a job that Nomad would refuse is told in Nomad's words", async () => {
    nomad.refuse("/v1/job/shop/plan", 500, "1 error occurred: * Task Group count can't be negative");
    expect((await rendered()).problem).toBe(
      "Nomad would refuse this job: 500 1 error occurred: * Task Group count can't be negative",
    );
  });

  it("a cluster that is out of reach is said, and the jobspec is made without it", async () => {
    const away = new NomadApi({ address: "http://127.0.0.1:9" }, undefined, AbortSignal.timeout(5_000));
    const { jobspec, problem } = await renderForCluster(away, "shop", render);
    expect(jobspec).toBe(render({}));
    expect(problem).toMatch(/could not be checked: Nomad at http:\/\/127\.0\.0\.1:9 can't be reached/);
  });
});

function descriptionOf(jobspec: string): string {
  return (JSON.parse(jobspec) as { Job: { description: string } }).Job.description;
}
