import { describe, expect, it } from "@jest/globals";
import { appAccess } from "../../components/guards/appAccess";
import { aclPolicy } from "../../components/guards/policy";
import { lackingRight } from "../../components/nomad/refusal";
import { rightFor } from "../../components/nomad/requests";
import { describeRight } from "../../components/nomad/right";
import { type AppAccess, rightsOf, type TokenKind } from "../../components/guards/rights";
import { tokenProblem } from "../../components/nomad/token";
import type { KnownArgs } from "../../components/arguments";
import { checkArguments } from "../../components/arguments";
import { policyOf } from "../../commands/policy";

const database = { host: "db.example.com", name: "shop", password: "x", migratePassword: "y" };

/** Without the job of one-off commands, unless a test is about it. */
const access = (args: Partial<KnownArgs> = {}): AppAccess =>
  appAccess({ manage: { enabled: false }, ...args }, "shop", "web");
const lines = (kind: TokenKind, app: AppAccess): string[] =>
  rightsOf(kind, app).map((right) => describeRight(right, app.namespace));
const on = (path: string): string => `on variable ${path} in namespace web`;

describe("the smallest policy", () => {
  it("of a deployment without secrets is about the job alone", () => {
    expect(lines("deploy", access())).toEqual([
      "read-job in namespace web",
      "read-logs in namespace web",
      "plan-job in namespace web",
      "register-job in namespace web",
      "fail-deployment in namespace web",
      "purge-job in namespace web",
    ]);
  });

  it("reaches no variable but the application's own", () => {
    const secrets = ["read", "write", "destroy"].map((one) => `${one} ${on("nomad/jobs/shop")}`);
    expect(lines("deploy", access({ secretEnvVars: { A: "x" } })).slice(6)).toEqual(secrets);
    const app = access({ database });
    expect(app.variables).toEqual(["nomad/jobs/shop", "nomad/jobs/shop/app/migrate"]);
    expect(lines("deploy", app)).toContain(`write ${on("nomad/jobs/shop/app/migrate")}`);
    const busy = access({ database, processes: { worker: { command: ["x"] } } });
    expect(busy.variables).toEqual([...app.variables, "nomad/jobs/shop/worker/migrate"]);
    expect(access({ database: { ...database, roles: "single" } }).variables).toEqual(["nomad/jobs/shop"]);
    expect(access({ registryAuth: { username: "ci", password: "x" } }).variables).toEqual([
      "nomad/jobs/shop",
    ]);
  });

  it("reaches what singletons and schedules need, and can remove them from a protected stack, too", () => {
    const beat = { command: ["x"], singleton: true };
    const schedules = { cleanup: { command: ["x"], cron: "@daily" } };
    const app = access({ database, protect: true, processes: { beat }, schedules });
    expect(app.variables).toEqual(access({ database }).variables);
    expect(app.copies).toEqual([
      "nomad/jobs/shop-beat",
      "nomad/jobs/shop-beat/beat/migrate",
      "nomad/jobs/shop-cleanup",
    ]);
    const found = lines("deploy", app);
    for (const copy of app.copies ?? [])
      for (const right of ["read", "write", "destroy"]) expect(found).toContain(`${right} ${on(copy)}`);
    expect(found).toContain("deregister-job in namespace web");
    expect(found.join()).not.toContain("purge");
    expect(found).not.toContain(`destroy ${on("nomad/jobs/shop")}`);
    const hcl = aclPolicy("deploy", app, { policy: "p", stack: "prod" });
    expect(hcl).toContain('path "nomad/jobs/shop-cleanup" {');
    expect(access({ processes: { beat }, schedules }).copies).toEqual([]);
  });

  it("reaches the copy of one-off commands, which a protected stack keeps", () => {
    const manage = { enabled: true };
    const app = access({ database, manage });
    const copies = ["nomad/jobs/shop-manage", "nomad/jobs/shop-manage/manage/manage"];
    expect(app.variables).toEqual(expect.arrayContaining(copies));
    for (const right of ["read", "write", "destroy"])
      expect(lines("deploy", app)).toContain(`${right} ${on(copies[0])}`);
    expect(lines("deploy", access({ database, manage, protect: true })).join()).not.toMatch(
      /purge|deregister|destroy/,
    );
    expect(access({ manage }).variables).toEqual([]);
  });

  it("reaches what backups need: their passwords and their volume", () => {
    const backups = { volume: "dumps", image: "postgres:16", schedule: "@daily" };
    const app = access({ database, backupBeforeMigrate: true, backups });
    expect(app.variables.slice(2)).toEqual(["nomad/jobs/shop/app/backup", "nomad/jobs/shop-backup"]);
    expect(lines("deploy", app)).toContain("mount-readwrite on host volume dumps");
  });

  it("reaches the variable of scheduled backups only where they have anything secret", () => {
    const backups = { volume: "dumps", image: "postgres:16", schedule: "@daily" };
    const plain = { backups, envVars: { POSTGRES_PASSWORD: "open" } };
    expect(access(plain).variables).toEqual([]);
    const registryAuth = { username: "ci", password: "x" };
    expect(access({ ...plain, registryAuth }).variables).toEqual([
      "nomad/jobs/shop",
      "nomad/jobs/shop-backup",
    ]);
  });

  it("of a stack whose only secret is the key that it makes reaches that one", () => {
    expect(access({ secretKeyVersion: 1 }).variables).toEqual(["nomad/jobs/shop"]);
  });

  it("runs the commands of afterRollout, whose job reads a variable of its own", () => {
    const app = access({ afterRollout: [["tidy"]], secretEnvVars: { A: "x" } });
    expect(lines("deploy", app)).toEqual(
      expect.arrayContaining([
        "dispatch-job in namespace web",
        `write ${on("nomad/jobs/shop-after-rollout")}`,
      ]),
    );
    expect(lines("deploy", { ...app, submitJob: true })).toContain("dispatch-job in namespace web");
    expect(lines("preview", app).join()).not.toContain("dispatch");
    expect(rightFor("POST", "/v1/job/shop-after-rollout/dispatch")).toEqual({
      capability: "dispatch-job",
      on: "namespace",
    });
  });

  it("of a protected stack can remove nothing", () => {
    const app = access({ protect: true, secretEnvVars: { A: "x" } });
    expect(lines("deploy", app).join()).not.toMatch(/purge|deregister|destroy/);
  });

  it("of a stack that recreates its job can stop it, and not purge it", () => {
    const found = lines("deploy", access({ protect: true, update: { strategy: "recreate" } }));
    expect(found).toContain("deregister-job in namespace web");
    expect(found.join()).not.toContain("purge");
  });

  it("mounts the volumes that the job has, and only as it does", () => {
    const volumes = [
      { name: "media", destination: "/media" },
      { name: "static", source: "assets", destination: "/static", readOnly: true },
    ];
    expect(lines("deploy", access({ volumes })).slice(6)).toEqual([
      "mount-readwrite on host volume media",
      "mount-readonly on host volume assets",
    ]);
    const csi = lines("deploy", access({ volumes: [{ name: "media", type: "csi", destination: "/media" }] }));
    expect(csi.slice(6)).toEqual(["csi-mount-volume in namespace web", "read on plugins"]);
  });

  it("of a preview changes nothing", () => {
    const app = access({ secretEnvVars: { A: "x" }, volumes: [{ name: "media", destination: "/media" }] });
    const read = ["read-job in namespace web", "plan-job in namespace web", `read ${on("nomad/jobs/shop")}`];
    expect(lines("preview", app)).toEqual(read);
    // There a token that may plan could register, too.
    expect(lines("preview", { ...app, submitJob: true })).toEqual([read[0], read[2]]);
  });

  it("for an older Nomad has submit-job in place of its parts", () => {
    const found = lines("deploy", { ...access(), submitJob: true });
    expect(found).toEqual(["read-job", "read-logs", "submit-job"].map((one) => `${one} in namespace web`));
  });

  it("is told with reasons, and with the commands that put it into force", () => {
    const names = { policy: "shop-prod-deploy", stack: "prod" };
    expect(aclPolicy("deploy", access({ protect: true, secretEnvVars: { A: "x" } }), names))
      .toBe(`# The token that deploys stack prod: job shop in namespace web.
# For Nomad 1.11.2 and later; --submit-job prints it for older ones.
#
#   npm run --silent policy -- deploy --stack prod >shop-prod-deploy.hcl
#   nomad acl policy apply shop-prod-deploy shop-prod-deploy.hcl
#   nomad acl token create -name shop-prod-deploy -policy shop-prod-deploy -ttl 1h

namespace "web" {
  capabilities = [
    "read-job",        # see the job, its deployments and its instances
    "read-logs",       # report what the migrations do, and why a rollout failed
    "plan-job",        # ask Nomad for its plan, which changes nothing
    "register-job",    # register the job
    "fail-deployment", # end a rollout that can't succeed, without waiting for Nomad's deadline
  ]

  variables {
    path "nomad/jobs/shop" {
      # read: see whether secrets have changed
      # write: write the secrets
      capabilities = ["read", "write"]
    }
  }
}
`);
  });
});

