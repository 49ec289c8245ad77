import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Clone } from "../support/clone";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

interface Allocation {
  ID: string;
  ClientStatus: string;
  JobVersion: number;
  TaskStates: Record<string, { StartedAt: string | null; FinishedAt: string | null }> | null;
}

describe("a rollout that can't lie", () => {
  let clone: Clone;
  let stackFile: string;

  const allocations = (): Promise<Allocation[]> => clone.nomadGet<Allocation[]>("/v1/job/django/allocations");
  const running = async (): Promise<string[]> =>
    (await allocations())
      .filter(({ ClientStatus }) => ClientStatus === "running")
      .map(({ ID }) => ID)
      .sort();
  /** The stack as it is configured at first, with another image and further lines of `update`. */
  const configure = (image: string, ...lines: string[]): void => {
    const more = lines.map((line) => `  ${line}\n`).join("");
    clone.write("Pulumi.dev.yaml", `${stackFile.replace("django-testing:v1", image)}${more}`);
  };
  const up = () => clone.verb("up", "--yes", "--skip-preview");

  beforeAll(async () => {
    clone = Clone.create();
    stackFile = `${clone.checkEverySecond()}  django-nomad:update:\n    minHealthyTime: 1s\n`;
    clone.write("Pulumi.dev.yaml", stackFile);
    const { code, output } = await clone.npm(["start"]);
    if (code !== 0) throw new Error(output);
  });
  beforeEach(() => clone.write("Pulumi.dev.yaml", stackFile));
  afterAll(() => clone.remove());

  it("an up that was killed in the middle of a migration is not green the next time before the version serves", async () => {
    configure("django-testing:v2");
    const killed = clone.start(["run", "--silent", "up", "--", "--yes", "--skip-preview"]);
    await waitUntil(
      "the migration runs",
      () => Promise.resolve(killed.output().includes("migrate: applying visits.0002")),
      120_000,
    );
    killed.kill();
    await killed.finished;
    await clone.verb("pulumi", "cancel", "--yes", "--stack", "dev");
    const next = await up();
    expect(next.output).toMatch(/version \d+ of django is (still being|being) rolled out/);
    expect(next.output).toContain("healthy 2/2");
    expect(next.code).toBe(0);
    const latest = await clone.nomadGet<{ Status: string }>("/v1/job/django/deployment");
    expect(latest.Status).toBe("successful");
  });

  it("a rollout of somebody else is waited for, and told with the way to give it up", async () => {
    configure("django-testing:v2");
    expect((await up()).code).toBe(0);
    const { Job } = await submission(clone);
    Job.TaskGroups[0].Meta = { ...Job.TaskGroups[0].Meta, somebody: "else" };
    await clone.nomadRequest("PUT", "/v1/jobs", { Job });
    const waiting = await up();
    expect(waiting.output).toMatch(
      /is already being rolled out \(deployment [0-9a-f]{8}\): waiting for it to end/,
    );
    expect(waiting.output).toContain("healthy 2/2");
    expect(waiting.code).toBe(0);
  });

  it("a job that was scaled by hand is what the program says after the next up, and what runs is not restarted", async () => {
    configure("django-testing:v2");
    const before = await running();
    await clone.nomadRequest("PUT", "/v1/job/django/scale", { Count: 3, Target: { Group: "app" } });
    await waitUntil("the third instance runs", async () => (await running()).length === 3);
    await waitUntil(
      "its rollout is over",
      async () =>
        (await clone.nomadGet<{ Status: string }>("/v1/job/django/deployment")).Status === "successful",
      120_000,
    );
    const preview = await clone.verb("preview");
    expect(preview.output).toContain("Nomad plan: app: 2 updated in place, 1 stopped");
    expect((await up()).code).toBe(0);
    await waitUntil("the third instance is gone", async () => (await running()).length === 2);
    expect(await running()).toEqual(before);
    expect((await clone.verb("preview", "--expect-no-changes")).code).toBe(0);
  });

  it("without autoRevert a failed update is not green the second time either, and the fix deploys", async () => {
    const noRevert = ["  autoRevert: false"];
    configure("django-testing:v3", ...noRevert);
    for (const attempt of ["first", "second"]) {
      const { code, output } = await up();
      expectShowing(output, attempt).toContain("a migration failed (exit code 11)");
      expectShowing(output, attempt).toContain("The previous version still serves");
      expectShowing(code, attempt).not.toBe(0);
    }
    configure("django-testing:v4", ...noRevert);
    const fixed = await up();
    expect(fixed.output).toContain("healthy 2/2");
    expect(fixed.code).toBe(0);
  });

  it("recreate stops every old server before the new migration begins", async () => {
    const recreate = ["  strategy: recreate"];
    configure("django-testing:v4");
    expect((await up()).code).toBe(0);
    configure("django-testing:v4", ...recreate);
    expect((await up()).code).toBe(0);
    const old = await running();
    configure("django-testing:v2", ...recreate);
    const preview = await clone.verb("preview");
    expect(preview.output).toContain("every instance is stopped before the migration begins");
    const { code, output } = await up();
    expect(output).toContain("all old instances have stopped");
    expect(code).toBe(0);
    const all = await allocations();
    const times = (of: (one: Allocation) => string | null | undefined, ids: string[]): number[] =>
      all.filter(({ ID }) => ids.includes(ID)).map((one) => Date.parse(of(one) ?? ""));
    const ends = times(({ TaskStates }) => TaskStates?.server.FinishedAt, old);
    const begins = times(({ TaskStates }) => TaskStates?.migrate.StartedAt, await running());
    expect(ends).toHaveLength(2);
    expect(begins).toHaveLength(2);
    expect(Math.max(...ends)).toBeLessThan(Math.min(...begins));
  });
});

interface Submitted {
  Job: { TaskGroups: { Meta?: Record<string, string> }[] };
}

/** The job's text as it was registered last. */
async function submission(clone: Clone): Promise<Submitted> {
  const { Version } = await clone.nomadGet<{ Version: number }>("/v1/job/django");
  const { Source } = await clone.nomadGet<{ Source: string }>(`/v1/job/django/submission?version=${Version}`);
  return JSON.parse(Source) as Submitted;
}
