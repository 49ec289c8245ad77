/** Numbers of instances that an autoscaler sets beside this program. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type AppSpec, renderJobspec } from "../../../components/jobspec";
import type { RegisteredJob } from "../../../components/nomad/models";
import type { JobMarks } from "../../../components/nomad/registered";
import { jobChanges } from "../../../components/rollout/jobChanges";
import { describePlan, isScaling, type JobDiff, type ObjectDiff } from "../../../components/rollout/plan";
import { type Rendered, renderForCluster } from "../../../components/rollout/rendering";
import { withoutEmptyScaling } from "../../../components/rollout/scalingDiff";
import { walkthrough } from "../../support/appSpecs";
import { deployment, FakeNomad, noUpdates, registeredJob } from "../../support/fakeNomad";

const release = 1700;
const scaling = { min: 1, max: 9, enabled: true };
const text = (marks: JobMarks, changed: Partial<AppSpec> = {}): string =>
  renderJobspec({
    ...walkthrough,
    count: marks.numbers?.app ?? 2,
    scaling,
    gate: { ...walkthrough.gate, env: { DJANGO_NOMAD_GATE_RELEASE: String(marks.release) } },
    ...changed,
  });
const registered = (Count: number, Scaling: object | null = {}): RegisteredJob =>
  registeredJob({
    TaskGroups: [
      {
        ...{ Name: "app", Count, Scaling, Meta: null },
        Tasks: [{ Name: "migrate", Env: { DJANGO_NOMAD_GATE_RELEASE: String(release) } }],
      },
    ],
  });
/** As Nomad says it of every job that has such a block. */
const unchanged = (...more: ObjectDiff[]): JobDiff => ({
  ...{ Type: "Edited", Name: "shop" },
  TaskGroups: [
    { Type: "Edited", Name: "app", Fields: null, Objects: [{ Type: "Edited", Name: "Scaling" }, ...more] },
  ],
});
const planOf = (Diff: JobDiff, updates = { InPlaceUpdate: 2 }): object => ({
  JobModifyIndex: 40,
  Diff,
  Annotations: { DesiredTGUpdates: { app: { ...noUpdates, ...updates } } },
  FailedTGAllocs: null,
});

describe("a group that is left to an autoscaler", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop/versions", { Versions: [registered(2)] })
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/plan", planOf(unchanged()));
  });
  afterEach(() => nomad.stop());

  const rendered = (changed: Partial<AppSpec> = {}, scaled = ["app"]): Promise<Rendered> =>
    renderForCluster(nomad.api(), "shop", (marks) => text(marks, changed), scaled);

  it("keeps the text that it was registered from where only its number is another one", async () => {
    const source = text({ release });
    nomad.answer("/v1/job/shop", registered(5)).answer("/v1/job/shop/submission", { Source: source });
    const { jobspec, plan, numbers } = await rendered();
    expect(jobspec).toBe(source);
    expect(numbers).toEqual({ app: 5 });
    expect(plan && describePlan(plan, "canary", { count: 2, scaled: ["app"] }, numbers)).toEqual({
      info: [],
      warnings: [],
    });
  });

  it("has the number that Nomad has where anything else changes", async () => {
    nomad
      .answer("/v1/job/shop", registered(5))
      .answer("/v1/job/shop/submission", { Source: text({ release }) });
    const { jobspec } = await rendered({ port: 9000 });
    expect(jobspec).toBe(text({ release, numbers: { app: 5 } }, { port: 9000 }));
  });

  it("begins with its count where there is no job yet, and after it was parked", async () => {
    nomad.refuse("/v1/job/shop", 404, "job not found").refuse("/v1/job/shop/deployment", 404, "none");
    expect((await rendered()).numbers).toEqual({ app: 2 });
    nomad.answer("/v1/job/shop", registered(0, null)).answer("/v1/job/shop/deployment", null);
    expect((await rendered()).numbers).toEqual({ app: 2 });
  });

  it("may have been scaled to nothing, which is no parking", async () => {
    nomad.answer("/v1/job/shop", registered(0));
    expect((await rendered()).numbers).toEqual({ app: 0 });
  });

  it("keeps its number also where the token may not plan, and has none where Nomad is away", async () => {
    nomad.answer("/v1/job/shop", registered(5)).refuse("/v1/job/shop/plan", 403, "Permission denied");
    expect(await rendered()).toMatchObject({ jobspec: text({ release, numbers: { app: 5 } }) });
    nomad.refuse("/v1/job/shop", 500, "no cluster leader");
    expect((await rendered()).numbers).toBeUndefined();
  });

  it("is asked about only where there is one", async () => {
    nomad
      .answer("/v1/job/shop", registered(5))
      .answer("/v1/job/shop/submission", { Source: text({ release }) });
    nomad.answer("/v1/job/shop/plan", planOf({ Type: "None", Name: "shop" }));
    expect((await rendered({}, [])).jobspec).toBe(text({ release }));
    expect(nomad.asked).not.toContain("GET /v1/job/shop/submission");
  });
});

describe("what Nomad says of a scaling block", () => {
  it("is no change where no field differs, though Nomad calls it edited", () => {
    expect(withoutEmptyScaling(unchanged())).toMatchObject({ Type: "None" });
    expect(withoutEmptyScaling(unchanged({ Type: "Edited", Name: "Update" }))).toMatchObject({
      Type: "Edited",
    });
    const nested = unchanged();
    nested.TaskGroups = [
      {
        ...{ Type: "Edited", Name: "app" },
        Objects: [{ Type: "Edited", Name: "Scaling", Objects: [{ Type: "Edited", Name: "Policy" }] }],
      },
    ];
    expect(withoutEmptyScaling(nested)).toMatchObject({ Type: "None" });
  });

  it("is a change where one does, or where the block is new", () => {
    const changes: ObjectDiff[] = [
      { Type: "Edited", Name: "Scaling", Fields: [{ Type: "Edited", Name: "Max", Old: "4", New: "5" }] },
      { Type: "Added", Name: "Scaling", Fields: [{ Type: "Added", Name: "Max", Old: "", New: "5" }] },
    ];
    for (const change of changes) {
      const diff: JobDiff = {
        ...unchanged(),
        TaskGroups: [{ Type: "Edited", Name: "app", Objects: [change] }],
      };
      expect(withoutEmptyScaling(diff)).toEqual(diff);
      expect(isScaling(diff, ["app"])).toBe(false);
    }
  });
});

describe("a preview of a change", () => {
  it("does not take the autoscaler's number for one of its own", () => {
    const before = text({ release });
    const after = text({ release, numbers: { app: 5 } }, { shutdownDelay: "9s" });
    expect(jobChanges(before, after)).toEqual(["Tasks[server].ShutdownDelay: 5s -> 9s"]);
    expect(jobChanges(text({ release }, { scaling: undefined }), after)).toContain("Count: 2 -> 5");
  });
});
