import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RolloutWatch } from "../../../components/rollout/watch";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

describe("a server that has 60 s to pass its check", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  /** Why the rollout was given up after a look at it. */
  const reasonAfter = async (startedSecondsAgo: number): Promise<string | undefined> => {
    const cluster = (secondsAgo: number): number => Date.now() + (nomad.clockAhead - secondsAgo) * 1000;
    const server = {
      ...allocation(0).TaskStates?.server,
      StartedAt: new Date(cluster(startedSecondsAgo)).toISOString(),
    };
    const starting = allocation(0, {
      DeploymentStatus: null,
      TaskStates: { ...allocation(0).TaskStates, server } as never,
    });
    const running = deployment({ Status: "running", CreateTime: cluster(startedSecondsAgo + 1) * 1e6 });
    nomad
      .answer("/v1/job/shop", registeredJob())
      .answer("/v1/job/shop/deployments", [running])
      .answer("/v1/job/shop/allocations", [starting])
      .answer("/v1/job/shop/evaluations", [])
      .answer(`/v1/deployment/fail/${running.ID}`, {});
    const watch = new RolloutWatch(nomad.api(), {
      jobName: "shop",
      serverDeadlineSeconds: 60,
      tell: () => undefined,
    });
    const following = watch.follow(3, new AbortController().signal);
    watch.finish();
    await following;
    return watch.reason;
  };

  it.each([0, 300, -300])("is not given up early by a clock that is off by %i s", async (seconds) => {
    nomad.clockAhead = seconds;
    expect(await reasonAfter(30)).toBeUndefined();
  });

  it.each([0, 300, -300])("is given up when it is late, by a clock that is off by %i s", async (seconds) => {
    nomad.clockAhead = seconds;
    expect(await reasonAfter(90)).toMatch(/did not pass its check within 60 s/);
  });
});
