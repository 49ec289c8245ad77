import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JobMarks } from "../../../components/nomad/registered";
import { renderCompanion, renderForCluster } from "../../../components/rollout/rendering";
import type { RegisteredJob } from "../../../components/nomad/models";
import { NomadApi } from "../../../components/nomad/api";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

const render = (marks: JobMarks): string => JSON.stringify({ Job: { ID: "shop", ...marks } });
const updates = {
  Ignore: 0,
  Place: 0,
  Migrate: 0,
  Stop: 0,
  InPlaceUpdate: 0,
  DestructiveUpdate: 0,
  Canary: 0,
};
const planOf = (Diff: object, changed: object): object => ({
  JobModifyIndex: 40,
  Diff,
  Annotations: { DesiredTGUpdates: { app: { ...updates, ...changed } } },
  FailedTGAllocs: null,
});
const none = planOf({ Type: "None" }, { Ignore: 2 });
const edited = planOf({ Type: "Edited" }, { InPlaceUpdate: 2 });
const replaced = planOf({ Type: "Edited" }, { Canary: 1, Ignore: 2 });

/** A job as release 1700 registered it. */
const groupOf = (release: number | undefined, Count = 2): RegisteredJob["TaskGroups"] => {
  const Env: Record<string, string> =
    release === undefined ? {} : { DJANGO_NOMAD_GATE_RELEASE: String(release) };
  return [{ Name: "app", Count, Meta: null, Tasks: [{ Name: "migrate", Env }] }];
};
const registered = (changed: Partial<RegisteredJob> = {}): RegisteredJob =>
  registeredJob({ TaskGroups: groupOf(1700), ...changed });
const same = render({ release: 1700 });

describe("the jobspec is made with a look at what Nomad has", () => {
  let nomad: FakeNomad;

  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registered())
      .answer("/v1/job/shop/versions", { Versions: [registered()] })
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/plan", none);
  });
  afterEach(() => nomad.stop());

  const rendered = () => renderForCluster(nomad.api(), "shop", render);
  /** The number that was rendered. */
  const release = async (): Promise<number> =>
    (JSON.parse((await rendered()).jobspec) as { Job: { release: number } }).Job.release;
  const isNow = (number: number): boolean => Math.abs(number - Date.now() / 1000) < 60;

  it("a job that serves and is unchanged takes one question more than its state", async () => {
    expect(await rendered()).toMatchObject({ jobspec: same, plan: none });
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
      expect(isNow(await release())).toBe(true);
    },
  );

  it("a rollout that failed and was reverted is over: the version before is not registered again", async () => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status: "failed", JobVersion: 3 }));
    expect((await rendered()).jobspec).toBe(same);
  });

  it.each<[change: string, plan: object, job?: Partial<RegisteredJob>]>([
    ["what replaces every instance", replaced],
    ["another image of a job that is stopped", planOf({ Type: "Edited" }, { Place: 2 }), { Stop: true }],
    ["another image of a job that has no instance", planOf({ Type: "Edited" }, { Place: 2 })],
    ["a job from before there were numbers", none, { TaskGroups: groupOf(undefined) }],
  ])("%s is a release with a number of its own", async (_change, plan, job = {}) => {
    nomad.answer("/v1/job/shop", registered(job)).answer("/v1/job/shop/plan", plan);
    expect(isNow(await release())).toBe(true);
  });

  describe("a version that never was stable, and whose deployment Nomad has forgotten,", () => {
    const failed = allocation(0, { ClientStatus: "failed" });
    it.each<[latest: string, answer: object | null]>([
      ["with none left", null],
      ["with that of the version before", deployment({ JobVersion: 3 })],
    ])("is tried again when nothing of it runs: %s", async (_latest, answer) => {
      nomad
        .answer("/v1/job/shop", registered({ Stable: false }))
        .answer("/v1/job/shop/deployment", answer)
        .answer("/v1/job/shop/allocations", [failed, allocation(1, { JobVersion: 3 })]);
      expect(isNow(await release())).toBe(true);
    });

    it.each<[what: string, job: Partial<RegisteredJob>, allocations: object[]]>([
      ["that serves", { Stable: false }, [failed, allocation(1)]],
      ["that is on its way", { Stable: false }, [allocation(0, { ClientStatus: "pending" })]],
      ["that has no instances", { Stable: false, TaskGroups: groupOf(1700, 0) }, []],
      ["that was stable once", { Stable: true }, [failed]],
    ])("keeps its number when it is one %s", async (_what, job, allocations) => {
      nomad
        .answer("/v1/job/shop", registered(job))
        .answer("/v1/job/shop/deployment", null)
        .answer("/v1/job/shop/allocations", allocations);
      expect(await release()).toBe(1700);
    });
  });

  const scaled = {
    Type: "Edited",
    TaskGroups: [
      { Type: "Edited", Name: "app", Fields: [{ Type: "Edited", Name: "Count", Old: "2", New: "4" }] },
    ],
  };
  it.each<[change: string, plan: object]>([
    ["scaling", planOf(scaled, { Place: 2, InPlaceUpdate: 2 })],
    ["scaling from nothing", planOf(scaled, { Place: 4 })],
    ["what Nomad updates in place", edited],
    [
      "what a rollout that still runs has left to replace",
      planOf({ Type: "None" }, { DestructiveUpdate: 1 }),
    ],
    ["scaling while a rollout still runs", planOf(scaled, { DestructiveUpdate: 1, Place: 2 })],
    ["an instance that is placed anew", planOf({ Type: "None" }, { Place: 1, Ignore: 1 })],
  ])("%s is none, and keeps the number", async (_change, plan) => {
    nomad.answer("/v1/job/shop/plan", plan).answer("/v1/job/shop/submission", { Source: "another text" });
    expect(await release()).toBe(1700);
  });

  it("a number is higher than that of every version, also of one that failed and was reverted", async () => {
    const future = Math.floor(Date.now() / 1000) + 10_000;
    nomad.answer("/v1/job/shop/plan", replaced).answer("/v1/job/shop/versions", {
      Versions: [registered({ TaskGroups: groupOf(future) }), registered()],
    });
    expect(await release()).toBe(future + 1);
  });

  it("a plan that Nomad does not give for a moment is no reason to let a changed image go by the old number", async () => {
    nomad.refuse("/v1/job/shop/plan", 500, "rpc error: no cluster leader");
    expect(isNow(await release())).toBe(true);
  });

  it("a job that was scaled by hand keeps the text it came from; it is registered again all the same", async () => {
    nomad.answer("/v1/job/shop/plan", edited).answer("/v1/job/shop/submission", { Source: same });
    const { jobspec } = await rendered();
    const description = "Registered again by Pulumi: it had been changed outside, in version 4";
    expect(jobspec).toBe(render({ release: 1700, description }));
    nomad
      .answer("/v1/job/shop", registered({ Version: 5, UI: { Description: descriptionOf(jobspec) } }))
      .answer("/v1/job/shop/plan", none);
    expect((await rendered()).jobspec).toBe(jobspec);
  });

  it("a change of the program is a change, and needs no mark", async () => {
    nomad.answer("/v1/job/shop/plan", edited).answer("/v1/job/shop/submission", { Source: "another text" });
    expect((await rendered()).jobspec).toBe(same);
  });

  it("a description of the users' own is left alone", async () => {
    nomad.answer("/v1/job/shop", registered({ UI: { Description: "The shop" } }));
    expect((await rendered()).jobspec).toBe(same);
  });

  it("a token that may not plan is told which capability it lacks", async () => {
    nomad.refuse("/v1/job/shop/plan", 403, "Permission denied");
    const { jobspec, problem } = await rendered();
    expect(jobspec).toBe(same);
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
    expect(jobspec).toMatch(/"release":\d{10}/);
    expect(problem).toMatch(/could not be checked: Nomad at http:\/\/127\.0\.0\.1:9 can't be reached/);
  });
});

