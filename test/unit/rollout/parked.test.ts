import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { awaitParked } from "../../../components/rollout/parked";
import { allocation, FakeNomad, stoppingWithin } from "../../support/fakeNomad";

describe("an application that count 0 parks", () => {
  let nomad: FakeNomad;
  let told: string[];
  const park = (deadlineSeconds?: number): Promise<string | undefined> => {
    const options = { jobName: "shop", tell: (line: string) => void told.push(line), deadlineSeconds };
    return awaitParked(nomad.api(), options, new AbortController().signal);
  };
  const stopping = { DesiredStatus: "stop" };
  const stopped = { DesiredStatus: "stop", ClientStatus: "complete" as const };

  beforeEach(async () => {
    told = [];
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  it("of which nothing runs is parked, and nothing is said", async () => {
    nomad.answer("/v1/job/shop/allocations", [allocation(0, stopped)]);
    expect(await park()).toBeUndefined();
    expect(told).toEqual([]);
  });

  it("is waited for until its last instance has stopped", async () => {
    const looks = [
      [allocation(0, stopping), allocation(1, stopping)],
      [allocation(0, stopped), allocation(1, stopping)],
      [allocation(0, stopped), allocation(1, stopped)],
    ];
    nomad.answer("/v1/job/shop/allocations", () => looks.shift() ?? []);
    expect(await park()).toBeUndefined();
    expect(told).toEqual([
      "count is 0: waiting for 2 instances to stop",
      "count is 0: waiting for 1 instance to stop",
      "parked: nothing of shop runs any more",
    ]);
  });

  it("is waited for as long as its instances may take to stop", async () => {
    const looks = [[allocation(0, stopping)], [allocation(0, stopping)], [allocation(0, stopped)]];
    nomad
      .answer("/v1/job/shop/allocations", () => looks.shift() ?? [])
      .answer("/v1/job/shop/versions", { Versions: [stoppingWithin("5s"), stoppingWithin("10m")] });
    expect(await park(0)).toBeUndefined();
    expect(looks).toEqual([]);
  });

  it("is not parked while an instance does not stop: it is named with its node", async () => {
    nomad.answer("/v1/job/shop/allocations", [allocation(0, stopping), allocation(1, stopped)]);
    expect(await park(0)).toMatch(
      /^1 of the instances of shop still run 0 s after count became 0 \(allocation a0a1b2c3 on node-1\)/,
    );
  });
});
