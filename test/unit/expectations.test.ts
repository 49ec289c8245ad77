import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { expectShowing } from "../support/expectShowing";
import { onTestFinished } from "../support/onTestFinished";
import { eventually } from "../support/waiting";

describe("an expectation", () => {
  it("that fails shows what was given beside the value", async () => {
    expect(() => expectShowing(1, "the command's output").toBe(0)).toThrow(
      /^the command's output\n[^]*Expected: .*0[^]*Received: .*1/,
    );
    expect(() => expectShowing(0, "the command's output").not.toBe(0)).toThrow(/^the command's output\n/);
    await expect(expectShowing(Promise.resolve(1), "the command's output").resolves.toBe(0)).rejects.toThrow(
      /^the command's output\n/,
    );
  });

  it("that holds shows nothing", async () => {
    expectShowing({ code: 0 }, "the command's output").toMatchObject({ code: 0 });
    await expectShowing(Promise.resolve(0), "the command's output").resolves.not.toBe(1);
  });

  it("is tried until it holds, and throws what it says when it never does", async () => {
    let tries = 0;
    await eventually(() => {
      tries += 1;
      expect(tries).toBe(3);
      return Promise.resolve();
    });
    expect(tries).toBe(3);
    await expect(eventually(() => Promise.reject(new Error("still not")), 100)).rejects.toThrow("still not");
  });
});

describe("clean-up inside a test", () => {
  const done: string[] = [];
  afterAll(() => expect(done).toEqual(["second", "first"]));

  it("runs when the test has ended, the last one first", async () => {
    onTestFinished(() => done.push("first"));
    onTestFinished(async () => {
      await Promise.resolve();
      done.push("second");
    });
    await Promise.resolve();
    expect(done).toEqual([]);
  });
});

it("a part of the SDK that no test needs says who left it out", () => {
  expect(() => pulumi.automation.LocalWorkspace).toThrow(
    "LocalWorkspace: test/support/jest/resolver.cjs leaves this part of the SDK out",
  );
});

it("errors and promises that Node itself makes are errors and promises in tests too", async () => {
  const reading = readFile(join(__dirname, "not-there"));
  expect(reading).toBeInstanceOf(Promise);
  const error = await reading.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(TypeError);
  class Own extends Error {}
  expect(error).not.toBeInstanceOf(Own);
  expect(new Own()).toBeInstanceOf(Own);
});
