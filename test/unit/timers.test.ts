import { describe, expect, it } from "@jest/globals";
import { ladderProblems, type TimerSettings, timers } from "../../components/jobspec";

const usual: TimerSettings = {
  migrationTimeout: "10m",
  databaseWaitSeconds: 60,
  followerWaitSeconds: 25,
  serverDeadline: "2m",
  count: 2,
  maxParallel: 1,
};

describe("the ladder of timers", () => {
  it("follows from the migration's timeout when nothing else is set", () => {
    const allocation = 60 + 600 + 120;
    const healthyDeadline = allocation + 120;
    expect(timers(usual)).toEqual({
      allocation,
      healthyDeadline,
      progressDeadline: healthyDeadline + 60,
      // The canary, then two instances one after the other, each with a progress deadline of its own.
      customTimeout: (healthyDeadline + 60) * 3 + 60,
    });
  });

  it.each<[string, Partial<TimerSettings>]>([
    ["nothing else", {}],
    ["a migration of hours", { migrationTimeout: "6h" }],
    ["a migration of a second", { migrationTimeout: "1s" }],
    ["followers that wait longer than the migration", { followerWaitSeconds: 7200 }],
    ["no wait for the database", { databaseWaitSeconds: 1 }],
    ["commands before each server", { startCommands: true }],
    ["a server that starts slowly", { serverDeadline: "30m" }],
    ["a fraction of a second", { serverDeadline: "1500ms" }],
    ["many instances", { count: 500, maxParallel: 7 }],
    ["a healthy deadline of the user's own", { healthyDeadline: "2h" }],
    ["both deadlines of the user's own", { healthyDeadline: "2h", progressDeadline: "3h" }],
  ])("has each rung above the one below, with %s", (_what, changed) => {
    const settings = { ...usual, ...changed };
    const { allocation, healthyDeadline, progressDeadline, customTimeout } = timers(settings);
    expect(allocation).toBeGreaterThan(settings.databaseWaitSeconds + settings.followerWaitSeconds);
    expect(healthyDeadline).toBeGreaterThan(allocation);
    expect(progressDeadline).toBeGreaterThan(healthyDeadline);
    expect(customTimeout).toBeGreaterThan(
      progressDeadline * Math.ceil(settings.count / settings.maxParallel),
    );
    expect(Number.isInteger(customTimeout)).toBe(true);
    expect(ladderProblems(settings)).toEqual([]);
  });

  it("names a healthy deadline that ends while a migration may still run", () => {
    expect(ladderProblems({ ...usual, healthyDeadline: "5m" })).toEqual([
      "update.healthyDeadline is 5m, but an allocation may need 13m " +
        "(databaseWaitSeconds 60 + migrationTimeout 10m + update.serverDeadline 2m): " +
        "Nomad would give up while it still migrates. " +
        "Leave update.healthyDeadline out, set it above 13m, or lower migrationTimeout",
    ]);
  });

  it("gives commands before each server the migration's timeout once more", () => {
    expect(timers({ ...usual, startCommands: true }).allocation).toBe(60 + 600 + 600 + 120);
    expect(ladderProblems({ ...usual, startCommands: true, healthyDeadline: "20m" })[0]).toContain(
      "(databaseWaitSeconds 60 + migrationTimeout 10m + startCommands 10m + update.serverDeadline 2m)",
    );
  });

  it("names the followers' wait when that is the longer one", () => {
    const [problem] = ladderProblems({ ...usual, followerWaitSeconds: 1800, healthyDeadline: "20m" });
    expect(problem).toContain("an allocation may need 33m");
    expect(problem).toContain("databaseWaitSeconds 60 + migrationPollSeconds * migrationPollIters 30m");
    expect(problem).toMatch(/or lower migrationPollSeconds$/);
  });

  it("takes a healthy deadline just above the need, and none at it", () => {
    expect(ladderProblems({ ...usual, healthyDeadline: "13m1s" })).toEqual([]);
    expect(ladderProblems({ ...usual, healthyDeadline: "13m" })).toHaveLength(1);
  });

  it("names a progress deadline that is not longer than the healthy one", () => {
    expect(ladderProblems({ ...usual, healthyDeadline: "20m", progressDeadline: "20m" })).toEqual([
      "update.progressDeadline is 20m, but must be longer than update.healthyDeadline (20m): " +
        "leave it out or raise it",
    ]);
    // Zero means "fail at the first unhealthy instance" to Nomad, never "no limit".
    expect(ladderProblems({ ...usual, progressDeadline: "0s" })).toHaveLength(1);
  });

  it("names both when both are too short", () => {
    expect(ladderProblems({ ...usual, healthyDeadline: "2m", progressDeadline: "1m" })).toHaveLength(2);
  });
});
