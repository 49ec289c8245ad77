import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { RolloutWatch } from "../../../components/rollout/watch";
import { allocation, deployment, FakeNomad, registeredJob } from "../../support/fakeNomad";
import { waitUntil } from "../../support/waiting";

const mask = (text: string): string => text;

/** One look at the rollout of `shop`, from version 3 on; the watch then. */
async function lookAt(
  nomad: FakeNomad,
  running: ReturnType<typeof deployment>,
  allocations: object[],
  tell: (line: string) => void = () => undefined,
): Promise<RolloutWatch> {
  nomad
    .answer("/v1/job/shop", registeredJob())
    .answer("/v1/job/shop/deployments", [running])
    .answer("/v1/job/shop/allocations", allocations)
    .answer("/v1/job/shop/evaluations", [])
    .answer(`/v1/deployment/fail/${running.ID}`, {});
  const watch = new RolloutWatch(nomad.api(), { jobName: "shop", serverDeadlineSeconds: 60, tell, mask });
  const following = watch.follow(3, new AbortController().signal);
  watch.finish();
  await following;
  return watch;
}

describe("a server that has 60 s to pass its check", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  /** Why the rollout was given up after a look at it. */
  const reasonAfter = async (startedSecondsAgo: number): Promise<string | undefined> => {
    const cluster = (secondsAgo: number): number => Date.now() + (nomad.clockAhead - secondsAgo) * 1000;
    const server = {
      ...allocation(0).TaskStates?.server,
      StartedAt: new Date(cluster(startedSecondsAgo)).toISOString(),
    };
    const starting = allocation(0, {
      DeploymentStatus: null,
      TaskStates: { ...allocation(0).TaskStates, server } as never,
    });
    const running = deployment({ Status: "running", CreateTime: cluster(startedSecondsAgo + 1) * 1e6 });
    return (await lookAt(nomad, running, [starting])).reason;
  };

  it.each([0, 300, -300])("is not given up early by a clock that is off by %i s", async (seconds) => {
    nomad.clockAhead = seconds;
    expect(await reasonAfter(30)).toBeUndefined();
  });

  it.each([0, 300, -300])("is given up when it is late, by a clock that is off by %i s", async (seconds) => {
    nomad.clockAhead = seconds;
    expect(await reasonAfter(90)).toMatch(/did not pass its check within 60 s/);
  });
});

describe("a token that expires while a rollout is followed", () => {
  it("is told once, with what goes on and what to do, and the rollout is not called failed", async () => {
    const nomad = await FakeNomad.start();
    try {
      const running = deployment({ Status: "running" });
      nomad
        .answer("/v1/job/shop", registeredJob())
        .answer("/v1/job/shop/deployments", [running])
        .answer("/v1/job/shop/allocations", [])
        .answer("/v1/job/shop/evaluations", []);
      const told: string[] = [];
      const options = {
        jobName: "shop",
        serverDeadlineSeconds: 60,
        tell: (line: string) => void told.push(line),
        mask,
      };
      const watch = new RolloutWatch(nomad.api(), options);
      const following = watch.follow(3, new AbortController().signal);
      await waitUntil("a look", async () => watch.deployment !== undefined);
      expect(watch.lostSight).toBeUndefined();
      nomad.refuse("/v1/job/shop/deployments", 403, "Permission denied");
      nomad.refuse("/v1/acl/token/self", 500, "ACL token expired");
      const looks = (): number => nomad.asked.filter((asked) => asked.endsWith("/token/self")).length;
      await waitUntil("two looks without an answer", async () => looks() > 1);
      watch.finish();
      await following;
      expect(told.filter((line) => line === watch.lostSight)).toHaveLength(1);
      expect(watch.lostSight).toMatch(
        /can't follow the rollout of version 4 of shop any longer: the Nomad token has expired.*run `pulumi up` again with a new token/,
      );
      expect(watch.reason).toBeUndefined();
    } finally {
      await nomad.stop();
    }
  });
});

