import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { GATE_EXIT_CODES } from "../../../components/gate";
import {
  describeAllocation,
  describeCheck,
  describeDeployment,
  describePlacementFailure,
} from "../../../components/rollout/describe";
import { nomadConnection } from "../../../components/nomad/api";
import {
  type Allocation,
  allocationLabel,
  type CheckResult,
  type Deployment,
  type Evaluation,
  type PlacementFailure,
  type TaskEvent,
  type TaskState,
} from "../../../components/nomad/models";
import { placementLines } from "../../../components/rollout/report";
import { describeTaskFailure } from "../../../components/rollout/taskFailure";

function event(changed: Partial<TaskEvent>): TaskEvent {
  return { Type: "Started", DisplayMessage: "Task started by client", ExitCode: 0, ...changed };
}

function state(changed: Partial<TaskState> = {}): TaskState {
  return {
    State: "dead",
    Failed: true,
    Restarts: 0,
    StartedAt: "2026-01-01T00:00:00Z",
    FinishedAt: null,
    Events: [],
    ...changed,
  };
}

function exited(code: number, details: Record<string, string> = {}): TaskState {
  const Details = { exit_code: String(code), ...details };
  return state({
    Events: [
      event({}),
      event({ Type: "Terminated", ExitCode: code, Details }),
      event({ Type: "Not Restarting", DisplayMessage: "Policy allows no restarts" }),
    ],
  });
}

function allocation(changed: Partial<Allocation> = {}): Allocation {
  return {
    ID: "0a1b2c3d-0000-0000-0000-000000000000",
    Name: "django.app[0]",
    NodeName: "node-1",
    JobVersion: 1,
    DesiredStatus: "run",
    ClientStatus: "pending",
    ClientDescription: "",
    DeploymentStatus: null,
    TaskStates: null,
    CreateIndex: 1,
    ...changed,
  };
}

const runs = state({ State: "running", Failed: false });
const done = state({ Failed: false });
const waits = state({ State: "pending", Failed: false, StartedAt: null });

const unmasked = (text: string): string => text;

describe("an allocation is told in words", () => {
  it.each<[string, Partial<Allocation>]>([
    ["placed on node-1, preparing its image", {}],
    ["placed on node-1, preparing its image", { TaskStates: { migrate: waits, server: waits } }],
    [
      "migrate started, Django is loading",
      { ClientStatus: "running", TaskStates: { migrate: runs, server: waits } },
    ],
    [
      "migrate has ended, the server is next",
      { ClientStatus: "running", TaskStates: { migrate: done, server: waits } },
    ],
    [
      "migrations are applied, server started, waiting for its check",
      { ClientStatus: "running", TaskStates: { migrate: done, server: runs } },
    ],
    [
      "healthy",
      {
        ClientStatus: "running",
        TaskStates: { migrate: done, server: runs },
        DeploymentStatus: { Healthy: true, Canary: false },
      },
    ],
    ["unhealthy", { ClientStatus: "running", DeploymentStatus: { Healthy: false, Canary: true } }],
    ["failed", { ClientStatus: "failed", DeploymentStatus: { Healthy: false, Canary: true } }],
    ["lost with its node", { ClientStatus: "lost", DesiredStatus: "stop" }],
    ["stopping", { DesiredStatus: "stop", DeploymentStatus: { Healthy: true, Canary: false } }],
  ])("%s", (words, changed) => {
    expect(describeAllocation(allocation(changed))).toBe(words);
  });

  it("by its index and short id, also past nine", () => {
    expect(allocationLabel(allocation())).toBe("allocation 0 (0a1b2c3d)");
    expect(allocationLabel(allocation({ Name: "shop.web.app[12]" }))).toBe("allocation 12 (0a1b2c3d)");
  });
});

describe("a deployment is told in one line", () => {
  const group = { DesiredTotal: 3, HealthyAllocs: 1, Promoted: false, DesiredCanaries: 1 };
  const deployment = (changed: Partial<typeof group>): Deployment => ({
    ID: "d",
    JobVersion: 1,
    Status: "running",
    StatusDescription: "",
    CreateTime: 0,
    TaskGroups: { app: { ...group, ...changed } },
  });

  it("with how many are healthy of how many, and whether the canary was promoted", () => {
    expect(describeDeployment(deployment({}))).toBe("healthy 1/3");
    expect(describeDeployment(deployment({ Promoted: true, HealthyAllocs: 3 }))).toBe(
      "healthy 3/3, promoted",
    );
  });

  it("without a word of promotion where there was no canary", () => {
    expect(describeDeployment(deployment({ Promoted: true, DesiredCanaries: 0 }))).toBe("healthy 1/3");
  });
});