function descriptionOf(jobspec: string): string {
  return (JSON.parse(jobspec) as { Job: { description: string } }).Job.description;
}

describe("the jobspec of a singleton", () => {
  let nomad: FakeNomad;
  const text = ({ attempt }: JobMarks): string => JSON.stringify({ Job: { ID: "shop", attempt } });
  const groups = (attempt?: string): RegisteredJob["TaskGroups"] => [
    { Name: "beat", Count: 1, Meta: attempt === undefined ? null : { attempt }, Tasks: [] },
  ];
  const rendered = async (): Promise<string> => (await renderCompanion(nomad.api(), "shop", text)).jobspec;

  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", registeredJob({ TaskGroups: groups("3") }))
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/submission", { Source: "another text" })
      .answer("/v1/job/shop/plan", none);
  });
  afterEach(() => nomad.stop());

  it("keeps the number of its attempt while it runs, and when it is replaced", async () => {
    expect(await rendered()).toBe(text({ attempt: "3" }));
    nomad.answer("/v1/job/shop/plan", replaced);
    expect(await rendered()).toBe(text({ attempt: "3" }));
  });

  it.each(["failed", "cancelled"])("is tried again when its rollout %s", async (Status) => {
    nomad.answer("/v1/job/shop/deployment", deployment({ Status }));
    expect(await rendered()).toBe(text({ attempt: "5" }));
  });

  it("is registered again where somebody has changed it by hand", async () => {
    nomad
      .answer("/v1/job/shop/plan", edited)
      .answer("/v1/job/shop/submission", { Source: text({ attempt: "3" }) });
    expect(await rendered()).toBe(text({ attempt: "5" }));
  });

  it("has no number when it is new, and when Nomad can't be asked", async () => {
    nomad.refuse("/v1/job/shop", 404, "not found").answer("/v1/job/shop/plan", replaced);
    expect(await rendered()).toBe(text({}));
    nomad.refuse("/v1/job/shop", 500, "no leader");
    expect(await renderCompanion(nomad.api(), "shop", text)).toMatchObject({
      jobspec: text({}),
      problem: expect.stringContaining("no leader"),
    });
  });
});
