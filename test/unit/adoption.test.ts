import { describe, expect, it } from "@jest/globals";
import { adoptionRefusal, type JobKind, type OwnedJob } from "../../components/guards/adoption";
import { variableRefusal } from "../../components/guards/variableRefusal";
import { withShutdownDelay } from "../../components/guards/takeover";

const owner = { stack: "shop/prod", id: "0123456789abcdef" };
const running: OwnedJob = {
  Type: "service",
  Stop: false,
  Status: "running",
  Meta: null,
  TaskGroups: [{ Name: "app", Count: 2, Meta: null, Tasks: [{ Env: { DEBUG: "off" } }] }],
};
const group = (changed: object) => ({
  TaskGroups: [{ Name: "app", Count: 1, Meta: null, Tasks: null, ...changed }],
});
const refusal = (
  changed: Partial<OwnedJob>,
  adopt = false,
  processes?: readonly string[],
): string | undefined =>
  adoptionRefusal({ ...running, ...changed }, owner, { jobName: "web", adopt, processes });

describe("whose job it is", () => {
  it("a stack that was never deployed owns no job of its name that has an id", () => {
    const Meta = { pulumi_stack: "shop/prod", pulumi_stack_id: "fedcba9876543210" };
    const fresh = { stack: "shop/prod", id: undefined };
    expect(adoptionRefusal({ ...running, Meta }, fresh, { jobName: "web", adopt: false })).toContain(
      "another stack named shop/prod deploys it",
    );
  });

  it.each<[whose: string, changed: Partial<OwnedJob>]>([
    ["this stack's", { Meta: { pulumi_stack: "shop/prod", team: "web" } }],
    ["this stack's, by its id", { Meta: { pulumi_stack: "shop/prod", pulumi_stack_id: owner.id } }],
    [
      "this stack's under the name of before",
      { Meta: { pulumi_stack: "shop/live", pulumi_stack_id: owner.id } },
    ],
    ["this stack's, whose first deployment failed", { Meta: { pulumi_stack: "shop/prod" }, Status: "dead" }],
    [
      "this program's, from before jobs said whose they are",
      group({ Tasks: [{ Env: null }, { Env: { DJANGO_NOMAD_GATE_LEADER: "index-zero" } }] }),
    ],
    ["nobody's any more: it was stopped", { Stop: true, Status: "dead" }],
    ["another stack's, which stopped it", { Stop: true, Status: "dead", Meta: { pulumi_stack: "shop/dev" } }],
  ])("%s: it may be registered", (_whose, changed) => {
    expect(refusal(changed)).toBeUndefined();
  });

  it.each<[whose: string, changed: Partial<OwnedJob>, message: string]>([
    [
      "another tool's",
      {},
      "Job web belongs to another owner: this program did not register it (running, 2 instances). Nothing was changed.",
    ],
    [
      "another stack's",
      { Meta: { pulumi_stack: "shop/dev" } },
      "another owner: stack shop/dev deploys it (running, 2 instances)",
    ],
    [
      "another stack's, with the gate",
      { Meta: { pulumi_stack: "x/y" }, ...group({ Tasks: [{ Env: { DJANGO_NOMAD_GATE_LEADER: "x" } }] }) },
      "stack x/y deploys it (running, 1 instance)",
    ],
    [
      "another clone's, whose project and stack have the same names",
      { Meta: { pulumi_stack: "shop/prod", pulumi_stack_id: "fedcba9876543210" } },
      "another stack named shop/prod deploys it, or this one has lost its state (running, 2 instances)",
    ],
    ["another tool's and dead, but not stopped", { Status: "dead" }, "(dead, 2 instances)"],
    [
      "the pack's",
      { Meta: { "pack.name": "django", "pack.deployment_name": "django" } },
      "another owner: nomad-pack deployed it (pack django)",
    ],
  ])("%s: it is refused, with the ways out, unless adopt is set", (_whose, changed, message) => {
    expect(refusal(changed)).toContain(message);
    expect(refusal(changed)).toContain("pulumi config set adopt true");
    expect(refusal(changed)).toContain("choose another jobName");
    expect(refusal(changed, true)).toBeUndefined();
  });

  it("a job with the groups of this stack's processes can be adopted; one that has more can't", () => {
    const busy = { TaskGroups: [...(running.TaskGroups ?? []), ...group({ Name: "worker" }).TaskGroups] };
    expect(refusal(busy, true, ["worker"])).toBeUndefined();
    expect(refusal(busy, true, ["beat"])).toContain(
      "its task groups are app, worker, but this stack's are app, beat",
    );
    expect(refusal({}, true, ["worker"])).toBeUndefined();
  });

  it.each<[what: string, changed: Partial<OwnedJob>, message: string]>([
    [
      "with another task group",
      group({ Name: "web" }),
      "its task groups are web, but this stack's is app: Nomad would stop all of its instances before the first new one serves. Stop it first: nomad job stop web",
    ],
    [
      "with more task groups",
      { TaskGroups: [...(running.TaskGroups ?? []), ...group({ Name: "worker" }).TaskGroups] },
      "its task groups are app, worker",
    ],
  ])("a job %s can't be adopted while it runs: it would go down", (_what, changed, message) => {
    expect(refusal(changed, true)).toContain(message);
    expect(refusal({ ...changed, Stop: true }, true)).toBeUndefined();
  });

  it.each<[what: string, changed: Partial<OwnedJob>, kind: JobKind, message: string]>([
    [
      "singleton that becomes a schedule",
      { Meta: { pulumi_stack: "shop/prod", pulumi_stack_id: owner.id } },
      "schedule",
      "Job shop-beat is a service job, but this stack deploys a periodic batch job of that name, and Nomad never turns one " +
        "into the other. Nothing was changed. Either give beat another name, or end the old job first: nomad job stop -purge shop-beat",
    ],
    [
      "schedule that becomes a singleton",
      { Type: "batch", Periodic: {}, Meta: { pulumi_stack: "shop/prod" } },
      "singleton",
      "Job shop-beat is a periodic batch job, but this stack deploys a service job of that name",
    ],
    [
      "job of another kind that was stopped, and that Nomad still has",
      { Type: "batch", Stop: true, Status: "dead" },
      "singleton",
      "Job shop-beat is a batch job, which is stopped, but this stack deploys a service job of that name",
    ],
    [
      "periodic job, where one-off commands need a parameterized one",
      { Type: "batch", Periodic: {}, Stop: true },
      "commands",
      "is a periodic batch job, which is stopped, but this stack deploys a parameterized batch job",
    ],
  ])("a %s is refused before anything changes: Nomad would refuse it", (_what, changed, kind, message) => {
    const args = { jobName: "shop-beat", processes: ["beat"], kind };
    for (const adopt of [false, true]) {
      expect(adoptionRefusal({ ...running, ...changed }, owner, { ...args, adopt })).toContain(message);
    }
  });

  it("a job of another kind can't be adopted at all, unless it is removed", () => {
    expect(refusal({ Type: "batch" }, true)).toContain(
      "It can't be taken over: it is a batch job, but this stack deploys a service job, and Nomad never turns one into the " +
        "other. End it first: nomad job stop -purge web",
    );
  });

  it.each<[kind: JobKind, changed: Partial<OwnedJob>]>([
    ["schedule", { Type: "batch", Periodic: {}, ParameterizedJob: null }],
    ["commands", { Type: "batch", Periodic: null, ParameterizedJob: {} }],
    ["singleton", { Periodic: null, ParameterizedJob: null }],
  ])("the stack's own job of a %s is registered again", (kind, changed) => {
    const job = { ...running, ...changed, Meta: { pulumi_stack: "shop/prod" } };
    const args = { jobName: "shop-beat", processes: ["beat"], kind, adopt: false };
    expect(adoptionRefusal(job, owner, args)).toBeUndefined();
  });

  it("the namespace is named", () => {
    expect(adoptionRefusal(running, owner, { jobName: "web", namespace: "eu", adopt: false })).toContain(
      "Job web in namespace eu belongs to another owner",
    );
  });
});

