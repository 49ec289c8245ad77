/** What examples/ci/nomad-login.sh refuses before it asks Nomad. test/e2e/pipeline.test.ts runs the rest on a real one. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";

describe("examples/ci/nomad-login.sh", () => {
  const runWith = (...args: string[]) =>
    spawnSync("sh", [join(repoRoot, "examples", "ci", "nomad-login.sh"), ...args], { encoding: "utf8" });

  it.each([[[]], [["shop"]], [["acme/"]]])("says how it is used when it is called with %j", (args) => {
    const { status, stderr, stdout } = runWith(...args);
    expect(stderr).toBe("Usage: sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY\n");
    expect([status, stdout]).toEqual([1, ""]);
  });

  it("makes no auth method for the example's address", () => {
    const { status, stderr } = runWith("acme/shop");
    expect(stderr).toMatch(
      /^BoundAudiences in .*nomad-login.json is still an example\. .*Nothing was changed\n$/,
    );
    expect(status).toBe(1);
  });
});
