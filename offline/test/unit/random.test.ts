import { describe, expect, it } from "@jest/globals";
import { Secret } from "../../host/types";
import { unwrapAll } from "../../host/values";
import { randomProvider } from "../../random/provider";
import { PluginResource, type State } from "../support/pluginResource";

const password = new PluginResource(randomProvider(), "random:index/randomPassword:RandomPassword");
const valueOf = ({ outputs }: State): string => unwrapAll(outputs).result as string;

describe("the offline random plugin's password", () => {
  it("is as long as asked for, of the kinds that are allowed, and another each time", async () => {
    const inputs = { length: 64, special: false };
    const made = await Promise.all(Array.from({ length: 20 }, () => password.create(inputs)));
    for (const state of made) expect(valueOf(state)).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(new Set(made.map(valueOf)).size).toBe(20);
  });

  it("is secret in the state, and not in the id", async () => {
    const state = await password.create({ length: 20 });
    expect(state.outputs.result).toBeInstanceOf(Secret);
    expect(state.id).toBe("none");
  });

  it("has at least as many of each kind as asked for", async () => {
    const state = await password.create({
      length: 10,
      minSpecial: 4,
      minNumeric: 3,
      minUpper: 3,
      lower: false,
      overrideSpecial: "_",
    });
    expect(valueOf(state).match(/_/g)?.length).toBeGreaterThanOrEqual(4);
    expect(valueOf(state)).toMatch(/^[A-Z0-9_]{10}$/);
  });

  it("stays what it is while its inputs do, through a refresh too", async () => {
    const inputs = { length: 20, special: false, keepers: { user: "shop" } };
    const state = await password.create(inputs);
    expect((await password.diff(state, inputs)).changes).toBe("none");
    const refreshed = await password.refresh(state);
    expect(refreshed && valueOf(refreshed)).toBe(valueOf(state));
  });

  it.each([
    ["length", { length: 21 }],
    ["keepers", { length: 20, keepers: { user: "other" } }],
    ["special", { length: 20, special: false }],
  ])("another %s needs another password", async (property, inputs) => {
    const state = await password.create({ length: 20 });
    expect((await password.diff(state, inputs)).replaces).toContain(property);
  });

  it("is not known before it is made", async () => {
    const planned = await password.previewCreate({ length: 20 });
    expect(JSON.stringify(planned.result)).not.toMatch(/[A-Za-z0-9]{20}/);
  });

  it("can be imported by its value, which then shows no change", async () => {
    const state = await password.import("of before, taken over");
    if (!state) throw new Error("not imported");
    expect(valueOf(state)).toBe("of before, taken over");
    expect(state.id).toBe("none");
    expect((await password.diff(state, { length: 21 })).changes).toBe("none");
  });

  it.each([
    [{ length: 0 }, "length must be a whole number of at least 1"],
    [{ length: 3, minUpper: 4 }, "length is 3, less than the 4 that the minima ask for"],
    [
      { length: 3, lower: false, upper: false, numeric: false, special: false },
      "lower and upper, numeric and special are all false: allow one of them",
    ],
    [{ length: 3, lenght: 4 }, /^lenght is not known/],
  ])("%j is refused", async (inputs, message) => {
    const [failure] = await password.failures(inputs);
    expect(`${failure.property} ${failure.reason}`).toMatch(message);
  });
});