describe("a name in a policy", () => {
  const names = { policy: "shop-deploy", stack: "prod" };
  const attack = 'media" {\n  policy = "write"\n}\nnamespace "*" {\n  policy = "write"\n}\nhost_volume "x';
  const ofVolume = (source: string): string =>
    aclPolicy("deploy", access({ volumes: [{ name: "media", source, destination: "/media" }] }), names);

  it.each([attack, "*", "med?a", "a\nb", "${media}", "%{media}", "a\\", ""])(
    "that is %j is refused",
    (name) => {
      expect(() => ofVolume(name)).toThrow(`${JSON.stringify(name)} can't be a name in a policy`);
      const problems = checkArguments({
        djangoImage: "shop:1",
        volumes: [{ name: "media", source: name, destination: "/media" }],
      });
      expect(problems.problems.map(({ key }) => key)).toEqual(["volumes[0].source"]);
    },
  );

  it("that is a volume's, with all that clusters call theirs, stands as it is", () => {
    const name = "csi/pool:vol-0a.1@zone_b+c=d";
    expect(ofVolume(name)).toContain(`host_volume "${name}" {`);
  });

  it.each(["prod\nnamespace", "prod #", "$(id)"])(
    "and in its commands is plain: the stack %j is refused",
    (stack) => {
      expect(() => aclPolicy("deploy", access(), { ...names, stack })).toThrow("can't be in a policy");
      expect(() => policyOf({ kind: "deploy", stack, submitJob: false })).toThrow(
        "is not the name of a stack",
      );
    },
  );

  it("of a volume of backups is looked at as any other", () => {
    const backups = { volume: attack, schedule: "@daily" };
    const args = { djangoImage: "shop:1", postgres: { namePrefix: "shop", password: "x" }, backups };
    expect(checkArguments(args).problems.map(({ key }) => key)).toEqual(["backups.volume"]);
  });
});

