import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { maskOf } from "../../../components/rollout/mask";
import { logTail } from "../../../components/rollout/taskLog";
import { allocation, FakeNomad } from "../../support/fakeNomad";

const unmasked = (text: string): string => text;

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
    // As Nomad answers: from the 64,000th byte before the end.
    const whole = `password ${secret}\n${"x".repeat(63_980)}\nthe end\n`;
    nomad.answer(path, whole.slice(-64_000));
    const { lines } = await logTail(nomad.api(), failed, "server", maskOf([secret]));
    expect(lines).toEqual([`${"x".repeat(500)}… (63480 more characters)`, "the end"]);
  });

  it("are cut where they are long, and no half of a secret is left at the cut", async () => {
    const secret = "correct horse battery staple";
    nomad.answer(path, `${"x".repeat(490)}${secret}\n`);
    const { lines } = await logTail(nomad.api(), failed, "server", maskOf([secret]));
    expect(lines).toEqual([`${"x".repeat(490)}[secret]`]);
  });

  it("are all of a short log", async () => {
    nomad.answer(path, "one\ntwo\n");
    expect((await logTail(nomad.api(), failed, "server", unmasked)).lines).toEqual(["one", "two"]);
  });

  it("are thirty, counted after a framework's frames are left out", async () => {
    const frame = '  File "/usr/lib/python3/dist-packages/django/x.py", line 1, in f\n    f()\n';
    const own = '  File "/app/shop/models.py", line 1, in g\n    g()\n';
    nomad.answer(path, `Traceback (most recent call last):\n${own}${frame.repeat(40)}ValueError: twice\n`);
    expect((await logTail(nomad.api(), failed, "server", unmasked)).lines).toEqual([
      "Traceback (most recent call last):",
      ...own.trimEnd().split("\n"),
      "  ... 40 frames of django left out",
      "ValueError: twice",
    ]);
    nomad.answer(path, "line\n".repeat(50));
    expect((await logTail(nomad.api(), failed, "server", unmasked)).lines).toHaveLength(30);
  });

  it("are none of a task that was never started", async () => {
    nomad.refuse(path, 404, "no such file");
    expect((await logTail(nomad.api(), failed, "server", unmasked)).lines).toEqual([]);
  });
});