describe("a migrate task that failed", () => {
  it.each(Object.entries(GATE_EXIT_CODES).filter(([code]) => code !== "0"))(
    "with exit code %s is explained, with the way out",
    (code, { meaning, whatToDo, readsLog }) => {
      expect(describeTaskFailure("migrate", exited(Number(code)))).toEqual({
        what: `task migrate failed: ${meaning} (exit code ${code})`,
        whatToDo,
        ...(readsLog && { readsLog }),
      });
    },
  );

  it("with an exit code of the project's own points to the log", () => {
    expect(describeTaskFailure("migrate", exited(42))).toEqual({
      what: "task migrate failed: it ended with exit code 42, which is not one of the gate's (exit code 42)",
      whatToDo: "Read the migrate task's log: the image's entrypoint or manage.py ended it.",
      readsLog: true,
    });
  });

  it("for lack of memory says so, whatever its exit code", () => {
    for (const code of [137, 1, 20]) {
      const failure = describeTaskFailure("migrate", exited(code, { oom_killed: "true" }));
      expect(failure?.what).toContain("more memory than migrateResources allows");
      expect(failure?.whatToDo).toContain("migrateResources.memory");
    }
  });

  it("because somebody killed it is not told as memory", () => {
    const failure = describeTaskFailure("migrate", exited(137, { oom_killed: "false" }));
    expect(failure?.what).toBe(
      "task migrate failed: it was killed from outside (SIGKILL), and not for memory: " +
        "Nomad recorded no out-of-memory event (exit code 137)",
    );
    expect(failure?.whatToDo).not.toContain("migrateResources");
  });

  it("because Nomad stopped it is told as that, not as a kill by others", () => {
    const DisplayMessage = "Template failed: no such variable";
    const Events = [event({}), event({ Type: "Killing", DisplayMessage }), ...(exited(137).Events ?? [])];
    expect(describeTaskFailure("migrate", state({ Events }))?.what).toBe(
      `task migrate was stopped by Nomad and did not end in time (exit code 137): ${DisplayMessage}`,
    );
  });

  it("before it began quotes Docker and Nomad in one line that steers neither Pulumi nor a terminal", () => {
    const text = "no such image\u001b[2J\n<{% if x %}>\u009b2J\n";
    const shown = "no such image\\x1b[2J <\\{% if x %}>\\x9b2J";
    const told = (Type: string, Details?: Record<string, string>): string | undefined =>
      describeTaskFailure("server", state({ Events: [event({ Type, DisplayMessage: text, Details })] }))
        ?.what;
    expect(told("Driver Failure", { driver_error: text })).toBe(`task server could not be started: ${shown}`);
    expect(told("Setup Failure")).toBe(`task server could not be started: ${shown}`);
    expect(told("Something New")).toBe(`task server failed: ${shown}`);
  });

  it("is said to have a log to read in each advice that is about its log", () => {
    for (const { whatToDo, readsLog = false } of Object.values(GATE_EXIT_CODES)) {
      expect([whatToDo, readsLog]).toEqual([whatToDo, /traceback|migrate task's log/.test(whatToDo)]);
    }
  });

  it("more than once is told by its last end", () => {
    const [first, last] = [exited(1), exited(11)];
    const failure = describeTaskFailure(
      "migrate",
      state({ Events: [...(first.Events ?? []), ...(last.Events ?? [])] }),
    );
    expect(failure?.what).toBe("task migrate failed: a migration failed (exit code 11)");
  });
});

describe("a server that failed", () => {
  it.each([
    [exited(1), "task server ended with exit code 1", "check the image's CMD"],
    [exited(0), "task server ended with exit code 0", "must stay in the foreground"],
    [
      exited(137),
      "task server failed: it was killed from outside (SIGKILL), and not for memory: Nomad recorded no out-of-memory event (exit code 137)",
      "Find out on that client",
    ],
    [
      exited(2, { oom_killed: "true" }),
      "task server used more memory than serverResources allows: the kernel killed it, or a process of it (exit code 2)",
      "Raise serverResources.memory",
    ],
  ])("is told with what to do (%#)", (failed, what, whatToDo) => {
    const failure = describeTaskFailure("server", failed);
    expect(failure?.what).toBe(what);
    expect(failure?.whatToDo).toContain(whatToDo);
  });

  it("is not mistaken for a backup, whose failure has other remedies", () => {
    expect(describeTaskFailure("backup", exited(137, { oom_killed: "true" }))?.whatToDo).toBe(
      "Raise backups.memory.",
    );
    expect(describeTaskFailure("backup", exited(1))).toEqual({
      what: "task backup ended with exit code 1",
      whatToDo: "Without it nothing is migrated: read its log and check backups.image and backups.volume.",
      readsLog: true,
    });
  });

  it("and is started again and again is told by its own end, not by how Nomad stopped it then", () => {
    const Events = [...(exited(3).Events ?? []), event({ Type: "Killing" }), ...(exited(137).Events ?? [])];
    const failure = describeTaskFailure("server", state({ Failed: false, Restarts: 2, Events }));
    expect(failure?.what).toBe("task server ended with exit code 3");
  });

  it("but did not, is not told", () => {
    expect(describeTaskFailure("server", runs)).toBeUndefined();
    expect(describeTaskFailure("migrate", done)).toBeUndefined();
  });
});

describe("a task that could not be started", () => {
  it.each([
    ["Failed to pull `shop:9`: API error (404): manifest for shop:9 not found", "Check djangoImage"],
    ["Failed to pull `shop:9`: pull access denied, repository does not exist", "Check djangoImage"],
    ["Failed to find docker image: no such image", "Check djangoImage"],
    ['exec: "./manage.py": permission denied', "chmod +x"],
    ['exec: "./manage.py": stat ./manage.py: no such file or directory', "set manageCommand"],
    ["network shop-dev not found", "Check that the Docker network exists"],
    ["something new", "try `docker run` with the same image on the client"],
  ])("because of %s", (reason, advice) => {
    const Events = [
      event({ Type: "Driver", DisplayMessage: "Downloading image" }),
      event({ Type: "Driver Failure", DisplayMessage: reason, Details: { driver_error: `${reason}\n` } }),
    ];
    const failure = describeTaskFailure("migrate", state({ StartedAt: null, Events }));
    expect(failure?.what).toBe(`task migrate could not be started: ${reason}`);
    expect(failure?.whatToDo).toContain(advice);
  });

  it("and says nothing of why, is told as far as it goes", () => {
    expect(describeTaskFailure("migrate", state({ Events: null }))?.what).toBe(
      "task migrate failed: no reason given",
    );
    for (const [Type, DisplayMessage] of [
      ["Setup Failure", "failed to build task directory"],
      ["Failed Validation", "task validation failed"],
    ]) {
      const events = [
        event({ Type: "Received" }),
        event({ Type, DisplayMessage }),
        event({ Type: "Not Restarting" }),
      ];
      expect(describeTaskFailure("migrate", state({ Events: events }))?.what).toBe(
        `task migrate could not be started: ${DisplayMessage}`,
      );
    }
    for (const [Type, DisplayMessage] of [
      ["Task hook failed", "template: failed to read template"],
      ["Killing", "Template failed: no such key"],
    ]) {
      const events = [
        event({ Type: "Received", DisplayMessage: "Task received by client" }),
        event({ Type, DisplayMessage }),
        event({ Type: "Not Restarting", DisplayMessage: "Policy allows no restarts" }),
      ];
      expect(describeTaskFailure("migrate", state({ Events: events }))?.what).toBe(
        `task migrate failed: ${DisplayMessage}`,
      );
    }
    const Events = [event({ Type: "Killed", DisplayMessage: "Killed by the operator" })];
    expect(describeTaskFailure("migrate", state({ Events }))?.what).toBe(
      "task migrate failed: Killed by the operator",
    );
  });
});

describe("no room in the cluster", () => {
  const nowhere: PlacementFailure = {
    NodesEvaluated: 3,
    NodesFiltered: 0,
    NodesExhausted: 0,
    ConstraintFiltered: null,
    DimensionExhausted: null,
    ClassFiltered: null,
  };

  it.each<[string, Partial<PlacementFailure>]>([
    ["3 nodes: memory exhausted on 2", { DimensionExhausted: { memory: 2 } }],
    ["1 node: cpu exhausted on 1", { NodesEvaluated: 1, DimensionExhausted: { cpu: 1 } }],
    [
      '3 nodes: memory exhausted on 2, constraint "missing drivers" filtered 1',
      { DimensionExhausted: { memory: 2 }, ConstraintFiltered: { "missing drivers": 1 } },
    ],
    ['3 nodes: constraint "large" filtered 3', { ClassFiltered: { large: 3 } }],
    ["3 nodes: none fits", {}],
    [
      "no node is eligible: check datacenters, node pool and whether any client is ready (`nomad node status`)",
      { NodesEvaluated: 0 },
    ],
    [
      'no node is eligible: check datacenters, node pool "gpu" and whether any client is ready (`nomad node status`)',
      { NodesEvaluated: 0, NodePool: "gpu" },
    ],
  ])("is told as: %s", (words, changed) => {
    expect(describePlacementFailure({ ...nowhere, ...changed })).toBe(words);
  });

  it("is told as the newest evaluation has it", () => {
    const evaluation = (CreateIndex: number, failed: Partial<PlacementFailure> | null): Evaluation => ({
      ID: String(CreateIndex),
      JobModifyIndex: 1,
      Status: "complete",
      CreateIndex,
      DeploymentID: "d",
      FailedTGAllocs: failed && { app: { ...nowhere, ...failed } },
    });
    expect(
      placementLines([
        evaluation(7, { DimensionExhausted: { memory: 1 } }),
        evaluation(9, { DimensionExhausted: { cpu: 3 } }),
        evaluation(10, null),
      ]),
    ).toEqual(["No room: 3 nodes: cpu exhausted on 3"]);
    expect(placementLines([evaluation(1, null)])).toEqual([]);
    expect(placementLines([])).toEqual([]);
  });
});

describe("a check that fails", () => {
  const check = (changed: Partial<CheckResult>): CheckResult => ({
    Check: 'service: "shop" check',
    Status: "failure",
    Output: "",
    ...changed,
  });

  it.each<[string, Partial<CheckResult>]>([
    [
      "its check gets 400 Bad Request: ALLOWED_HOSTS refuses its Host; set httpService.checkHeaders.Host",
      { StatusCode: 400, Output: "<h1>Bad Request (400)</h1>" },
    ],
    [
      "its check gets 404 Not Found: the site has no such page; set httpService.checkPath to a page that exists",
      { StatusCode: 404, Output: "<h1>Not Found</h1>" },
    ],
    [
      "its check gets 503 Service Unavailable: the page at httpService.checkPath says that the site is not ready (no workers)",
      { StatusCode: 503, Output: "no workers\nmore" },
    ],
    [
      "its check gets status 418: teapot; it requests the page at httpService.checkPath",
      { StatusCode: 418, Output: "teapot" },
    ],
    [
      "its check is redirected in a circle: set httpService.checkHeaders.X-Forwarded-Proto to https, or set httpService.checkPath to a page that does not redirect",
      { Output: 'nomad: Get "/": stopped after 10 redirects' },
    ],
    [
      "its check is redirected to https, which the server does not speak: set httpService.checkHeaders.X-Forwarded-Proto to https",
      { Output: 'nomad: Get "https://10.0.0.1:8000/": http: server gave HTTP response to HTTPS client' },
    ],
    [
      "its check is redirected to a name that the client can't find (dial tcp: lookup shop.example: no such host): set httpService.checkPath to a page that does not redirect",
      { Output: "nomad: dial tcp: lookup shop.example: no such host" },
    ],
    [
      "its check fails: nothing listens there yet (connection refused); the server must listen on 0.0.0.0 and `port`",
      { Output: "nomad: dial tcp: connect: connection refused" },
    ],
    [
      "its check gets no answer in time (context deadline exceeded): raise httpService.checkTimeout, or set httpService.checkPath to a faster page",
      { Output: "nomad: context deadline exceeded" },
    ],
    ["its check fails: something new", { Output: "nomad: something new" }],
  ])("is told as: %s", (words, changed) => {
    expect(describeCheck(check(changed), unmasked)).toBe(words);
  });

  it.each([401, 403, 404, 405, 410, 500, 503, 599])("with %i names httpService.checkPath", (StatusCode) => {
    expect(describeCheck(check({ StatusCode }), unmasked)).toMatch(
      new RegExp(`^its check gets (status )?${StatusCode}.*httpService\\.checkPath`),
    );
  });

  it("is not told while it passes or has not run", () => {
    expect(describeCheck(check({ Status: "success", StatusCode: 200 }), unmasked)).toBeUndefined();
    expect(describeCheck(check({ Status: "pending" }), unmasked)).toBeUndefined();
  });
});

describe("the connection to Nomad", () => {
  const setting = (values: Record<string, string>) => (name: string) => values[name];

  it("is the provider's config, then the environment, then this machine", () => {
    const env = { NOMAD_ADDR: "http://env:4646", NOMAD_TOKEN: "env", NOMAD_REGION: "eu" };
    expect(nomadConnection(setting({}), {})).toMatchObject({
      address: "http://127.0.0.1:4646",
      skipVerify: false,
    });
    expect(nomadConnection(setting({}), env)).toMatchObject({
      address: "http://env:4646",
      token: "env",
      region: "eu",
    });
    expect(
      nomadConnection(setting({ address: "https://config:4646", secretId: "config" }), env),
    ).toMatchObject({ address: "https://config:4646", token: "config", region: "eu" });
  });

  it("takes certificates as text or from files", () => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-unit-"));
    try {
      const file = join(folder, "ca.pem");
      writeFileSync(file, "from a file");
      expect(nomadConnection(setting({}), { NOMAD_CACERT: file }).ca).toBe("from a file");
      expect(nomadConnection(setting({ caFile: file }), {}).ca).toBe("from a file");
      expect(nomadConnection(setting({ caPem: "from a text" }), { NOMAD_CACERT: file }).ca).toBe(
        "from a text",
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