describe("a variable with secrets that this stack did not write", () => {
  const refuse = (there: Record<string, string>, ours: Record<string, string>, adopt = false) =>
    variableRefusal({ path: "nomad/jobs/web", source: "secretEnvVars" }, there, ours, adopt);

  it("is written when nothing of it is lost", () => {
    expect(refuse({ A: "1" }, { A: "1", B: "2" })).toBeUndefined();
    expect(refuse({}, { A: "1" })).toBeUndefined();
  });

  it("is not overwritten with other values unless adopt is set", () => {
    expect(refuse({ A: "1" }, { A: "2" })).toContain("secretEnvVars has other values for A");
    expect(refuse({ A: "1" }, { A: "2" }, true)).toBeUndefined();
  });

  it("of the database's is named after it", () => {
    const variable = { path: "nomad/jobs/web/app/migrate", source: "database" };
    expect(variableRefusal(variable, { A: "1" }, {}, false)).toContain(
      "It holds A, which database lacks: remove the variable",
    );
    expect(variableRefusal({ ...variable, namespace: "web" }, { A: "1" }, {}, false)).toContain(
      `nomad var purge -namespace web ${variable.path}`,
    );
  });

  it.each([false, true])("never loses a name (adopt: %s), and shows no value", (adopt) => {
    const message = refuse({ A: "hunter2", B: "hunter3" }, { A: "hunter2" }, adopt);
    expect(message).toContain("It holds B, which secretEnvVars lacks");
    expect(message).not.toContain("hunter");
  });
});

describe("a job that is taken over", () => {
  const job = (changed: object) => ({
    Version: 3,
    JobModifyIndex: 7,
    Stop: false,
    Priority: 50,
    TaskGroups: [{ Name: "app", Services: [{ Name: "django" }], ShutdownDelay: null, ...changed }],
  });

  it("first gets a shutdown delay on its group, and is else left as it is", () => {
    expect(withShutdownDelay(job({}))).toEqual(job({ ShutdownDelay: 5e9 }));
    expect(withShutdownDelay(job({ ShutdownDelay: 0 }))).toEqual(job({ ShutdownDelay: 5e9 }));
  });

  it.each<[what: string, changed: object]>([
    ["has one", { ShutdownDelay: 1e9 }],
    ["has no service on its group", { Services: null }],
  ])("is not touched when it %s", (_what, changed) => {
    expect(withShutdownDelay(job(changed))).toBeUndefined();
  });

  it("is not touched when it is stopped", () => {
    expect(withShutdownDelay({ ...job({}), Stop: true })).toBeUndefined();
  });
});
