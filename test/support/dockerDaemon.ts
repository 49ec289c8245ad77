/** A Docker daemon of a test's own, beside the machine's: it can be restarted without anybody else noticing. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unmountBelow } from "../../local/leftovers";
import { waitUntil } from "./waiting";

export class DockerDaemon {
  private readonly folder = mkdtempSync(join(tmpdir(), "django-nomad-docker-"));
  /** As DOCKER_HOST has it. */
  readonly host = `unix://${this.folder}/docker.sock`;
  private daemon: ChildProcess | undefined;

  docker(...args: string[]): string {
    return execFileSync("docker", ["--host", this.host, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
  }

  /** Waits until it answers. */
  async start(): Promise<void> {
    const log = openSync(join(this.folder, "log"), "a");
    const own = (name: string): string => join(this.folder, name);
    // In a network namespace of its own: outside of it a second daemon takes the machine's bridge docker0 away.
    this.daemon = spawn(
      "unshare",
      [
        ...["--net", "dockerd", `--host=${this.host}`, `--data-root=${own("data")}`],
        ...[`--exec-root=${own("exec")}`, `--pidfile=${own("pid")}`, "--bridge=none", "--iptables=false"],
      ],
      { stdio: ["ignore", log, log] },
    );
    await waitUntil("the Docker daemon answers", async () => {
      if (this.daemon?.exitCode != null) throw new Error(`dockerd ended; ${own("log")} says why`);
      try {
        this.docker("version");
        return true;
      } catch {
        return false;
      }
    });
  }

  /** As the system's service manager does. */
  async restart(): Promise<void> {
    await this.end();
    await this.start();
  }

  private async end(): Promise<void> {
    const { daemon } = this;
    if (!daemon || daemon.exitCode !== null) return;
    const ended = new Promise((resolve) => daemon.once("close", resolve));
    daemon.kill("SIGTERM");
    await ended;
  }

  /** Takes the daemon, its containers, networks and files away. */
  async stop(): Promise<void> {
    const containers = this.docker("ps", "--all", "--quiet").split("\n").filter(Boolean);
    if (containers.length > 0) this.docker("rm", "--force", ...containers);
    const networks = this.docker("network", "ls", "--quiet", "--filter=type=custom")
      .split("\n")
      .filter(Boolean);
    if (networks.length > 0) this.docker("network", "rm", ...networks);
    await this.end();
    unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
