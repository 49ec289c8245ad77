import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { run } from "../../local/run";

/** A PostgreSQL server of a test's own, which the test may stop and start as it likes. */
export interface PostgresProcess {
  host: string;
  port: number;
  user: string;
  password: string;
  start(): Promise<void>;
  /** As a crash does: no client gets a farewell. */
  crash(): Promise<void>;
  /** Makes an empty database with a random name. */
  createDatabase(): Promise<string>;
  query<Row extends object>(database: string, sql: string, values?: unknown[]): Promise<Row[]>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** @throws when the machine has no PostgreSQL server binaries. */
export async function startPostgresProcess(settings: Record<string, string> = {}): Promise<PostgresProcess> {
  const directory = mkdtempSync(join(tmpdir(), "postgres-process-"));
  const [host, port, user, password] = ["127.0.0.1", await freePort(), "postgres", "s3cret-for-tests"];
  const options = {
    port,
    listen_addresses: host,
    unix_socket_directories: directory,
    fsync: "off",
    ...settings,
  };
  const flags = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
  const data = join(directory, "data");
  const start = async (): Promise<void> => {
    await asServerUser("pg_ctl", [
      "-D",
      data,
      "-o",
      flags.join(" "),
      "-l",
      join(directory, "log"),
      "-w",
      "start",
    ]);
  };

  writeFileSync(join(directory, "password"), password);
  if (process.getuid?.() === 0) await run("chown", ["-R", "postgres", directory]);
  const password_file = `--pwfile=${join(directory, "password")}`;
  await asServerUser("initdb", ["-D", data, "-E", "UTF8", "-A", "scram-sha-256", "-U", user, password_file]);
  await start();

  const server: PostgresProcess = {
    host,
    port,
    user,
    password,
    start,
    async crash() {
      await asServerUser("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
    },
    async createDatabase() {
      const name = `gate_${Math.random().toString(36).slice(2, 10)}`;
      await server.query("postgres", `CREATE DATABASE ${name}`);
      return name;
    },
    async query<Row extends object>(database: string, sql: string, values?: unknown[]) {
      const client = new Client({ host, port, user, password, database });
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    async remove() {
      if (existsSync(join(data, "postmaster.pid"))) await server.crash();
      rmSync(directory, { recursive: true });
    },
  };
  return server;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

/** The server refuses to run as root. */
async function asServerUser(program: string, args: string[]): Promise<void> {
  const path = join(serverBinaries(), program);
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  if (process.getuid?.() !== 0) await run(path, args, { env });
  else await run("runuser", ["-u", "postgres", "--", path, ...args], { env, cwd: "/" });
}

function serverBinaries(): string {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").map(Number) : [];
  const newest = versions.sort((a, b) => b - a)[0];
  if (newest === undefined) {
    throw new Error("No PostgreSQL server binaries in /usr/lib/postgresql: apt-get install postgresql.");
  }
  return `/usr/lib/postgresql/${newest}/bin`;
}
