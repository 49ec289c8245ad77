import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findTool } from "../../local/tools";
import { forOtherStacks, inheritedEnv } from "../support/clone";
import { expectShowing } from "../support/expectShowing";
import { type Issuer, startIssuer } from "../support/pipeline/github";
import { type JobRun, Runner } from "../support/pipeline/runner";
import { type Context, holds, workflow } from "../support/pipeline/workflow";
import { type App, type Config, TestBed } from "../support/testBed";

const repository = "acme/shop";
const { preview } = workflow("preview.yml").jobs;
const { staging } = workflow("deploy.yml").jobs;

describe("the pipeline of examples/ci: its steps as they stand, a repository, and a locked cluster", () => {
  let bed: TestBed;
  let folder: string;
  let issuer: Issuer;
  let app: App;
  let jobs = 0;

  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: bed.clone.folder, encoding: "utf8", stdio: "pipe" });

  /** A developer's change of the stack's file, on a branch of that name. */
  const propose = (branch: string, changes: Config): void => {
    git("checkout", "--quiet", "-b", branch, "main");
    app.write(changes);
    git("commit", "--quiet", "--all", "--message", branch);
    git("push", "--quiet", "origin", branch);
  };
  const merge = (branch: string): void => {
    git("checkout", "--quiet", "main");
    git("merge", "--quiet", "--no-edit", branch);
    git("push", "--quiet", "origin", "main");
  };

  const settings = (head: string): Context => ({
    vars: { PULUMI_BACKEND_URL: `file://${join(folder, "state")}`, NOMAD_AUTH_METHOD: "github-acme-shop" },
    secrets: { PULUMI_CONFIG_PASSPHRASE: forOtherStacks.PULUMI_CONFIG_PASSPHRASE },
    matrix: { stack: "staging" },
    github: {
      repository,
      actor: "developer",
      event: { pull_request: { number: 1, head: { repo: { full_name: head } } } },
    },
  });
  const run = (job: typeof preview, ref: string, claims: Context): Promise<JobRun> =>
    Runner.run(join(folder, `job-${++jobs}`), job, {
      repository: join(folder, "shop.git"),
      ref,
      context: settings(repository),
      idToken: issuer.envOf({ repository, ...claims }),
    });
  const pullRequest = (branch: string): Promise<JobRun> =>
    run(preview, branch, { event_name: "pull_request", ref: "refs/pull/1/merge" });
  const onMain = (): Promise<JobRun> =>
    run(staging, "main", { event_name: "push", ref: "refs/heads/main", environment: staging.environment });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-pipeline-"));
    issuer = await startIssuer();
    bed = await TestBed.prepare({ clients: 1, locked: true });
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, "shop.git")]);
    execFileSync("mkdir", [join(folder, "state")]);
    git("init", "--quiet", "--initial-branch=main");
    git("config", "user.name", "A developer");
    git("config", "user.email", "developer@example.com");
    git("remote", "add", "origin", join(folder, "shop.git"));
    app = bed.app("staging", { count: 1, envVars: { SLOW_MIGRATION_SECONDS: "0" } });
    app.write({ count: 2 });
    await logInAsTheGuideSays();
    const backend = { PULUMI_BACKEND_URL: `file://${join(folder, "state")}` };
    await bed.clone.npm(["run", "--silent", "pulumi", "--", "stack", "init", "staging"], backend);
    git("add", "--all", "--", ".", ":!node_modules");
    git("commit", "--quiet", "--message", "A shop");
    git("push", "--quiet", "origin", "main");
  });
  afterAll(async () => {
    await issuer?.close();
    await bed?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** examples/ci/nomad-login.sh against this cluster; Nomad verifies with the issuer's key instead of asking GitHub for it. */
  const logInAsTheGuideSays = async (): Promise<void> => {
    const { clone, cluster } = bed;
    const file = "examples/ci/nomad-login.json";
    const { OIDCDiscoveryURL, ...config } = JSON.parse(clone.read(file)) as Record<string, unknown>;
    expect(OIDCDiscoveryURL).toMatch(/^https:/);
    const here = { BoundAudiences: [cluster.address], JWTValidationPubKeys: [issuer.publicKey] };
    clone.write(file, JSON.stringify({ ...config, ...here }));
    const nomad = findTool("nomad") ?? "nomad";
    const env = {
      ...inheritedEnv(),
      PATH: `${join(nomad, "..")}:${process.env.PATH}`,
      NOMAD_ADDR: cluster.address,
      NOMAD_TOKEN: cluster.token,
      NOMAD_CACERT: cluster.authority,
    };
    const run = () =>
      execFileSync("sh", ["examples/ci/nomad-login.sh", repository], {
        cwd: clone.folder,
        stdio: "pipe",
        env,
      });
    run();
    run();
    // A second run doubles none.
    expect(await cluster.get<object[]>("/v1/acl/binding-rules")).toHaveLength(3);
  };

  it("a pull request shows its plan as a comment, with a token that may only preview, and changes nothing", async () => {
    propose("first-release", { count: 1 });
    const { code, log, comment } = await pullRequest("first-release");
    expectShowing(code, log).toBe(0);
    expect(comment).toMatch(/nomad:index\/job:Job/);
    expect(log).toMatch(
      /Logged in to Nomad at https:\S+ as github acme\/shop refs\/pull\/1\/merge, with staging-staging-preview, until/,
    );
    expect(await bed.cluster.get("/v1/jobs")).toEqual([]);
  });

  it("its merge deploys; the job that the log shows no token of logs in by its ID token", async () => {
    merge("first-release");
    const { code, log } = await onMain();
    expectShowing(code, log).toBe(0);
    expect(log).toContain(", with staging-staging-deploy, until");
    expect(await app.served()).toEqual(["v1"]);
    const tokens =
      await bed.cluster.get<{ AccessorID: string; Name: string; ExpirationTime?: string }[]>(
        "/v1/acl/tokens",
      );
    const made = tokens.filter(({ Name }) => Name.startsWith("github acme/shop"));
    expect(made.map(({ ExpirationTime }) => typeof ExpirationTime)).toEqual(["string", "string"]);
    for (const { AccessorID } of made) {
      const { SecretID } = await bed.cluster.get<{ SecretID: string }>(`/v1/acl/token/${AccessorID}`);
      expect(log.replace(`::add-mask::${SecretID}`, "")).not.toContain(SecretID);
    }
  });

  it("a red release is a red pipeline: exit code 1, the report in its log, and the old version serves", async () => {
    propose("broken", { djangoImage: "django-testing:v3" });
    const { code: planned, comment } = await pullRequest("broken");
    expect(planned).toBe(0);
    expect(comment).toContain("django-testing:v3");
    merge("broken");
    const { code, log } = await onMain();
    expectShowing(code, log).toBe(1);
    expect(log).toContain("a migration failed (exit code 11)");
    expect(log).toContain("The previous version still serves");
    expect(await app.served()).toEqual(["v1"]);
  });

  it("what is refused before anything changes is exit code 2", async () => {
    propose("wrong", { count: -1 });
    const before = await bed.cluster.get<{ JobModifyIndex: number }>("/v1/job/staging");
    merge("wrong");
    const { code, log } = await onMain();
    expectShowing(code, log).toBe(2);
    expect(log).toContain("count");
    expect(await bed.cluster.get("/v1/job/staging")).toMatchObject({ JobModifyIndex: before.JobModifyIndex });
  });

  it("a job whose claims meet no rule gets no token, and reads what its ID token says", async () => {
    const { code, log } = await run(staging, "main", {
      event_name: "push",
      ref: "refs/heads/other",
      environment: "staging",
    });
    expect(code).not.toBe(0);
    expect(log).toContain("Nomad's auth method github-acme-shop gave no token");
    expect(log).toContain("  ref: refs/heads/other");
    expect(log).not.toMatch(/eyJ/);
  });

  it("a fork's pull request is told why nothing was previewed, by a job without secrets", async () => {
    const { fork } = workflow("preview.yml").jobs;
    const context = settings("somebody/shop");
    expect(holds(fork.if ?? "", context)).toBe(true);
    expect(holds(preview.if ?? "", context)).toBe(false);
    expect(holds(fork.if ?? "", settings(repository))).toBe(false);
    expect(JSON.stringify(fork)).not.toMatch(/\$\{\{|"permissions"/);
    const { code, log } = await run(fork, "main", {});
    expect(code).toBe(0);
    expect(log).toContain(
      "::notice::This pull request comes from a fork or from Dependabot, which get no secrets",
    );
  });
});
