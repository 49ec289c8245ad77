import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { maskOf } from "../../../components/rollout/mask";
import { logTail } from "../../../components/rollout/taskLog";
import { allocation, FakeNomad } from "../../support/fakeNomad";

describe("the last lines of a task's log", () => {
  let nomad: FakeNomad;
  const failed = allocation(0);
  const path = `/v1/client/fs/logs/${failed.ID}`;
  beforeAll(async () => {
    nomad = await FakeNomad.start();
  });
  afterAll(() => nomad.stop());

  it("are those that were asked for, without a line whose beginning was cut off: it could hold half a secret", async () => {
    const secret = "correct horse battery staple";
    // As Nomad answers: from the 20,000th byte before the end.
    const whole = `password ${secret}\n${"x".repeat(19_980)}\nthe end\n`;
    nomad.answer(path, whole.slice(-20_000));
    const shown = (await logTail(nomad.api(), failed, "server")).map(maskOf([secret]));
    expect(shown).toEqual(["x".repeat(19_980), "the end"]);
  });

  it("are all of a short log", async () => {
    nomad.answer(path, "one\ntwo\n");
    expect(await logTail(nomad.api(), failed, "server")).toEqual(["one", "two"]);
  });

  it("are none of a task that was never started", async () => {
    nomad.refuse(path, 404, "no such file");
    expect(await logTail(nomad.api(), failed, "server")).toEqual([]);
  });
});
