import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { Outcome } from "../../../components/messages/outcome";

/** A resource, which is registered when the promise says so. */
const registeredAt = (when: Promise<void>): pulumi.Resource =>
  ({ urn: { apply: (then: () => void) => void when.then(then) } }) as unknown as pulumi.Resource;
const never = new Promise<void>(() => undefined);
const all = { image: "shop:2", count: 2 };

describe("a stack's outputs", () => {
  it("are known when the job is registered", async () => {
    expect(await new Outcome().outputs(all, registeredAt(Promise.resolve()))).toEqual(all);
  });

  it("of an up whose rollout fails are none, and Pulumi keeps those of before", async () => {
    const outcome = new Outcome();
    const outputs = outcome.outputs(all, registeredAt(never));
    await outcome.fail();
    expect(await outputs).toEqual({});
  });

  it("of an up that is refused are none either, before Pulumi hears of it", async () => {
    const outcome = new Outcome();
    let known: object | undefined;
    void outcome.outputs(all, registeredAt(never)).then((outputs) => (known = outputs));
    const refusing = outcome.guard(() => Promise.reject(new Error("no such namespace")));
    await expect(refusing).rejects.toThrow("no such namespace");
    expect(known).toEqual({});
  });
});
