import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkAccess } from "../../components/guards/accessCheck";
import { aclPolicy } from "../../components/guards/policy";
import { missingRights } from "../../components/guards/missingRights";
import { describeRight, type Right } from "../../components/nomad/right";
import { type AppAccess, rightsOf } from "../../components/guards/rights";
import { NomadApi } from "../../components/nomad/api";
import type { Finished } from "../support/clone";
import { LockedBed, type Stack } from "../support/lockedBed";
import { waitUntil } from "../support/waiting";
import { expectShowing } from "../support/expectShowing";

const stacks = ["staging", "prod"] as const;
const yes = ["--yes", "--skip-preview"];
const names = { policy: "test", stack: "staging" };

/** Only what this is about: the second of two lines that say the same is Pulumi's summary. */
const expectGreen = ({ code, output }: Finished): void => expectShowing(code, output).toBe(0);
const expectRed = ({ code, output }: Finished): void => expectShowing(code, output).not.toBe(0);

describe("on a cluster with access control and TLS", () => {
  let bed: LockedBed;
  const tokens = {} as Record<Stack, string>;

  beforeAll(async () => {
    bed = await LockedBed.prepare();
    for (const stack of stacks) tokens[stack] = await bed.token(await bed.policy("deploy", stack));
  });
  afterAll(() => bed?.stop());

  const question = (app: AppAccess) => ({
    app,
    stack: "staging",
    preview: false,
    makesOthersFirst: false,
    patienceSeconds: 600,
  });

  describe("before there is anything", () => {
    it("a Nomad whose certificate is not trusted, or that wants TLS, says which key mends it", async () => {
      const { address } = bed.cluster;
      const ask = (connection: { address: string; ca?: string }) =>
        new NomadApi(connection, undefined, AbortSignal.timeout(10_000)).get("/v1/jobs");
      await expect(ask({ address })).rejects.toThrow(
        /signed its certificate\. Name the authority's PEM file in nomad:caFile/,
      );
      await expect(ask({ address: address.replace("https", "http") })).rejects.toThrow(/Write https:\/\//);
    });

    it("a namespace that is not there is named with those that are, and so is one where the token may do nothing", async () => {
      const app = { namespace: "shop-nowhere", jobName: "shop", variables: [] };
      const management = bed.api(bed.cluster.token ?? "", app.namespace);
      expect((await checkAccess(management, question(app))).refusal).toContain(
        'this Nomad has no "shop-nowhere"; it has default, shop-prod, shop-staging. Nothing was changed.',
      );
      // A program that makes its namespace itself names it among what the application depends on.
      expect(await checkAccess(management, { ...question(app), makesOthersFirst: true })).toEqual({});
      const theirs = bed.api(tokens.staging, "default");
      expect((await checkAccess(theirs, question({ ...app, namespace: "default" }))).refusal).toContain(
        'the Nomad token has no rights in "default", where this stack deploys. Nothing was changed. ' +
          "It has rights in shop-staging: if the stack belongs there, pulumi config set namespace shop-staging",
      );
    });

    it("a token that has expired, or that nobody made, is told as such before anything begins", async () => {
      const app = { namespace: "shop-staging", jobName: "shop", variables: [] };
      const refusal = async (token: string) =>
        (await checkAccess(bed.api(token, app.namespace), question(app))).refusal;
      const short = await bed.token(aclPolicy("deploy", app, names), "1s");
      await waitUntil("the token has expired", async () =>
        /^The Nomad token has expired/.test((await refusal(short)) ?? ""),
      );
      expect(await refusal("00000000-0000-0000-0000-000000000000")).toMatch(
        /^Nomad does not know this token/,
      );
      expect(await refusal("")).toMatch(/^Nomad requires a token, and none is set/);
      // Unless everybody may, as in a cluster that only shuts strangers out of other namespaces.
      await bed.cluster.request("PUT", "/v1/acl/policy/anonymous", {
        Name: "anonymous",
        Rules: aclPolicy("deploy", app, names),
      });
      expect(await refusal("")).toBeUndefined();
      await bed.cluster.request("DELETE", "/v1/acl/policy/anonymous");
    });
  });

  it("staging and production deploy from the example stacks with the smallest policies, side by side, and serve", async () => {
    const ups = stacks.map((stack) => bed.run(stack, "up", yes, tokens[stack]));
    for (const finished of await Promise.all(ups)) expectGreen(finished);
    for (const [stack, count] of [
      ["staging", 2],
      ["prod", 4],
    ] as const) {
      const urls = await bed.urls(stack);
      expect(urls).toHaveLength(count);
      for (const url of urls) expect((await fetch(url)).status).toBe(200);
      // SECRET_KEY and the passwords of two roles, made by the stack.
      expect(await bed.learnSecrets(stack)).toBe(3);
    }
    const sessions = await bed.server.query(
      bed.server.superuser,
      "select distinct usename, ssl from pg_stat_activity join pg_stat_ssl using (pid) where usename ~ '^shop'",
    );
    expect(sessions.filter(({ ssl }) => ssl !== true)).toEqual([]);
  });

  describe("with one right less", () => {
    const volumes = [
      { name: "media", destination: "/media" },
      { name: "assets", destination: "/assets", readOnly: true },
      { name: "shared", type: "csi" as const, destination: "/shared" },
    ];
    const variables = ["nomad/jobs/shop", "nomad/jobs/shop/app/migrate"];
    const app = { namespace: "shop-staging", jobName: "shop", variables, volumes, recreates: true };
    const without = (right: Right): string =>
      policyWith(
        app,
        rightsOf("deploy", app).filter((other) => describeRight(other, "") !== describeRight(right, "")),
      );

    it.each([false, true])(
      "nothing is missing from the whole (for an older Nomad: %s)",
      async (submitJob) => {
        const whole = { ...app, submitJob };
        const api = bed.api(await bed.token(aclPolicy("deploy", whole, names)), app.namespace);
        expect(await missingRights(api, whole)).toEqual([]);
      },
    );

    // Only a removal takes this one; it is tried below.
    const tried = rightsOf("deploy", app).filter(({ capability }) => capability !== "destroy");
    it.each(tried.map((right) => [describeRight(right, app.namespace), right] as const))(
      "%s: the token is told to lack it, and nothing is changed",
      async (_what, right) => {
        const before = await bed.traces("staging");
        const api = bed.api(await bed.token(without(right)), app.namespace);
        // Nomad asks for both before it mounts a CSI volume.
        const lacking = right.on === "plugin" ? "csi-mount-volume" : right.capability;
        expect((await missingRights(api, app)).map(({ capability, on }) => [capability, on])).toEqual([
          [lacking, right.on === "plugin" ? "namespace" : right.on],
        ]);
        expect(await bed.traces("staging")).toEqual(before);
      },
    );
  });

  it("an up with a token that may only preview is red within seconds, names each right, and changes nothing", async () => {
    const preview = await bed.token(await bed.policy("preview", "staging"));
    const before = await bed.traces("staging");
    const roles = () => bed.server.query(bed.server.superuser, "select rolname from pg_roles order by 1");
    const rolesBefore = await roles();
    bed.set("staging", { envVars: { DEBUG: "off", COLOUR: "red" } });
    const up = await bed.run("staging", "up", yes, preview);
    expectRed(up);
    for (const right of [
      "read-logs in namespace shop-staging",
      "register-job in namespace shop-staging",
      "fail-deployment in namespace shop-staging",
      "write on variable nomad/jobs/shop in namespace shop-staging",
      "write on variable nomad/jobs/shop/app/migrate in namespace shop-staging",
    ]) {
      expect(up.output).toContain(`  ${right}: to `);
    }
    expect(up.output).toContain("`npm run policy -- deploy --stack staging` prints the smallest policy");
    expect(up.output).not.toContain("plan-job in");
    expect(await bed.traces("staging")).toEqual(before);
    expect(await roles()).toEqual(rolesBefore);
  });

  it("a preview with it says what Nomad would do; one whose token lacks a right names it", async () => {
    const before = await bed.traces("staging");
    const policy = await bed.policy("preview", "staging");
    const preview = async (rules: string): Promise<Finished> =>
      bed.run("staging", "preview", [], await bed.token(rules));
    const [seeing, unseeing, blind] = await Promise.all([
      preview(policy),
      preview(policy.replace(/ +"plan-job".*\n/, "")),
      preview(policy.replaceAll('["read"]', '["list"]')),
    ]);
    expectGreen(seeing);
    expect(seeing.output).toContain("Nomad plan: app: 1 canary, 1 more once it is healthy");
    expectGreen(unseeing);
    expect(unseeing.output).toContain("Nomad's plan was not checked, because the token may not plan");
    expect(unseeing.output).toContain("the token lacks plan-job in namespace shop-staging");
    expectRed(blind);
    expect(blind.output).toContain("with read on variable nomad/jobs/shop in namespace shop-staging");
    expect(await bed.traces("staging")).toEqual(before);
  });

  it("a token that expires while a migration runs ends the up with what goes on and what to do; the next one follows to the end", async () => {
    const deploy = await bed.policy("deploy", "staging");
    const config = bed.config("staging");
    const service = { ...(config.httpService as object), checkInterval: "1s", checkTimeout: "1s" };
    bed.set("staging", {
      djangoImage: "django-testing:v2",
      httpService: service,
      update: { minHealthyTime: "1s" },
    });
    let up: Finished | undefined;
    // The first has expired when Pulumi refreshes the state. On a busy machine one of the others may expire anywhere
    // before there is a rollout to follow, and each `up` must say so.
    for (const seconds of [1, 12, 40, 120]) {
      bed.set("staging", { envVars: { DEBUG: "off", SLOW_MIGRATION_SECONDS: seconds } });
      const token = await bed.token(deploy, `${seconds}s`);
      up = await bed.run("staging", "up", yes, token);
      expectRed(up);
      expectShowing(/[Tt]he Nomad token has expired/.test(up.output), up.output.slice(-3000)).toBe(true);
      if (up.output.includes("preparing its image")) break;
    }
    expect(up?.output).toMatch(/The Nomad token expires in \d+s, but a rollout may take \d+m/);
    expect(up?.output).toContain("This `up` can't follow the rollout of version 1 of shop any longer");
    expect(up?.output).toContain("Nomad continues it by itself");
    expect(up?.output).not.toMatch(/failed:|Nothing serves/);
    const again = await bed.run("staging", "up", yes, tokens.staging);
    expectGreen(again);
    expect(again.output).toContain("still being rolled out: waiting for it");
    for (const url of await bed.urls("staging", "/version"))
      expect(await (await fetch(url)).text()).toContain("v2");
  });

  it("a protected stack is neither taken down nor moved, also by a token that may do everything", async () => {
    const before = await bed.traces("prod");
    const { token } = bed.cluster;
    const destroyed = await bed.run("prod", "destroy", ["--yes"], token);
    expectRed(destroyed);
    expect(destroyed.output).toContain(
      "Stack prod is protected (protect: true in its file). Nothing was changed.",
    );
    expect(destroyed.output).toContain("config set protect false --stack prod");
    bed.set("prod", { namespace: "default" });
    const moved = await bed.run("prod", "up", yes, token);
    bed.set("prod", { namespace: "shop-prod" });
    expectRed(moved);
    expect(moved.output).toMatch(/unable to replace resource [^]*`protect`/);
    const plain = await bed.run("prod", "pulumi", ["destroy", ...yes], token);
    expectRed(plain);
    expect(plain.output).toMatch(/cannot be deleted[^]*protect/);
    expect(await bed.traces("prod")).toEqual(before);
    for (const url of await bed.urls("prod")) expect((await fetch(url)).status).toBe(200);
  });

  it("taken down on purpose it needs a token with rights that it had not, and its rows stay", async () => {
    bed.set("prod", { protect: false });
    expectGreen(await bed.run("prod", "up", yes, tokens.prod));
    const lacking = await bed.run("prod", "destroy", yes, tokens.prod);
    expectRed(lacking);
    expect(lacking.output).toContain("with purge-job in namespace shop-prod");
    const enough = await bed.token(await bed.policy("deploy", "prod"));
    // Kept with the stack it must be in the state, too, before a refresh or a destroy has it.
    expectGreen(await bed.run("prod", "pulumi", ["config", "set", "--secret", "nomad:secretId", enough]));
    expectGreen(await bed.run("prod", "up", [...yes, "--refresh=false"]));
    expectGreen(await bed.run("prod", "destroy", yes));
    await waitUntil("nothing of it serves", async () => (await bed.urls("prod")).length === 0);
    const rows = "select count(*)::int as count from visits_visit";
    const [{ count }] = await bed.server.query({ ...bed.server.superuser, database: "shop" }, rows);
    expect(count).toBeGreaterThan(0);
  });

  it("no command has shown a password or a token", () => {
    for (const secret of bed.secrets) expect(bed.outputs.join("\n").includes(secret)).toBe(false);
  });
});

/** A policy with just these rights. */
function policyWith(app: AppAccess, rights: readonly Right[]): string {
  const on = (what: Right["on"]): string => JSON.stringify(what);
  const capabilities = (key: string): string =>
    JSON.stringify(rights.filter((right) => on(right.on) === key).map(({ capability }) => capability));
  const keys = [...new Set(rights.map((right) => on(right.on)))];
  const named = (kind: "variable" | "hostVolume", block: (name: string, key: string) => string): string =>
    keys
      .filter((key) => key.startsWith(`{"${kind}"`))
      .map((key) => block((JSON.parse(key) as Record<string, string>)[kind], key))
      .join("\n");
  return `namespace "${app.namespace}" {
  capabilities = ${capabilities(on("namespace"))}
  variables {
    ${named("variable", (path, key) => `path "${path}" {\n capabilities = ${capabilities(key)}\n}`)}
  }
}
${named("hostVolume", (name, key) => `host_volume "${name}" {\n capabilities = ${capabilities(key)}\n}`)}
${keys.includes(on("plugin")) ? 'plugin {\n policy = "read"\n}' : ""}
`;
}
