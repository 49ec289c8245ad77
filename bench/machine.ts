/** Where and with what a measure was taken. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { repoRoot } from "../commands/base/paths";
import { findTool } from "../local/tools";

export interface Machine {
  processor: string;
  cores: number;
  /** GB. */
  memory: number;
  system: string;
  /** Load of the last minute when the measure began: what else the machine was doing. */
  load: number;
  versions: Record<string, string>;
  /** Of this project; ends with "+" when files differ from it. */
  commit: string;
}

function firstLine(command: string, ...args: string[]): string {
  try {
    const out = execFileSync(command, args, {
      cwd: repoRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return out.trim().split("\n")[0] ?? "";
  } catch {
    return "unknown"; // A report says so rather than fail after an hour of measuring.
  }
}

function distribution(): string {
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
  return `${name}, Linux ${release()}`;
}

/** What was measured is committed; what comes out of it may differ. */
function commit(): string {
  const changed = firstLine(
    "git",
    "status",
    "--porcelain",
    "--",
    ".",
    ":!bench/results",
    ":!bench/report.md",
    ":!bench/charts",
  );
  return firstLine("git", "rev-parse", "--short=10", "HEAD") + (changed === "" ? "" : "+");
}

function requirement(name: string): string {
  const lines = readFileSync(join(repoRoot, "examples", "site", "requirements.txt"), "utf8");
  return new RegExp(`^${name}==(\\S+)`, "im").exec(lines)?.[1] ?? "unknown";
}

/** The machine and the programs as they are now. */
export function machine(): Machine {
  const version = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? text;
  const tool = (name: "pulumi" | "nomad" | "nomad-pack", ...args: string[]): string => {
    const path = findTool(name);
    return path === undefined ? "not there" : version(firstLine(path, ...args));
  };
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: Math.round(totalmem() / 1e9),
    system: distribution(),
    load: Math.round(loadavg()[0] * 10) / 10,
    versions: {
      Node: process.version.slice(1),
      Pulumi: tool("pulumi", "version"),
      Nomad: tool("nomad", "version"),
      "nomad-pack": tool("nomad-pack", "version"),
      Docker: firstLine("docker", "version", "--format", "{{.Server.Version}}"),
      PostgreSQL: "15",
      Django: requirement("django"),
    },
    commit: commit(),
  };
}
