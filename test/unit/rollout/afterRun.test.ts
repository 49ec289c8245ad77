/** The run of afterRollout that each `up` makes sure of. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Allocation } from "../../../components/nomad/models";
import { type AfterRunOptions, runAfterRollout } from "../../../components/rollout/afterRun";
import { allocation, FakeNomad, stoppingWithin } from "../../support/fakeNomad";

const task = "after-rollout";

/** The allocation of a run that has ended, or of one that still runs. */
function run(number: number, code: number | undefined): Allocation {
  const Events = [{ Type: "Terminated", DisplayMessage: `Exit Code: ${code}`, ExitCode: code ?? 0 }];
  const ended = { Failed: code !== 0, Restarts: 0, StartedAt: null, FinishedAt: null };
  return allocation(number, {
    Name: `shop-after-rollout/dispatch-${number}.after-rollout[0]`,
    ClientStatus: code === undefined ? "running" : code === 0 ? "complete" : "failed",
    TaskStates: {
      [task]: {
        ...ended,
        State: code === undefined ? "running" : "dead",
        Events: Events.map((one) => ({ ...one, Details: { exit_code: String(code) } })),
      },
    },
  });
}

describe("after a rollout", () => {
  let nomad: FakeNomad;
  let told: string[];
  /** Runs that Nomad remembers, by their token's number. */
  let known: number;
  let asked: string[];

  beforeEach(async () => {
    [told, known, asked] = [[], 0, []];
    nomad = await FakeNomad.start();
    nomad
      .answer("/v1/job/shop/allocations", [allocation(0)])
      .answer("/v1/job/shop-after-rollout/dispatch", (query) => {
        const token = String(query.get("idempotency_token"));
        asked.push(token);
        const number = Number(token.split("-").at(-1));
        const isNew = number > known;
        known = Math.max(known, number);
        return { DispatchedJobID: `shop-after-rollout/dispatch-${number}`, EvalID: isNew ? "e" : "" };
      });
  });
  afterEach(() => nomad.stop());

  const ends = (number: number, code: number | undefined, ...lines: string[]): void => {
    const one = run(number, code);
    nomad
      .answer(`/v1/job/shop-after-rollout%2Fdispatch-${number}/allocations`, [one])
      .log(one.ID, [lines.map((line) => `${line}\n`).join("")]);
  };
  const after = (changed: Partial<AfterRunOptions> = {}): Promise<string | undefined> => {
    const tell = (line: string): void => void told.push(line);
    const options = { jobName: "shop", release: 1700, tell, mask: (text: string) => text };
    return runAfterRollout(nomad.api(), { ...options, patienceSeconds: 10, ...changed });
  };

  it("the commands run once, and what they do is told", async () => {
    ends(1, 0, "afterRollout: running tidy", "tidied", "afterRollout: done for release 1700");
    expect(await after()).toBeUndefined();
    expect(told).toEqual(["afterRollout: running tidy", "afterRollout: done for release 1700"]);
    expect(asked).toEqual(["release-1700-1"]);
  });

  it("a run that has passed is not asked for again, and nothing is said", async () => {
    known = 1;
    ends(1, 0, "afterRollout: done for release 1700");
    expect(await after()).toBeUndefined();
    expect([told, asked]).toEqual([[], ["release-1700-1"]]);
  });

  it("a run that failed before is tried again", async () => {
    known = 1;
    ends(1, 18, "afterRollout: running tidy");
    ends(2, 0, "afterRollout: done for release 1700");
    expect(await after()).toBeUndefined();
    expect(asked).toEqual(["release-1700-1", "release-1700-2"]);
  });

  it("a run that an earlier up began is followed to its end", async () => {
    known = 1;
    const answers = [[run(1, undefined)], [run(1, undefined)]];
    ends(1, 0, "afterRollout: done for release 1700");
    nomad.answer("/v1/job/shop-after-rollout%2Fdispatch-1/allocations", () => answers.shift() ?? [run(1, 0)]);
    expect(await after()).toBeUndefined();
    expect(asked).toEqual(["release-1700-1"]);
  });

  it("one that fails is red: the report names the command, shows the log and says what serves", async () => {
    ends(1, 18, "Traceback", "afterRollout: the command tidy failed: no disk.");
    expect(await after()).toBe(
      [
        "afterRollout of shop failed: the command tidy failed: no disk.",
        "  allocation a1a1b2c3 on node-1: task after-rollout ended with exit code 18",
        "      Traceback",
        "      afterRollout: the command tidy failed: no disk.",
        "The new version still serves; nothing was reverted.",
        "Next: fix the cause and run `pulumi up` again, which runs afterRollout again; `nomad alloc logs -stderr a1a1b2c3` shows more.",
      ].join("\n"),
    );
  });

  it("one that ends well without a word of its end is none: a command has left the process", async () => {
    ends(1, 0, "afterRollout: running tidy");
    expect(await after()).toContain(
      "failed: its task ended with exit code 0 before its commands were done (last: afterRollout: running tidy).",
    );
  });

  it("one that finds no room is not waited for without end", async () => {
    const failure = { NodesEvaluated: 1, NodesFiltered: 0, NodesExhausted: 1, ConstraintFiltered: null };
    const full = { ...failure, DimensionExhausted: { memory: 1 }, ClassFiltered: null };
    nomad
      .answer("/v1/job/shop-after-rollout%2Fdispatch-1/allocations", [])
      .answer("/v1/job/shop-after-rollout%2Fdispatch-1/evaluations", [
        { ID: "e", CreateIndex: 1, FailedTGAllocs: { [task]: full } },
      ]);
    const said = await after({ roomSeconds: 0 });
    expect(said).toContain("afterRollout of shop found no room in the cluster.");
    expect(said).toContain("memory exhausted on 1");
  });

  it("one that takes longer than it may is said to go on", async () => {
    ends(1, undefined, "afterRollout: running tidy");
    const said = await after({ patienceSeconds: 0.001 });
    expect(said).toContain("afterRollout of shop is still running.");
  });

  it("nothing runs before the last old instance is gone", async () => {
    const old = allocation(1, { DesiredStatus: "stop", JobVersion: 3 });
    const looks = [
      [allocation(0), old],
      [allocation(0), old],
    ];
    nomad.answer("/v1/job/shop/allocations", () => {
      expect(asked).toEqual([]);
      return looks.shift() ?? [allocation(0), { ...old, ClientStatus: "complete" as const }];
    });
    ends(1, 0, "afterRollout: done for release 1700");
    // Shorter than the wait for the old one: the run's time begins after it.
    expect(await after({ patienceSeconds: 0.2 })).toBeUndefined();
    expect(told[0]).toBe("afterRollout: waiting for 1 old instance to stop");
    expect(looks).toEqual([]);
  });

  it("nothing runs when an old instance is not gone in time", async () => {
    nomad.answer("/v1/job/shop/allocations", [allocation(0), allocation(1, { DesiredStatus: "stop" })]);
    await expect(after({ stopSeconds: 0 })).rejects.toThrow(
      /^1 instances of shop still run 0 s after .*, so afterRollout was not run, though the new version serves: /,
    );
    expect(asked).toEqual([]);
  });

  it("an old instance may take its killTimeout, however long", async () => {
    const old = allocation(1, { DesiredStatus: "stop" });
    const looks = [[old], [old]];
    nomad
      .answer("/v1/job/shop/allocations", () => looks.shift() ?? [{ ...old, ClientStatus: "complete" }])
      .answer("/v1/job/shop/versions", { Versions: [stoppingWithin("20m")] });
    ends(1, 0, "afterRollout: done for release 1700");
    expect(await after({ stopSeconds: 0 })).toBeUndefined();
    expect(looks).toEqual([]);
  });
});
