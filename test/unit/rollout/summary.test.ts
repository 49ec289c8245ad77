import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { releaseVariable } from "../../../components/gate";
import type { Allocation, TaskState } from "../../../components/nomad/models";
import { appliedIn, appliedName } from "../../../components/rollout/applied";
import { concluded } from "../../../components/rollout/conclusion";
import { phaseSeconds } from "../../../components/rollout/phases";
import type { ReleaseSummary } from "../../../components/rollout/summary";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";

const task = (setUp: number, StartedAt: string, FinishedAt: string | null): TaskState => ({
  ...{ State: FinishedAt ? "dead" : "running", Failed: false, Restarts: 0, StartedAt, FinishedAt },
  Events: [{ Type: "Task Setup", DisplayMessage: "", ExitCode: 0, Time: setUp }],
});

/** As Nomad 1.11.3 told of a release that rotated a secret, on a busy machine: the second waits for the end of the old one. */
const begun = 1795883927113;
const recorded: Allocation[] = [
  allocation(0, {
    DeploymentStatus: { Healthy: true, Canary: false, Timestamp: "2026-11-28T16:39:23.672913547Z" },
    TaskStates: {
      migrate: task(1795883927125525515, "2026-11-28T16:38:48.267838964Z", "2026-11-28T16:39:02.035655248Z"),
      server: task(1795883942036327829, "2026-11-28T16:39:02.987737207Z", null),
    },
  }),
  allocation(1, {
    DeploymentStatus: { Healthy: true, Canary: false, Timestamp: "2026-11-28T16:40:17.658925512Z" },
    TaskStates: {
      migrate: task(1795883982094290956, "2026-11-28T16:39:43.617387564Z", "2026-11-28T16:39:48.198911324Z"),
      server: task(1795883988199518879, "2026-11-28T16:39:49.210187979Z", null),
    },
  }),
];

describe("what a rollout took", () => {
  it("is told by phase from Nomad's own times, and the parts make up the whole", () => {
    const seconds = phaseSeconds(recorded, begun);
    expect(seconds).toEqual({ total: 91, migration: 18, image: 5, checks: 49, waiting: 19 });
  });

  it("counts each moment once where instances are at different things at once", () => {
    const [first] = recorded;
    expect(phaseSeconds([first, { ...first, ID: "another" }], begun)).toEqual(phaseSeconds([first], begun));
  });

  it("is not told where no instance became healthy after it began, as when Nomad has forgotten them", () => {
    expect(phaseSeconds([], begun)).toBeUndefined();
    expect(phaseSeconds(recorded, Date.parse("2026-11-28T17:00:00Z"))).toBeUndefined();
  });

  it.each([
    ["migrate: applied 1 migration in 15.0 s", { applied: 1, seconds: 15 }],
    ["migrate: applied 12 migrations and recorded 2 in 0.3 s", { applied: 12, seconds: 0.3 }],
    ["migrate: nothing to apply; ran migrate for this release in 1.5 s", { applied: 0, seconds: 1.5 }],
    ["migrate: nothing to apply (checked in 0.04 s)", undefined],
    ["migrate: applied visits.0002_take_a_while in 15.0 s", undefined],
  ])("takes from the gate's %s", (line, found) => {
    expect(appliedIn(line)).toEqual(found);
  });

  it.each([
    ["migrate: applied visits.0002_take_a_while in 15.0 s", "visits.0002_take_a_while"],
    ["migrate: applied visits.0002_take_a_while in the schema acme in 15.0 s", "visits.0002_take_a_while"],
    ["migrate: applied 1 migration in 15.0 s", undefined],
    [
      "migrate: recorded visits.0001_initial without running it: its tables are there (fakeInitial)",
      undefined,
    ],
  ])("takes the migration's name from the gate's %s", (line, name) => {
    expect(appliedName(line)).toBe(name);
  });

  it("names the migrations of the run that ended, each once and at most 5", () => {
    const closing = (count: number): string => `migrate: applied ${count} migrations in 2.0 s`;
    expect(appliedIn(closing(2), ["a.0001", "b.0001", "b.0002"])?.names).toEqual(["b.0001", "b.0002"]);
    expect(appliedIn(closing(2), ["a.0001", "a.0001"])?.names).toEqual(["a.0001"]);
    const many = Array.from({ length: 30 }, (_, index) => `a.${index}`);
    expect(appliedIn(closing(30), many)?.names).toEqual(many.slice(0, 5));
  });
});