describe("a rollout that somebody pauses", () => {
  it("is told once, with the commands that go on", async () => {
    const nomad = await FakeNomad.start();
    try {
      nomad
        .answer("/v1/job/shop", registeredJob())
        .answer("/v1/job/shop/deployments", [deployment({ Status: "paused" })])
        .answer("/v1/job/shop/allocations", []);
      const told: string[] = [];
      const tell = (line: string): void => void told.push(line);
      const watch = new RolloutWatch(nomad.api(), { jobName: "shop", serverDeadlineSeconds: 60, tell, mask });
      const following = watch.follow(3, new AbortController().signal);
      const looks = (): number => nomad.asked.filter((asked) => asked.endsWith("/deployments")).length;
      await waitUntil("two looks", async () => looks() > 1);
      watch.finish();
      await following;
      expect(told.filter((line) => line.includes("is paused"))).toEqual([
        "the rollout is paused: `nomad deployment resume d0d0d0d0` continues it (and `nomad deployment promote d0d0d0d0`, if its canary is already healthy), `nomad deployment fail d0d0d0d0` ends it",
      ]);
    } finally {
      await nomad.stop();
    }
  });
});

describe("a migrate task that has 90 s to speak", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  /** What a look at it leads to: the reason, what was told, and whether its task was ended. */
  const look = async (secondsAgo: number, log: string | undefined, mayEnd = true) => {
    const begun = Date.now() - secondsAgo * 1000;
    const migrate = {
      ...{ State: "running", Failed: false, Restarts: 0, Events: [], FinishedAt: null },
      StartedAt: new Date(begun).toISOString(),
    };
    const silent = allocation(0, {
      DeploymentStatus: null,
      TaskStates: { migrate, server: { ...migrate, State: "pending", StartedAt: null } } as never,
    });
    const running = deployment({ Status: "running", CreateTime: (begun - 1000) * 1e6 });
    const signal = `/v1/client/allocation/${silent.ID}/signal`;
    if (log !== undefined) nomad.log(silent.ID, [log]);
    if (mayEnd) nomad.answer(signal, {});
    else nomad.refuse(signal, 403, "Permission denied");
    const told: string[] = [];
    const watch = await lookAt(nomad, running, [silent], (line) => void told.push(line));
    return { reason: watch.reason, told, ended: nomad.asked.includes(`PUT ${signal}`) };
  };
  const listening = "[INFO] Listening at: http://0.0.0.0:8000\n";

  it("is ended shortly before, and the rollout with it, when the gate said nothing", async () => {
    expect(await look(80, listening)).toMatchObject({ reason: undefined, ended: false });
    const late = await look(86, listening);
    expect(late.reason).toMatch(/^the migrate task of allocation 0 \(\w+\) runs, but Django never loaded$/);
    expect(late.ended).toBe(true);
  });

  it("may also say nothing at all", async () => {
    expect(await look(86, "")).toMatchObject({ ended: true });
  });

  it.each([
    ["whose gate has begun", "migrate: started with Django 5.2 on Python 3.12\n"],
    [
      "whose gate waits for the database",
      'migrate: waiting for the database "default", up to 600 s: refused\n',
    ],
    ["whose log can't be read", undefined],
  ])("is left alone %s, however long it runs", async (_, log) => {
    expect(await look(500, log)).toMatchObject({ reason: undefined, ended: false });
  });

  it("that the token may not end is told with the command for it", async () => {
    const { told, reason } = await look(86, listening, false);
    expect(reason).toBeDefined();
    expect(told.join("\n")).toMatch(
      /its migrate task could not be ended: .*alloc-lifecycle.* If it still runs, `nomad alloc stop \w+` ends it/,
    );
  });

  it("does not tell the gate's first line, which is for the log", async () => {
    const { told } = await look(5, "migrate: started with Django 5.2 on Python 3.12\n");
    expect(told.join("\n")).not.toContain("started with Django");
  });
});

it("a rollout in which several instances have failed is given up for the cause, not for one that repeats it", async () => {
  const nomad = await FakeNomad.start();
  try {
    const failedWith = (code: number): object => ({
      migrate: {
        ...{ State: "dead", Failed: true, Restarts: 0, StartedAt: null, FinishedAt: null },
        Events: [
          { Type: "Terminated", DisplayMessage: "", ExitCode: code, Details: { exit_code: `${code}` } },
        ],
      },
    });
    const failed = (name: string, code: number, id: string): object => ({
      ...allocation(0, { ClientStatus: "failed", DeploymentStatus: null }),
      ...{ ID: `${id}-0000-0000-0000-000000000000`, Name: name, TaskStates: failedWith(code) },
    });
    const running = deployment({ Status: "running" });
    // As Nomad lists them: the worker found that the release had failed.
    const listed = [failed("shop.worker[0]", 22, "b0b1b2b3"), failed("shop.app[0]", 11, "a0a1a2a3")];
    const watch = await lookAt(nomad, running, listed);
    expect(watch.reason).toBe("allocation 0 (a0a1a2a3) failed");
  } finally {
    await nomad.stop();
  }
});
