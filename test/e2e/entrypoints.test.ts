/** Images whose ENTRYPOINT does something else than run what it is given, on Nomad and Docker. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectShowing } from "../support/expectShowing";
import { TestBed } from "../support/testBed";
import { eventually, waitUntil } from "../support/waiting";

/** Of the settings: the 90 s that hold without it are only longer. */
const limitSeconds = 15;

describe("an image whose ENTRYPOINT", () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await TestBed.prepare();
  });
  afterAll(() => bed?.stop());

  const image = (version: string, entrypoint: string[], command?: string[]): string =>
    bed.images.build({ version, migrations: [], entrypoint, ...(command && { command }) });

  it("is manage.py is red, says so, and is green with an empty manageCommand", async () => {
    const POSTGRES_NAME = await bed.createDatabase("is_manage");
    const djangoImage = image(
      "managed",
      ["python3", "manage.py"],
      ["runserver", "0.0.0.0:8000", "--noreload"],
    );
    const app = bed.app("managed", { count: 1, djangoImage, envVars: { POSTGRES_NAME } });
    const red = await app.up();
    expectShowing(red.code, red.output).not.toBe(0);
    expect(red.output).toMatch(/the image's ENTRYPOINT is manage\.py already \(exit code 1\)/);
    expect(red.output).toMatch(/Set `manageCommand: \[\]`/);
    expect(red.output).not.toMatch(/settings or an import/);
    const green = await app.up({ manageCommand: [] });
    expectShowing(green.code, green.output).toBe(0);
    await eventually(async () => expect(await app.served()).toEqual(["managed"]), 60_000);
  });

  it("starts the site whatever it is told is red within the time for its start, and its task is stopped", async () => {
    const POSTGRES_NAME = await bed.createDatabase("starts_site");
    const djangoImage = image("stubborn", ["sh", "-c", "exec gunicorn config.wsgi"]);
    const app = bed.app("stubborn", {
      ...{ count: 1, djangoImage, envVars: { POSTGRES_NAME } },
      update: { minHealthyTime: "1s", migrateStartDeadline: `${limitSeconds}s` },
    });
    const red = await app.up();
    expectShowing(red.code, red.output).not.toBe(0);
    expect(red.output).toMatch(
      /Django never loaded: the migrate task ran for 14s without a line from the gate/,
    );
    expect(red.output).toMatch(/Listening at: http/);
    expect(red.output).toMatch(
      /ENTRYPOINT ignores what it is told.*settings and imports take that long.*`entrypoint`.*`manageCommand`/,
    );
    const dead = async (): Promise<boolean> =>
      (await app.allocations()).every(({ TaskStates }) => TaskStates?.migrate?.State === "dead");
    await waitUntil("the task has ended", dead);
    const [allocation] = await app.allocations();
    const { StartedAt, FinishedAt } = allocation.TaskStates?.migrate ?? {};
    expect(Date.parse(FinishedAt ?? "") - Date.parse(StartedAt ?? "")).toBeLessThan(
      (limitSeconds + 1) * 1000,
    );
    expect(await app.running()).toEqual([]);
    const green = await app.up({ migrateEntrypoint: [] });
    expectShowing(green.code, green.output).toBe(0);
    await eventually(async () => expect(await app.served()).toEqual(["stubborn"]), 60_000);
  });
});
