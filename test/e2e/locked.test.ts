import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, LockedBed } from "../support/lockedBed";

describe("on a cluster with access control and TLS", () => {
  let bed: LockedBed;
  const tokens = {} as Record<Stack, string>;

  beforeAll(async () => {
    bed = await LockedBed.prepare();
    for (const stack of ["staging", "prod"] as const) {
      tokens[stack] = await bed.token(await bed.policy("deploy", stack));
    }
  });
  afterAll(() => bed?.stop());

  it("staging and production deploy from the example stacks with the smallest policies, and serve", async () => {
    const ups = (["staging", "prod"] as const).map((stack) => bed.run(stack, "up", ["--yes"], tokens[stack]));
    for (const { code, output } of await Promise.all(ups)) expect(code, output).toBe(0);
    for (const [stack, count] of [
      ["staging", 2],
      ["prod", 4],
    ] as const) {
      const urls = await bed.urls(stack);
      expect(urls).toHaveLength(count);
      for (const url of urls) expect((await fetch(url)).status).toBe(200);
    }
  });
});
