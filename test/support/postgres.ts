import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { Client } from "pg";
import { ensureDocker } from "../../local/docker";
import { ensurePostgres, type PostgresMajor } from "../../local/images";
import { forget, remember } from "./leftovers";

export interface PostgresOptions {
  /** Default 15. */
  major?: PostgresMajor;
  /** The administrator. Default "postgres". */
  user?: string;
  /** Default: random. */
  password?: string;
  /** Made on the first start, beside "postgres". Default "postgres". */
  database?: string;
  /** A Docker network on which containers reach it. Default: none, this machine alone does. */
  network?: string;
  /** Its name there. Default "postgres". */
  alias?: string;
  /** The server's own settings, such as `max_connections`. Default: PostgreSQL's. */
  parameters?: Record<string, string>;
  /** Room for its data. Default: what the machine has. */
  megabytes?: number;
  /** Longest time until it answers, in seconds. Default 60. */
  timeoutSeconds?: number;
}

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Name of the container. */
  container: string;
  /** Removes the container and its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** For the hook that starts a server, in milliseconds: the first start on a machine makes the image. */
export const startTimeout = 15 * 60_000;

/** So that what a killed test run has left can be told apart: `docker ps --filter label=...`. */
const label = "django-nomad.test";

/**
 * Starts PostgreSQL from the project's image on a free loopback port, with its data in memory, and waits
 * until it answers over the network.
 * @throws Error with the end of the container's log when it does not.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { user = "postgres", database = "postgres", timeoutSeconds = 60, parameters = {} } = options;
  const password = options.password ?? randomBytes(12).toString("hex");
  await ensureDocker();
  const image = await ensurePostgres(options.major ?? 15);
  const name = `django-nomad-test-postgres-${randomBytes(4).toString("hex")}`;
  remember({ kind: "container", name });
  const docker = new Docker();
  const container = await docker.createContainer({
    name,
    Image: image,
    Env: [`POSTGRES_USER=${user}`, `POSTGRES_PASSWORD=${password}`, `POSTGRES_DB=${database}`],
    // A test's data need not survive the machine.
    Cmd: ["postgres", ...Object.entries({ fsync: "off", ...parameters }).flatMap(setting)],
    ExposedPorts: { "5432/tcp": {} },
    Labels: { [label]: "postgres" },
    ...(options.network
      ? {
          NetworkingConfig: {
            EndpointsConfig: { [options.network]: { Aliases: [options.alias ?? "postgres"] } },
          },
        }
      : {}),
    HostConfig: {
      ...(options.network ? { NetworkMode: options.network } : {}),
      PortBindings: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
      Tmpfs: {
        "/var/lib/postgresql/data": options.megabytes === undefined ? "" : `size=${options.megabytes}m`,
      },
    },
  });
  const stop = async (): Promise<void> => {
    await remove(container);
    forget({ kind: "container", name });
  };
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const port = Number(NetworkSettings.Ports["5432/tcp"]?.[0]?.HostPort);
    const server = { host: "127.0.0.1", port, user, password, database, container: name, stop };
    await untilReady(server, container, timeoutSeconds);
    return server;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs statements as the administrator, or as somebody else, and returns the rows of the last one. */
export async function querySql(
  server: PostgresServer,
  text: string,
  as: { user?: string; password?: string; database?: string } = {},
): Promise<Record<string, unknown>[]> {
  const { host, port, user, password, database } = { ...server, ...as };
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    const result: unknown = await client.query(text);
    const last = (Array.isArray(result) ? result.at(-1) : result) as { rows: Record<string, unknown>[] };
    return last.rows;
  } finally {
    await client.end();
  }
}

/** Over the network: the socket answers during initialisation already. */
async function untilReady(
  server: PostgresServer,
  container: Docker.Container,
  seconds: number,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { host, port, user, password, database } = server;
    const client = new Client({ host, port, user, password, database, connectionTimeoutMillis: 5000 });
    client.on("error", () => undefined); // a server that restarts closes what is open
    try {
      await client.connect();
      return;
    } catch (error) {
      const { State } = await container.inspect();
      if (!State.Running || Date.now() > deadline) {
        const log = await container.logs({ stdout: true, stderr: true, tail: 20 });
        const what = State.Running
          ? `did not answer in ${seconds} s`
          : `ended with exit code ${State.ExitCode}`;
        throw new Error(
          `PostgreSQL in ${server.container} ${what}: ${(error as Error).message}\n${log.toString()}`,
        );
      }
      // A refused connection comes back at once; the pause keeps the loop off the processor.
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function setting([name, value]: [string, string]): string[] {
  return ["-c", `${name}=${value}`];
}

async function remove(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
}
