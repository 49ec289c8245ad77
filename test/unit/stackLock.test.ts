import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { heldBy } from "../../commands/pulumi/stackLock";

/** As Pulumi's local backend writes it. */
const lock = (pid: number, host = hostname()) => ({
  ...{ pid, username: "ann", hostname: host, timestamp: "2026-11-28T20:00:00Z" },
});
const { pid: ended } = spawnSync("true");
const free = "npm run pulumi -- cancel --stack prod";

describe("a second run of a stack", () => {
  it("is told that the first one is alive before it is told how to free the stack", () => {
    const said = heldBy("prod", [lock(ended), lock(process.pid)]) ?? "";
    expect(said).toMatch(
      /^Stack prod is locked by a run that is still alive: process \d+ of ann on .*, since 2026-11-28T20/,
    );
    expect(said.indexOf("Don't unlock the stack while it runs")).toBeGreaterThan(0);
    expect(said.indexOf(free)).toBeGreaterThan(said.indexOf("Don't unlock the stack while it runs"));
  });

  it("takes a run on another machine for alive", () => {
    expect(heldBy("prod", [lock(ended, "elsewhere.example.com")])).toContain("is still alive: process");
  });

  it("is told how to free a stack whose run was killed", () => {
    const said = heldBy("prod", [lock(ended)]) ?? "";
    expect(said).toMatch(/^Stack prod is locked by a run that was killed: process/);
    expect(said).toContain(free);
    expect(said).not.toContain("alive");
  });

  it("begins where nothing holds the stack", () => {
    expect(heldBy("prod", [])).toBeUndefined();
    expect(heldBy("a-stack-that-nobody-has-made")).toBeUndefined();
  });
});
