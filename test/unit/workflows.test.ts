/** What the pipeline in examples/ci promises to a team that copies it. Its steps are run in test/e2e/pipeline.test.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";
import { exampleWorkflows, holds, type Job, workflow, workflowText } from "../support/pipeline/workflow";

const jobs = (): [string, Job][] => exampleWorkflows.flatMap((file) => Object.entries(workflow(file).jobs));
const { scripts } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("every workflow", () => {
  it("pins each action to a commit, with its version beside it", () => {
    for (const file of exampleWorkflows) {
      const used = workflowText(file).match(/uses: .*/g) ?? [];
      expect(used.length).toBeGreaterThanOrEqual(3);
      for (const line of used) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("gives a job no right but the ones it names, and none may write to the repository", () => {
    for (const file of exampleWorkflows) expect(workflow(file).permissions).toEqual({});
    const rights = Object.fromEntries(jobs().map(([name, { permissions = {} }]) => [name, permissions]));
    expect(rights).toEqual({
      fork: {},
      preview: { contents: "read", "id-token": "write", "pull-requests": "write" },
      staging: { contents: "read", "id-token": "write" },
      production: { contents: "read", "id-token": "write" },
    });
  });

  it("never runs a pull request's code with another event's secrets, and keeps git's token out of the checkout", () => {
    for (const file of exampleWorkflows) {
      expect(Object.keys(workflow(file).on)).not.toContain("pull_request_target");
    }
    for (const [name, { steps }] of jobs().filter(([name]) => name !== "fork")) {
      const checkout = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect([name, checkout?.with]).toEqual([name, { "persist-credentials": false }]);
    }
  });

  it("says at its top which state, secrets and Nomad token it uses", () => {
    for (const file of exampleWorkflows) {
      const [top] = workflowText(file).split("\nname:");
      for (const word of ["State:", "Secrets:", "Nomad:", "PULUMI_CONFIG_PASSPHRASE", "NOMAD_AUTH_METHOD"]) {
        expect(top).toContain(word);
      }
    }
  });

  it("runs scripts that this project has, and puts no expression into a shell's text", () => {
    for (const [, { steps }] of jobs()) {
      for (const { run = "" } of steps) {
        expect(run).not.toContain("${{");
        for (const [, script] of run.matchAll(/npm run (?:--silent )?([\w-]+)/g))
          expect(scripts).toHaveProperty([script]);
      }
    }
  });
});

describe("a pull request", () => {
  it.each([
    ["of a developer", "acme/shop", "developer", true],
    ["of a fork", "somebody/shop", "developer", false],
    ["of Dependabot", "acme/shop", "dependabot[bot]", false],
  ])("%s gets a preview, or the job that says why there is none", (_whose, head, actor, isPreviewed) => {
    const { fork, preview } = workflow("preview.yml").jobs;
    const event = { pull_request: { head: { repo: { full_name: head } } } };
    const context = { github: { repository: "acme/shop", actor, event } };
    expect(holds(preview.if ?? "", context)).toBe(isPreviewed);
    expect(holds(fork.if ?? "", context)).toBe(!isPreviewed);
    const [{ run }] = fork.steps;
    expect(run).toContain("from a fork or from Dependabot, which get no secrets: nothing was previewed");
  });

  it("has one comment, which is updated", () => {
    const step = workflow("preview.yml").jobs.preview.steps.find(({ uses }) =>
      uses?.startsWith("pulumi/actions@"),
    );
    expect(step?.with).toMatchObject({ command: "preview", "comment-on-pr": true, "edit-pr-comment": true });
  });
});

describe("a merge", () => {
  const { staging, production } = workflow("deploy.yml").jobs;

  it("deploys to staging, then to production in an environment that asks for approval, by the same steps", () => {
    expect(production.needs).toBe("staging");
    expect([staging.environment, production.environment]).toEqual(["staging", "production"]);
    expect(production.steps).toEqual(staging.steps);
    expect(Object.keys(production.env ?? {})).toEqual(Object.keys(staging.env ?? {}));
  });

  it("starts one rollout at a time, and cuts none off; production's approval does not hold up staging", () => {
    for (const { concurrency } of [staging, production])
      expect(concurrency?.["cancel-in-progress"]).toBe(false);
    expect(production.concurrency?.group).not.toBe(staging.concurrency?.group);
    expect(workflow("deploy.yml").concurrency).toBeUndefined();
  });
});
