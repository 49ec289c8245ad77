/** Finds a Docker that answers, or installs and starts one. */
import { existsSync, readFileSync } from "node:fs";
import { aptInstall, canInstall, hasCommand } from "./apt";
import { logFile, runningPid, startBackground, stopBackground } from "./processes";
import { CommandError, run } from "../commands/base/run";
import { UserError } from "../commands/base/step";

const processName = "dockerd";
const startSeconds = 60;

export interface Docker {
  /** For example unix:///var/run/docker.sock. */
  host: string;
  /** Of the daemon. */
  version: string;
  /** This clone started the daemon and is the one to stop it. */
  startedByUs: boolean;
}

export interface DockerOptions {
  log?: (line: string) => void;
}

export interface Stopped {
  stopped: boolean;
  /** One sentence for the user. */
  reason: string;
}

/**
 * Makes sure that Docker answers. A daemon that already runs is used as it is.
 * @throws {UserError} when there is none and it can't be installed or started, with the way out.
 */
export async function ensureDocker(options: DockerOptions = {}): Promise<Docker> {
  const log = options.log ?? (() => undefined);
  const found = (await hasCommand("docker")) ? await ask() : undefined;
  if (found) return found;
  const elsewhere = Boolean(process.env.DOCKER_HOST);
  if (!elsewhere) await installDaemon(log);
  await installClient(log);
  // Installing the package starts the daemon where systemd runs.
  if (!elsewhere && !(await ask())) await startDaemon(log);
  const docker = await ask();
  if (!docker) throw await notAnswering();
  return docker;
}

/**
 * Stops the daemon that this clone started; never another one, and never while containers run on it,
 * which may belong to another clone.
 */
export async function stopDocker(): Promise<Stopped> {
  const pid = runningPid(processName);
  if (pid === undefined)
    return { stopped: false, reason: "Docker was not started by this clone; left as it is" };
  const { stdout } = await run("docker", ["ps", "--quiet"], { timeoutMs: 30_000 });
  const running = stdout.split("\n").filter(Boolean).length;
  if (running > 0) {
    return { stopped: false, reason: `Docker left running: ${running} container(s) are in use on it` };
  }
  await stopBackground(processName, 60_000);
  return { stopped: true, reason: `Docker stopped (process ${pid})` };
}

/** What the client says about the daemon; undefined when it does not answer. */
async function ask(): Promise<Docker | undefined> {
  try {
    const [version, host] = await Promise.all([
      run("docker", ["version", "--format", "{{.Server.Version}}"], { timeoutMs: 30_000 }),
      run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], { timeoutMs: 30_000 }),
    ]);
    return {
      host: host.stdout.trim(),
      version: version.stdout.trim(),
      startedByUs: runningPid(processName) !== undefined,
    };
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

async function notAnswering(): Promise<UserError> {
  const where = process.env.DOCKER_HOST
    ? `Docker at DOCKER_HOST=${process.env.DOCKER_HOST} does not answer: start it, or unset DOCKER_HOST`
    : "Docker does not answer: start it, and check that your user may use it (group docker)";
  const said = await run("docker", ["version"], { timeoutMs: 30_000 }).then(
    () => "",
    (error: Error) => `\n${error.message}`,
  );
  return new UserError(`${where}, then try again.${said}`);
}

async function installDaemon(log: (line: string) => void): Promise<void> {
  if (await hasCommand("dockerd")) return;
  if (!(await canInstall())) {
    throw new UserError(
      "Docker is not running, and only root on Debian or Ubuntu can have it installed automatically. " +
        "Install Docker Engine (https://docs.docker.com/engine/install/) or Docker Desktop, start it, and try again.",
    );
  }
  log("installing docker.io");
  await aptInstall(["docker.io"], { purpose: "run containers", log });
}

/** From Debian 13 on the client is a package of its own. */
async function installClient(log: (line: string) => void): Promise<void> {
  if (await hasCommand("docker")) return;
  await aptInstall(["docker-cli"], { purpose: "talk to the Docker daemon", log });
}

async function startDaemon(log: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw await notAnswering();
  if (existsSync("/run/systemd/system")) {
    log("starting the service docker");
    await run("systemctl", ["start", "docker"], { log });
    return;
  }
  if (runningPid(processName) === undefined) {
    log("starting dockerd");
    startBackground(processName, "dockerd", []);
  }
  const deadline = Date.now() + startSeconds * 1000;
  // When two clones start one at the same time, the second daemon ends and the first one answers.
  while (!(await ask())) {
    if (runningPid(processName) === undefined && !(await anotherStarts())) {
      throw new UserError(`dockerd ended at once; its last lines:\n${lastLines()}`);
    }
    if (Date.now() > deadline) {
      throw new UserError(`dockerd did not answer within ${startSeconds} s; its last lines:\n${lastLines()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whether a daemon that is not ours is on its way up. */
async function anotherStarts(): Promise<boolean> {
  try {
    const pid = readFileSync("/var/run/docker.pid", "utf8").trim();
    return /^\d+$/.test(pid) && existsSync(`/proc/${pid}`);
  } catch {
    // No daemon has left its process id, so none is starting.
    return false;
  }
}

function lastLines(): string {
  return readFileSync(logFile(processName), "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
