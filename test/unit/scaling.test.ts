/** Groups whose number an autoscaler sets. */
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs } from "../../components";
import {
  mostAtOnce,
  mostInstances,
  processCounts,
  scaledGroups,
  webCount,
} from "../../components/arguments/processCounts";
import { maxParallel, timerSettings } from "../../components/arguments/timerSettings";
import { buildJob } from "../../components/jobspec";
import type { NomadJob } from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";
import { runProgram } from "../support/engine";

const worker = { command: ["celery", "worker"] };
const deploy = async (args: Partial<DjangoAppArgs>) => {
  const { resource } = await runProgram(
    () => new DjangoApp("web", { djangoImage: "shop:1", jobName: "shop", ...args }),
  );
  return resource;
};
const groupsOf = async (args: Partial<DjangoAppArgs>) => {
  const { jobspec } = (await deploy(args))("web-job").inputs;
  return (JSON.parse(String(jobspec)) as { Job: NomadJob }).Job.TaskGroups;
};

describe("scaling", () => {
  it("is in the group's block, with a policy as it was given", async () => {
    const policy = { cooldown: "2m", check: [{ cpu: [{ query: "avg_cpu" }] }] };
    const [app, group] = await groupsOf({
      scaling: { min: 2, max: 5, policy },
      processes: { worker: { ...worker, scaling: { min: 0, max: 9, enabled: false } } },
    });
    expect([app.Count, app.Scaling]).toEqual([
      2,
      { Type: "horizontal", Enabled: true, Min: 2, Max: 5, Policy: policy },
    ]);
    expect([group.Count, group.Scaling]).toEqual([1, { Type: "horizontal", Enabled: false, Min: 0, Max: 9 }]);
  });

  it("is left out of what count 0 stops, so that no autoscaler starts it", async () => {
    const scaled = { scaling: { min: 2, max: 5 } };
    const parked = await groupsOf({ ...scaled, count: 0, processes: { worker: { ...worker, ...scaled } } });
    expect(parked.map(({ Count, Scaling }) => [Count, Scaling])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
    const [app, group] = await groupsOf({
      ...scaled,
      processes: { worker: { ...worker, ...scaled, count: 0 } },
    });
    expect([app.Scaling?.Max, group.Count, group.Scaling]).toEqual([5, 0, undefined]);
    expect(scaledGroups({ ...scaled, processes: { worker: { ...scaled, count: 0 } } })).toEqual(["app"]);
  });

  it("keeps the registered number within its limits; without it count alone decides", () => {
    const scaled = { count: 3, scaling: { min: 2, max: 5 } };
    expect(webCount(scaled)).toBe(3);
    expect([1, 4, 9].map((app) => webCount(scaled, { app }))).toEqual([2, 4, 5]);
    expect(webCount({ count: 3 }, { app: 7 })).toBe(3);
    expect(webCount({ ...scaled, count: 0 }, { app: 7 })).toBe(0);
    const processes = { worker: { scaling: { min: 0, max: 5 } }, other: {} };
    expect(processCounts({ processes }, { worker: 0, other: 9 })).toEqual({ worker: 0, other: 1 });
    expect(processCounts({ processes })).toEqual({ worker: 1, other: 1 });
  });

  it("has timers, database connections and batches reckoned with the most instances", async () => {
    const args = {
      count: 1,
      scaling: { max: 9 },
      processes: { worker: { ...worker, scaling: { max: 20 } } },
    };
    expect(mostInstances(args)).toEqual({ app: 9, worker: 20 });
    expect(mostAtOnce({ ...args, count: 0 })).toBe(29);
    expect(timerSettings(args).count).toBe(20);
    expect(maxParallel({ ...args, update: { strategy: "recreate" } })).toBe(9);
    const postgres = { namePrefix: "shop-test", password: "correct horse" };
    const resource = await deploy({ ...args, postgres });
    expect(resource("web-postgres-server").inputs.command).toContain("max_connections=600");
    const fixed = await deploy({ count: 20 });
    expect(resource("web-job").options.customTimeouts).toEqual(fixed("web-job").options.customTimeouts);
  });

  it("replaces all at once with recreate, whatever the number has become", () => {
    const update = { ...walkthrough.update, strategy: "recreate" as const };
    const scaling = { min: 1, max: 9, enabled: true };
    for (const count of [1, 5]) {
      const [group] = buildJob({ ...walkthrough, update, count, scaling }).TaskGroups;
      expect(group.Update.MaxParallel).toBe(9);
    }
  });
});
