/** Asks this machine what it has. Nothing is changed, and slow answers are not waited for. */
import { existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { missingImages } from "../images";
import { agentPortRange, freePorts } from "../agentConfig";
import { agentAddress } from "../nomadAgent";
import { cacheDir, repoRoot } from "../../commands/base/paths";
import { CommandError, run } from "../../commands/base/run";
import { UserError } from "../../commands/base/step";
import { onPath } from "../../commands/base/onPath";
import { findTool, isDownloadable } from "../tools";
import { availableMemory } from "./memory";
import type { Disk, DiskUse } from "./needs";
import type { Facts } from "./problems";

/** Two answers that follow each other, and loading all this, take two seconds at most. */
const patienceMs = 800;

export interface FactsOptions {
  /** What runs afterwards. */
  purpose: "start" | "test";
}

export async function gatherFacts({ purpose }: FactsOptions): Promise<Facts> {
  const [docker, go, agentPorts, toolsToBuild] = await Promise.all([
    askDocker(),
    askGo(),
    lookForPorts(),
    askForTools(),
  ]);
  const imagesToMake = docker.daemon === "answers" ? await lookForImages() : undefined;
  return {
    platform: process.platform,
    root: process.getuid?.() === 0,
    user: userName(),
    apt: onPath("apt-get") !== undefined,
    docker,
    toolsToBuild,
    go,
    imagesToMake,
    python: onPath("python3") !== undefined,
    testPrograms: purpose === "test" ? ["git", "openssl", "python3"].filter((name) => !onPath(name)) : [],
    memory: availableMemory(read),
    disks: lookAtDisks(docker.host === undefined, go),
    agentPorts,
  };
}

async function askDocker(): Promise<Facts["docker"]> {
  const known = {
    client: onPath("docker") !== undefined,
    host: process.env.DOCKER_HOST || undefined,
    startable: onPath("dockerd") !== undefined,
  };
  if (!known.client) return { ...known, daemon: "silent" };
  const begin = Date.now();
  try {
    await run("docker", ["version", "--format", "{{.Server.Version}}"], { timeoutMs: patienceMs });
    return { ...known, daemon: "answers" };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (Date.now() - begin >= patienceMs) return { ...known, daemon: "slow" };
    return { ...known, daemon: "silent", says: error.stderr.trim().split("\n").at(-1) };
  }
}

/** The tools that are neither here nor where they are published. */
async function askForTools(): Promise<Facts["toolsToBuild"]> {
  const missing = (["pulumi", "nomad"] as const).filter((name) => findTool(name) === undefined);
  const downloadable = await Promise.all(missing.map((name) => isDownloadable(name, patienceMs)));
  return missing.filter((_name, index) => !downloadable[index]);
}

interface Go {
  version: string;
  fetchesNewer: boolean;
  moduleCache: string;
  buildCache: string;
}

/** Undefined where Go is not on PATH or does not run. */
async function askGo(): Promise<Go | undefined> {
  if (!onPath("go")) return undefined;
  const names = ["GOVERSION", "GOTOOLCHAIN", "GOMODCACHE", "GOCACHE"];
  // Elsewhere than in a module, whose go.mod could choose another version.
  const asked = run("go", ["env", ...names], { cwd: tmpdir(), timeoutMs: patienceMs });
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof CommandError) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const [version, toolchain, moduleCache, buildCache] = answer.stdout.trim().split("\n");
  return {
    version: version.replace(/^go/, ""),
    fetchesNewer: toolchain !== "local",
    moduleCache,
    buildCache,
  };
}

/** Undefined when Docker is too slow with its answer. */
async function lookForImages(): Promise<string[] | undefined> {
  const late = delay(patienceMs, undefined, { ref: false });
  return Promise.race([missingImages().then((names) => names.map(String)), late]);
}

async function lookForPorts(): Promise<Facts["agentPorts"]> {
  if (agentAddress() !== undefined) return undefined;
  try {
    await freePorts();
    return { free: true, ...agentPortRange };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { free: false, ...agentPortRange };
  }
}

function lookAtDisks(dockerIsHere: boolean, go: Go | undefined): Disk[] {
  const places: [path: string, use: DiskUse][] = [
    [repoRoot, "clone"],
    [cacheDir, "cache"],
    ...(go
      ? ([
          [go.moduleCache, "modules"],
          [go.buildCache, "compiled"],
        ] as [string, DiskUse][])
      : []),
    ...(dockerIsHere ? ([["/var/lib/docker", "docker"]] as [string, DiskUse][]) : []),
  ];
  const byDevice = new Map<number, Disk>();
  for (const [path, use] of places) {
    const folder = nearestFolder(path);
    const { dev } = statSync(folder);
    const { bavail, bsize } = statfsSync(folder);
    const disk = byDevice.get(dev) ?? { paths: [], free: (bavail * bsize) / 1e6, uses: [] };
    byDevice.set(dev, { ...disk, paths: [...disk.paths, path], uses: [...disk.uses, use] });
  }
  return [...byDevice.values()];
}

/** The folder itself, or the first above it that is there. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // This kernel, or this container, has no such file.
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.()); // A user without an entry in /etc/passwd.
  }
}