describe("`npm run policy`", () => {
  it("reads a stack's file, whose secrets need not be set or known yet", () => {
    const prod = policyOf({ kind: "deploy", stack: "prod", submitJob: false });
    expect(prod).toContain('namespace "shop-prod" {');
    expect(prod).toContain('path "nomad/jobs/shop/app/migrate" {');
    expect(prod).not.toContain("purge-job");
    const dev = policyOf({ kind: "preview", stack: "organization/django-nomad/dev", submitJob: false });
    expect(dev).toContain("# The token that only previews");
    expect(dev).toContain('path "nomad/jobs/django" {');
  });

  it("says which file is not there", () => {
    expect(() => policyOf({ kind: "deploy", stack: "nowhere", submitJob: false })).toThrow(
      "There is no Pulumi.nowhere.yaml",
    );
  });
});

describe("a request that Nomad refuses", () => {
  it.each([
    ["GET", "/v1/job/shop", "", "read-job"],
    ["GET", "/v1/job/shop/deployment", "", "read-job"],
    ["GET", "/v1/evaluation/1", "", "read-job"],
    ["GET", "/v1/client/allocation/1/checks", "", "read-job"],
    ["GET", "/v1/client/fs/logs/1", "?task=migrate", "read-logs"],
    ["POST", "/v1/job/shop/plan", "", "plan-job"],
    ["PUT", "/v1/jobs", "", "register-job"],
    ["PUT", "/v1/deployment/fail/1", "", "fail-deployment"],
    ["DELETE", "/v1/job/shop", "?purge=true", "purge-job"],
    ["DELETE", "/v1/job/shop", "?purge=false", "deregister-job"],
  ])("%s %s%s lacks %s in the namespace", (method, path, query, capability) => {
    expect(rightFor(method, path, query)).toEqual({ capability, on: "namespace" });
  });

  it.each([
    ["GET", "read"],
    ["PUT", "write"],
    ["DELETE", "destroy"],
  ])("%s of a variable lacks %s on its path", (method, capability) => {
    const variable = "nomad/jobs/shop/app/migrate";
    expect(rightFor(method, `/v1/var/${variable}`)).toEqual({ capability, on: { variable } });
  });

  it("is told with the capability, its place and the command that prints the policy", () => {
    expect(lackingRight({ method: "PUT", path: "/v1/jobs", namespace: "web" })).toBe(
      "the token lacks register-job in namespace web; `npm run policy -- deploy` prints the policy that it needs",
    );
    expect(lackingRight({ method: "PUT", path: "/v1/client/allocation/1/signal", namespace: "web" })).toBe(
      "the token lacks alloc-lifecycle in namespace web, which the policy of `npm run policy -- deploy` leaves out",
    );
    expect(lackingRight({ method: "GET", path: "/v1/agent/self" })).toBeUndefined();
  });
});

describe("the token itself", () => {
  const self = (changed: object): string => JSON.stringify({ AccessorID: "1", Type: "client", ...changed });

  it.each([
    [
      500,
      "ACL token expired",
      /has expired: give a new one \(NOMAD_TOKEN; or, if the stack stores it, nomad:secretId/,
    ],
    [403, "Permission denied", /Nomad does not know this token: it was revoked, expired some time ago/],
    [500, "failed to parse signed token", /the Nomad token is malformed: failed to parse/],
    [200, self({ AccessorID: "anonymous" }), /requires a token, and none is set/],
  ])("%i %s is told as what it is", (status, text, message) => {
    expect(tokenProblem(status, text)).toMatch(message);
  });

  it.each([
    ["that is known", 200, self({})],
    ["where there is no access control", 400, "ACL support disabled"],
  ])("%s has nothing wrong", (_which, status, text) => {
    expect(tokenProblem(status, text)).toBeUndefined();
  });
});
