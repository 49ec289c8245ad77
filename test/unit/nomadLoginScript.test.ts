/** What examples/ci/nomad-login.sh asks of Nomad, here a script that writes it down. test/e2e/pipeline.test.ts runs it on a real one. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";

/** Keeps each call as a line of `calls`, and each policy as a file; `list` and `info` of rules print the files `rules` and `rule`. */
const nomad = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>calls
case "$2 $3" in
  "policy apply") cat >"policy-$4" ;;
  "policy info") cat "policy-$4" ;;
  "binding-rule list") cat rules ;;
  "binding-rule info") cat rule ;;
esac
`;

describe("examples/ci/nomad-login.sh", () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const executable = (name: string, text: string): void => writeFileSync(file(name), text, { mode: 0o755 });
  const read = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-login-script-"));
    cpSync(join(repoRoot, "examples", "ci"), folder, { recursive: true });
    executable("nomad", nomad);
    writeFileSync(file("rules"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Prints this project's own policies unless the folder has an npm. */
  const runWith = (...args: string[]) =>
    spawnSync("sh", [file("nomad-login.sh"), ...args], {
      cwd: repoRoot,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
  const withAddress = (): void => {
    const config = read("nomad-login.json").replace("nomad.example.com", "nomad.acme.net");
    writeFileSync(file("nomad-login.json"), config);
  };
  const calls = (): string[] => read("calls").split("\n");

  it.each([[[]], [["shop"]], [["acme/"]], [["acme/shop", "--submit"]]])(
    "says how it is used when it is called with %j",
    (args) => {
      const { status, stderr, stdout } = runWith(...args);
      expect(stderr).toMatch(
        /^Usage: sh examples\/ci\/nomad-login.sh ORGANIZATION\/REPOSITORY \[--submit-job\]/,
      );
      expect([status, stdout, read("calls")]).toEqual([1, "", ""]);
    },
  );

  it("makes no auth method for the example's address, nor with a name that Nomad refuses", () => {
    const { status, stderr } = runWith("acme/shop");
    expect(stderr).toMatch(
      /^BoundAudiences in .*nomad-login.json is still an example\. .*Nothing was changed\n$/,
    );
    expect(status).toBe(1);
    withAddress();
    for (const name of ["", "my method"]) {
      const refused = runWith("acme/shop", "--auth-method", name);
      expect(refused.stderr).toContain(`--auth-method is "${name}" and must be letters, digits and -`);
      expect(refused.status).toBe(1);
    }
    expect(read("calls")).toBe("");
  });

  it("names method, policies and rules so that another application on the cluster keeps its own", () => {
    withAddress();
    const { status, stdout, stderr } = runWith("acme/shop.deploy");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("gh variable set NOMAD_AUTH_METHOD --body github-acme-shop-deploy\n");
    expect(calls()[0]).toContain("acl auth-method create -name=github-acme-shop-deploy ");
    const made = ["shop-staging-preview", "shop-staging-deploy", "shop-prod-deploy"];
    expect(calls().filter((call) => call.includes("policy apply"))).toEqual(
      made.map((name) => `acl policy apply ${name} -`),
    );
    expect(calls().filter((call) => call.includes("binding-rule create"))).toEqual(
      made.map((name) =>
        expect.stringContaining(`-auth-method=github-acme-shop-deploy -bind-type=policy -bind-name=${name} `),
      ),
    );
    expect(read("policy-shop-prod-deploy")).toContain('namespace "shop-prod" {');
    expect(read("policy-shop-prod-deploy")).not.toContain('"submit-job"');
  });

  it("takes --submit-job for a Nomad before 1.11.2, and another name for the method", () => {
    withAddress();
    expect(runWith("acme/shop", "--auth-method", "github", "--submit-job").status).toBe(0);
    expect(calls()[0]).toContain("acl auth-method create -name=github ");
    expect(read("policy-shop-prod-deploy")).toContain('"submit-job"');
  });

  it("keeps a rule that is there, and stops where it can't read the rules", () => {
    withAddress();
    writeFileSync(file("rules"), "id-1\n");
    const selector = 'value.repository == "acme/shop" and value.event == "pull_request"';
    writeFileSync(file("rule"), `shop-staging-preview ${selector}\n`);
    const { status, stdout } = runWith("acme/shop");
    expect([status, stdout.split("\n")[0]]).toEqual([0, "The rule for shop-staging-preview is there"]);
    expect(calls().filter((call) => call.includes("binding-rule create"))).toHaveLength(2);
    for (const gone of ["rule", "rules"]) {
      rmSync(file(gone));
      rmSync(file("calls"));
      expect(runWith("acme/shop").status).not.toBe(0);
      expect(read("calls")).not.toMatch(/policy apply|binding-rule create/);
    }
  });

  it("leaves alone a policy of that name that is for something else", () => {
    withAddress();
    const other = "# The token that deploys stack staging: job shop in namespace team-b.\n";
    writeFileSync(file("policy-shop-staging-deploy"), other);
    const { status, stderr } = runWith("acme/shop");
    expect(stderr).toMatch(/^Policy shop-staging-deploy is on the cluster already and is for something else/);
    expect([status, read("policy-shop-staging-deploy")]).toEqual([1, other]);
  });

  it.each([
    ["fails", "echo 'There is no Pulumi.staging.yaml' >&2; exit 1"],
    ["prints nothing", "exit 0"],
    ["prints something else", "echo hello"],
  ])("gives no rights when `npm run policy` %s", (_what, npm) => {
    withAddress();
    executable("npm", `#!/bin/sh\n${npm}\n`);
    const { status, stderr } = runWith("acme/shop");
    expect(stderr).toMatch(/policy for stack staging/);
    expect(status).toBe(1);
    expect(read("calls")).not.toMatch(/policy apply|binding-rule create/);
  });
});
