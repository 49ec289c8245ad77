/**
 * The Pulumi CLI, Nomad and the tools of tests and measurements: found on PATH, else in the user's cache, else downloaded as
 * published, else built from pinned Go modules.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { onPath } from "../commands/base/onPath";
import { cacheDir, repoRoot } from "../commands/base/paths";
import { run } from "../commands/base/run";
import { shown, UserError } from "../commands/base/step";
import { canDownload, download, publishedPath } from "./downloads/published";

interface Tool {
  version: string;
  /** Go import path of its main package. */
  package: string;
  /** Linker flags beyond "-s -w". */
  flags?: string;
  /** Build tags, separated by commas. */
  tags?: string;
}

const tools = {
  pulumi: {
    version: "v3.259.0",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    // Without it `pulumi version` is empty, which the Automation API and the backend refuse.
    flags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
  },
  // The tag brings the pages that its address shows in a browser.
  nomad: { version: "v1.11.3", package: "github.com/hashicorp/nomad", tags: "ui" },
  /** Only `bench/` measures against it. */
  "nomad-pack": { version: "v0.4.2", package: "github.com/hashicorp/nomad-pack" },
  /** Only a test uses it. */
  actionlint: { version: "v1.7.12", package: "github.com/rhysd/actionlint/cmd/actionlint" },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export interface FoundTool {
  path: string;
  /** Where it came from, in words. */
  from: "PATH" | "cache" | "downloaded" | "built";
}

function cached(name: ToolName): string {
  const { version, tags }: Tool = tools[name];
  return join(cacheDir, "tools", [name, version, ...(tags ? [tags] : [])].join("-"), name);
}

/** In the user's cache: as published, or built. */
function inCache(name: ToolName): string | undefined {
  return [publishedPath(name, tools[name].version), cached(name)].find((path) => existsSync(path));
}

/** The tool when it is there, without building it. */
export function findTool(name: ToolName): string | undefined {
  return onPath(name) ?? inCache(name);
}

/** Whether a tool can be downloaded. @param answerMs for how long an answer is waited for. */
export function isDownloadable(name: ToolName, answerMs: number): Promise<boolean> {
  return canDownload(name, tools[name].version, answerMs);
}

/**
 * Finds a tool, or downloads it, or builds it (some minutes, once per user).
 * @throws {UserError} when it can't be downloaded and Go is missing, or the build fails.
 */
export async function ensureTool(
  name: ToolName,
  log: (line: string) => void = () => undefined,
): Promise<FoundTool> {
  const found = onPath(name);
  if (found) return { path: found, from: "PATH" };
  const known = inCache(name);
  if (known) return { path: known, from: "cache" };
  const downloaded = await download(name, tools[name].version, { log, tell: complain });
  if (downloaded) return { path: downloaded, from: "downloaded" };
  const target = cached(name);
  if (!onPath("go")) {
    throw new UserError(
      `${name} is neither on PATH nor in ${cacheDir}, and Go is missing to build it. ` +
        `Install ${name} ${tools[name].version.slice(1)} or Go 1.26, then run the command again`,
    );
  }
  await build(name, target, log);
  return { path: target, from: "built" };
}

/** Beside what a command prints for other programs. */
function complain(line: string): void {
  process.stderr.write(`${shown(line)}\n`);
}

async function build(name: ToolName, target: string, log: (line: string) => void): Promise<void> {
  const tool: Tool = tools[name];
  mkdirSync(dirname(target), { recursive: true });
  // Built beside its place and moved there: a build that is killed leaves nothing that looks finished.
  const partial = `${target}.${process.pid}`;
  try {
    await run(
      "go",
      [
        "build",
        "-v",
        "-trimpath",
        "-ldflags",
        `-s -w ${tool.flags ?? ""}`.trim(),
        ...(tool.tags ? ["-tags", tool.tags] : []),
        "-o",
        partial,
        tool.package,
      ],
      {
        cwd: join(repoRoot, "local", "tools", name),
        // The compiler collects less garbage where memory is plenty; that is a fifth of the build's time.
        env: { ...process.env, CGO_ENABLED: "0", ...(totalmem() > 12e9 ? { GOGC: "400" } : {}) },
        log,
      },
    );
    renameSync(partial, target);
  } catch (error) {
    throw new UserError(
      `${name} ${tool.version} could not be built from its Go module. ` +
        `Install it by hand and put it on PATH, or fix what Go reports:\n${(error as Error).message}`,
    );
  } finally {
    rmSync(partial, { force: true });
  }
}
