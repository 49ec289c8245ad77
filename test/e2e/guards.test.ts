import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../support/clone";
import { expectShowing } from "../support/expectShowing";

const hidden = "hunter2hunter2";

describe("a stack of one's own", () => {
  let clone: Clone;
  let logs: string;
  beforeAll(() => {
    clone = Clone.create();
    logs = mkdtempSync(join(tmpdir(), "django-nomad-npm-logs-"));
  });
  afterAll(() => {
    clone.discard();
    rmSync(logs, { recursive: true });
  });

  const pulumi = (args: string[], input?: string): Promise<Finished> =>
    clone.npm(["run", "pulumi", "--", ...args], { npm_config_logs_dir: logs }, input);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", ...args], {
      cwd: clone.folder,
      encoding: "utf8",
    }).trim();

  it("takes a secret through npm from standard input: no command line, log, file or message has it", async () => {
    clone.write("Pulumi.shop.yaml", "config:\n  nomad:address: http://127.0.0.1:9\n");
    const set = ["config", "set", "--secret", "--path", "secretEnvVars.DSN", "--stack", "shop"];
    const { code, output } = await pulumi(set, `${hidden}\n`);
    expectShowing(code, output).toBe(0);
    const written = readdirSync(logs).map((file) => readFileSync(join(logs, file), "utf8"));
    expect(written.join("\n")).toContain("secretEnvVars.DSN");
    expect([output, clone.read("Pulumi.shop.yaml"), ...written].join("\n")).not.toContain(hidden);
    const shown = await pulumi(["config", "get", "--path", "secretEnvVars.DSN", "--stack", "shop"]);
    expectShowing(shown.output.includes(hidden), shown.output).toBe(true);
  });

  it.each(["preview", "up"])(
    "is red in %s for a secret in a plain variable, and nothing is made",
    async (verb) => {
      clone.write(
        "index.ts",
        `import * as pulumi from "@pulumi/pulumi";
import { DjangoApp } from "./components";
new DjangoApp("web", { djangoImage: "shop:1", envVars: { DSN: pulumi.secret("${hidden}") }, secretEnvVars: { A: "b" } });
`,
      );
      const { code, output } = await clone.verb(
        verb,
        "--stack",
        "shop",
        ...(verb === "up" ? ["--skip-preview"] : []),
      );
      expectShowing(code, output).not.toBe(0);
      expectShowing(output, output).toContain(
        "envVars.DSN: is a Pulumi secret, and everyone who can read the job could read it.",
      );
      expect(output).toContain("Give it in secretEnvVars.DSN");
      expect(output).not.toContain(hidden);
      expect(output).not.toContain("nomad:index:Variable");
      expect(output).not.toContain("nomad:index:Job");
    },
  );

  it("says in its history who deployed which commit, and keeps secrets to itself", async () => {
    clone.write("index.ts", 'export const message = "deployed";\n');
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "A release");
    const up = await clone.verb("up", "--stack", "shop", "--skip-preview");
    expectShowing(up.code, up.output).toBe(0);
    const history = await clone.verb("pulumi", "stack", "history", "--stack", "shop", "--json");
    expectShowing(history.code, history.output).toBe(0);
    const [newest] = JSON.parse(history.output.slice(history.output.indexOf("["))) as [
      { kind: string; result: string; environment: Record<string, string> },
    ];
    expect(newest).toMatchObject({
      kind: "update",
      result: "succeeded",
      environment: { "git.head": git("rev-parse", "HEAD"), "git.author": "Dev" },
    });
    expect(history.output).not.toContain(hidden);
  });
});