describe("at the end of up", () => {
  let nomad: FakeNomad;
  const image = "registry.example.com/shop:1.4";
  const env = { [releaseVariable]: "1795883925" };
  const job = registeredJob({
    TaskGroups: [
      {
        ...{ Name: "app", Count: 2, Meta: null },
        Tasks: [
          { Name: "migrate", Env: env, Config: { image } },
          { Name: "server", Env: {}, Config: { image } },
        ],
      },
    ],
  });
  const worker = {
    ...allocation(0),
    ID: "b0b0b0b0",
    Name: "shop.mail[0]",
    TaskStates: { mail: task(0, "2026-11-28T16:39:02Z", null) },
  };
  const watched = {
    version: 4,
    deployment: deployment({ CreateTime: begun * 1e6 }),
    migrations: { applied: 1, seconds: 15 },
  };
  const conclude = (earlier?: ReleaseSummary, watch?: typeof watched) =>
    concluded(
      nomad.api(),
      { jobName: "shop", count: 2, service: "shop", earlier: () => Promise.resolve(earlier) },
      watch,
    );
  const registered = (Port: number, { ID }: Allocation) => ({ Address: "10.0.0.7", Port, AllocID: ID });

  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop", job)
      .answer("/v1/job/shop/deployment", deployment())
      .answer("/v1/job/shop/allocations", [...recorded, worker])
      .answer("/v1/service/shop", [
        registered(20001, recorded[0]),
        registered(20002, recorded[1]),
        { Address: "10.0.0.7", Port: 20003, AllocID: "of the version before" },
      ]);
  });
  afterEach(() => nomad.stop());

  it("a rollout is summed up: what serves and where, its processes, its migrations and its time by phase", async () => {
    const { lines, release } = await conclude(undefined, watched);
    expect(lines).toEqual([
      `shop version 4 serves ${image}: 2 instances at 10.0.0.7:20001, 10.0.0.7:20002`,
      "  beside it: mail (1 instance)",
      "  1 migration applied in 15 s",
      "  rolled out in 91 s: 18 s in migrate tasks, 5 s preparing images and containers, 49 s until checks had passed, " +
        "19 s waiting for Nomad and old instances",
    ]);
    expect(release).toEqual({
      ...{ image, jobVersion: 4, number: 1795883925, migrations: { applied: 1, seconds: 15 } },
      seconds: { total: 91, migration: 18, image: 5, checks: 49, waiting: 19 },
    });
  });

  it.each([
    [["visits.0002_index"], "1 migration applied in 15 s: visits.0002_index"],
    [["a.0001", "a.0002", "b.0001"], "3 migrations applied in 15 s: a.0001, a.0002, b.0001"],
    [
      ["a.0001", "a.0002", "b.0001", "c.0001"],
      "4 migrations applied in 15 s: a.0001, a.0002, b.0001 and others",
    ],
  ])("names the migrations that were applied, in the summary and in the output: %j", async (names, said) => {
    const migrations = { applied: names.length, seconds: 15, names };
    const { lines, release } = await conclude(undefined, { ...watched, migrations });
    expect(lines).toContain(`  ${said}`);
    expect(release?.migrations).toEqual(migrations);
  });

  it("an up that changes nothing says in one line what serves, and leaves the outputs as they are", async () => {
    const { release: earlier } = await conclude(undefined, watched);
    const { lines, release } = await conclude(earlier);
    expect(lines).toEqual([
      `shop serves ${image} as before: 2 instances at 10.0.0.7:20001, 10.0.0.7:20002; beside it mail (1 instance)`,
    ]);
    expect(release).toEqual(earlier);
  });

  it("scaling is told and is no release: the outputs keep what the release took", async () => {
    const { release: earlier } = await conclude(undefined, watched);
    const scaled = { ...watched, version: 5, migrations: undefined as never };
    nomad.answer("/v1/job/shop", { ...job, Version: 5 });
    nomad.answer(
      "/v1/job/shop/allocations",
      recorded.map((one) => ({ ...one, JobVersion: 5 })),
    );
    const { lines, release } = await conclude(earlier, scaled);
    expect(lines[0]).toContain("shop version 5 serves");
    expect(release).toEqual(earlier);
  });

  it("a release that another run has rolled out is not described with the earlier one's figures", async () => {
    const earlier = { image: "registry.example.com/shop:1.3", jobVersion: 3, number: 1795880000 };
    const { release } = await conclude(earlier);
    expect(release).toEqual({ image, jobVersion: 4, number: 1795883925 });
  });

  it("without a right to see the catalog what serves is told without addresses", async () => {
    nomad.refuse("/v1/service/shop", 403, "Permission denied");
    const { lines } = await conclude();
    expect(lines[0]).toContain(`shop serves ${image} as before: 2 instances; beside it`);
  });
});
