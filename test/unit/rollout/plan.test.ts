import { describe, expect, it } from "@jest/globals";
import {
  describePlan,
  type DesiredUpdates,
  type ObjectDiff,
  type Plan,
} from "../../../components/rollout/plan";
import { allocationsFingerprint, needsReplacement } from "../../../components/rollout/recreate";
import { noUpdates } from "../../support/fakeNomad";

const image = {
  Type: "Edited" as const,
  Name: "Config",
  Fields: [{ Type: "Edited", Name: "image", Old: "shop:1", New: "shop:2" }],
};
const debug = { Type: "Added", Name: "Env[DEBUG]", Old: "", New: "a value that is nobody's business" };

function plan(
  updates: Partial<DesiredUpdates>,
  task: Partial<ObjectDiff> = {},
  changed: Partial<Plan> = {},
): Plan {
  const server: ObjectDiff = { Type: "Edited", Name: "server", Fields: [], Objects: [], ...task };
  return {
    JobModifyIndex: 7,
    Diff: {
      Type: "Edited",
      Name: "shop",
      Fields: [],
      TaskGroups: [{ Type: "Edited", Name: "app", Fields: [], Tasks: [server] }],
    },
    Annotations: { DesiredTGUpdates: { app: { ...noUpdates, ...updates } } },
    FailedTGAllocs: null,
    ...changed,
  };
}

describe("a preview says what Nomad would do", () => {
  it("nothing for a job that stays as it is", () => {
    const same = plan({ Ignore: 2 }, {}, { Diff: { Type: "None", Name: "shop" } });
    expect(describePlan(same, "canary", 2)).toEqual({ info: [], warnings: [] });
  });

  it("a first deployment creates", () => {
    const first = plan({ Place: 2 }, {}, { JobModifyIndex: 0 });
    expect(describePlan(first, "canary", 2)).toEqual({
      info: ["Nomad plan: app: 2 created"],
      warnings: [],
    });
  });

  it("a change of count restarts nothing", () => {
    expect(describePlan(plan({ InPlaceUpdate: 2, Place: 1 }), "canary", 3)).toEqual({
      info: ["Nomad plan: app: 1 created, 2 updated in place", "Running instances are not restarted."],
      warnings: [],
    });
  });

  it("count 0 parks: what stops, what stays, and how it comes back", () => {
    const { info, warnings } = describePlan(plan({ Stop: 2 }), "canary", 0);
    expect(info).toEqual([
      "Nomad plan: app: 2 stopped",
      expect.stringMatching(
        /^count is 0: the application is parked\. .*secrets and its data stay\. .*brings it back/,
      ),
    ]);
    expect(warnings).toEqual([]);
  });

  it("nothing of a parked application that stays parked", () => {
    const same = plan({}, {}, { Diff: { Type: "None", Name: "shop" } });
    expect(describePlan(same, "canary", 0)).toEqual({ info: [], warnings: [] });
  });

  it("a new image goes out with a canary first", () => {
    expect(describePlan(plan({ Canary: 1, Ignore: 3 }, { Objects: [image] }), "canary", 3)).toEqual({
      info: [
        "Nomad plan: app: 1 canary, 2 more once it is healthy",
        "Every instance is replaced: image shop:1 becomes shop:2.",
      ],
      warnings: [],
    });
  });

  it("a change of configuration alone is named, without its values, and leaves nothing to migrate", () => {
    const { info } = describePlan(plan({ Canary: 1 }, { Fields: [debug] }), "canary", 1);
    expect(info[1]).toBe(
      "Every instance is replaced: the image stays, the configuration changes (server Env[DEBUG]). " +
        "`migrate` runs once more, with nothing new to apply.",
    );
  });

  it("rolling says how many at a time, and warns when that is all there are", () => {
    const some = describePlan(plan({ DestructiveUpdate: 1, Ignore: 2 }, { Objects: [image] }), "rolling", 3);
    expect(some.info[0]).toBe("Nomad plan: app: 1 stopped and created anew, 2 after it");
    expect(some.warnings).toEqual([]);
    const all = describePlan(plan({ DestructiveUpdate: 1 }, { Objects: [image] }), "rolling", 1);
    expect(all.warnings).toEqual([
      expect.stringContaining("nothing serves until the new version has migrated"),
    ]);
  });

  it("recreate warns of the time in which nothing serves", () => {
    const { info, warnings } = describePlan(
      plan({ DestructiveUpdate: 2 }, { Objects: [image] }),
      "recreate",
      2,
    );
    expect(info).toEqual(["Nomad plan: app: the job is stopped, then 2 created"]);
    expect(warnings).toEqual([
      expect.stringContaining("every instance is stopped before the migration begins"),
    ]);
  });

  describe("a stop that takes longer than Nomad's clients allow", () => {
    const longer = { Name: "KillTimeout", Old: "5000000000", New: "120000000000" };
    const warned = (Type: string, New = longer.New): string[] =>
      describePlan(plan({ Canary: 1 }, { Fields: [{ ...longer, Type, New }] }), "canary", 2).warnings;

    it("is warned about when it is new, with both ways out", () => {
      for (const type of ["Added", "Edited"])
        expect(warned(type)).toEqual([
          expect.stringMatching(
            /^killTimeout becomes 2m, .*max_kill_timeout.*Set that on the clients, or lower/,
          ),
        ]);
    });

    it("falls silent when it is lowered, and when it stays because the clients were told", () => {
      expect(warned("Edited", "30000000000")).toEqual([]);
      expect(warned("None")).toEqual([]);
    });
  });

  it("rolling's gap falls silent with a canary", () => {
    expect(describePlan(plan({ Canary: 1 }, { Objects: [image] }), "canary", 1).warnings).toEqual([]);
  });

  it("what can't be placed is told with the reason", () => {
    const failure = {
      NodesEvaluated: 3,
      NodesFiltered: 0,
      NodesExhausted: 3,
      ConstraintFiltered: null,
      DimensionExhausted: { memory: 3 },
      ClassFiltered: null,
    };
    const { warnings } = describePlan(
      plan({ Canary: 1 }, {}, { FailedTGAllocs: { app: failure } }),
      "canary",
      2,
    );
    expect(warnings).toEqual([
      "No room for app in the cluster now: 3 nodes: memory exhausted on 3. " +
        "`up` would wait for it, a minute at most, and then fail.",
    ]);
  });
});

describe("recreate", () => {
  const jobspec = (group: object): string =>
    JSON.stringify({
      Job: { ID: "shop", TaskGroups: [{ Name: "app", Count: 2, Update: { MaxParallel: 2 }, ...group }] },
    });

  it("replaces the job for all that needs new instances, not for another number of them", () => {
    const before = allocationsFingerprint(jobspec({}));
    expect(allocationsFingerprint(jobspec({ Count: 5, Update: { MaxParallel: 5 } }))).toBe(before);
    expect(allocationsFingerprint(jobspec({ Tasks: [{ Config: { image: "shop:2" } }] }))).not.toBe(before);
    expect(allocationsFingerprint(jobspec({ Meta: { secrets_fingerprint: "1" } }))).not.toBe(before);
  });

  it("is not left to an update, which starts the new version while the old one still stops", () => {
    expect(needsReplacement("recreate", plan({ DestructiveUpdate: 1 }))).toBe(true);
    expect(needsReplacement("recreate", plan({ InPlaceUpdate: 2, Place: 1 }))).toBe(false);
    expect(needsReplacement("rolling", plan({ DestructiveUpdate: 1 }))).toBe(false);
    expect(needsReplacement("recreate", undefined)).toBe(false);
  });
});
