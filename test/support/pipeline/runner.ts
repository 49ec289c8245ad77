/**
 * Runs the jobs of the example workflows on this machine, step by step, as GitHub's runner does: the `run` steps as they
 * stand, in bash, each with the job's environment. What can't be had here is stood for:
 * - `actions/checkout`: a clone of the repository at the commit that the job is about;
 * - `actions/setup-node`: the Node that runs the tests;
 * - `pulumi/actions`: without a command, nothing, since the machine has a CLI; with one, the same command of the CLI,
 *   through `npm run`, and what it prints is the comment;
 * - `npm ci`: a link to the packages that are there.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repoRoot } from "../../../commands/base/paths";
import { onPath } from "../../../commands/base/onPath";
import { forOtherStacks, inheritedEnv } from "../clone";
import { remember } from "../leftovers";
import { type Context, type Env, filled, holds, type Job, type Step } from "./workflow";

export interface JobRun {
  /** Of the step that failed; 0 when none did. */
  code: number;
  /** What the job's log shows. */
  log: string;
  /** What `pulumi/actions` would write on the pull request. */
  comment: string;
}

export interface RunnerOptions {
  /** The bare repository. */
  repository: string;
  /** Branch or commit. */
  ref: string;
  context: Context;
  /** What GitHub gives a job with `id-token: write`. */
  idToken: Env;
}

/** `npm ci` links what is there; everything else is npm's own. */
function npmShim(folder: string): string {
  const npm = onPath("npm") ?? "npm";
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const link = `ln -sfn ${join(repoRoot, "node_modules")} node_modules`;
  writeFileSync(join(bin, "npm"), `#!/bin/sh\nif [ "$1" = ci ]; then exec ${link}; fi\nexec ${npm} "$@"\n`, {
    mode: 0o755,
  });
  return bin;
}

export class Runner {
  private readonly environmentFile: string;
  private readonly path: string;
  private log = "";
  private comment = "";

  private constructor(
    private readonly workspace: string,
    private readonly job: Job,
    private readonly options: RunnerOptions,
  ) {
    const folder = mkdtempSync(join(dirname(workspace), "runner-"));
    this.environmentFile = join(folder, "environment");
    writeFileSync(this.environmentFile, "");
    this.path = `${npmShim(folder)}:${process.env.PATH}`;
  }

  /** @param workspace a folder that is not there yet. */
  static run(workspace: string, job: Job, options: RunnerOptions): Promise<JobRun> {
    return new Runner(workspace, job, options).all();
  }

  private async all(): Promise<JobRun> {
    let code = 0;
    for (const step of this.job.steps) {
      if (step.if !== undefined && !holds(step.if, this.options.context)) continue;
      code = await this.step(step);
      if (code !== 0) break;
    }
    return { code, log: this.log, comment: this.comment };
  }

  private async step(step: Step): Promise<number> {
    if (step.run !== undefined) return (await this.bash(step.run, step.env)).code;
    const [action] = (step.uses ?? "").split("@");
    if (action === "actions/checkout") return this.checkout();
    if (action === "actions/setup-node") return 0;
    if (action === "pulumi/actions") return this.pulumi(step.with);
    throw new Error(`this test does not know ${step.uses}`);
  }

  private checkout(): number {
    const { repository, ref } = this.options;
    execFileSync("git", ["clone", "--quiet", "--branch", ref, repository, this.workspace]);
    remember({ kind: "clone", path: this.workspace });
    return 0;
  }

  private async pulumi(settings: Step["with"]): Promise<number> {
    if (settings?.command === undefined) return 0;
    const { command, "stack-name": stack, diff } = settings;
    const words = `npm run --silent ${command} -- --stack ${stack}${diff ? " --diff" : ""}`;
    const { code, printed } = await this.bash(filled(words, this.options.context));
    if (code === 0) this.comment = printed;
    return code;
  }

  private async bash(script: string, own: Env = {}): Promise<{ code: number; printed: string }> {
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: existsSync(this.workspace) ? this.workspace : dirname(this.workspace),
      env: this.environment({ ...this.job.env, ...own }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk;
      this.log += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (this.log += chunk));
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject).once("close", (ended) => resolve(ended ?? 1));
    });
    return { code, printed };
  }

  private environment(given: Env): NodeJS.ProcessEnv {
    const { context, idToken } = this.options;
    const settings = Object.entries(given).map(([name, value]) => [name, filled(value, context)]);
    return {
      ...inheritedEnv(),
      DJANGO_NOMAD_OFFLINE: forOtherStacks.DJANGO_NOMAD_OFFLINE,
      PATH: this.path,
      CI: "true",
      ...(Object.fromEntries(settings) as Env),
      ...(this.job.permissions?.["id-token"] === "write" ? idToken : {}),
      ...this.fromEarlierSteps(),
      GITHUB_ENV: this.environmentFile,
    };
  }

  private fromEarlierSteps(): Env {
    const lines = readFileSync(this.environmentFile, "utf8").split("\n").filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
  }
}
