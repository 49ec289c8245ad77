/** A MariaDB server of a test's own. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { aptInstall } from "../../local/apt";
import { run } from "../../commands/base/run";
import { freePort } from "./tcpForwarder";
import { forget, remember } from "./leftovers";
import { waitUntil } from "./waiting";

export interface MariadbServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Runs statements as the administrator and returns what the client prints, without headings. */
  query(sql: string): Promise<string>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts MariaDB on a free loopback port, from Debian's packages.
 * @throws Error when it is not on this machine and can't be installed.
 */
export async function startMariadb(): Promise<MariadbServer> {
  const program = "/usr/sbin/mariadbd";
  if (!existsSync(program)) {
    await aptInstall(["mariadb-server-core", "mariadb-client-core"], { purpose: "test the gate on MariaDB" });
  }
  const home = mkdtempSync(join(tmpdir(), "mariadb-"));
  remember({ kind: "home", path: home });
  const data = join(home, "data");
  const socket = join(home, "socket");
  const port = await freePort();
  const options = ["--no-defaults", `--datadir=${data}`, "--user=root"];
  await run("mariadb-install-db", [...options, "--auth-root-authentication-method=normal"]);
  const child = spawn(
    program,
    [...options, `--socket=${socket}`, `--port=${port}`, "--bind-address=127.0.0.1", "--skip-name-resolve"],
    {
      stdio: "ignore",
    },
  );
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  const server = { kind: "process", pid: child.pid } as const;
  remember(server);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const query = async (sql: string): Promise<string> =>
    (await run("mariadb", ["--no-defaults", `--socket=${socket}`, "-BNe", sql])).stdout.trim();
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    forget(server);
    rmSync(home, { recursive: true, force: true });
    forget({ kind: "home", path: home });
  };
  try {
    await waitUntil("MariaDB answers", () =>
      query("SELECT 1").then(
        () => true,
        () => false,
      ),
    );
    const password = "for-tests";
    await query(`CREATE USER gate@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO gate@'%'`);
    return { host: "127.0.0.1", port, user: "gate", password, query, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
