/** PostgreSQL's own programs, of the server's version: in its container, from PATH, or from its image. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pg from "pg";
import { CommandError, run } from "../base/run";
import { UserError } from "../base/step";
import { onPath } from "../base/onPath";
import { bare } from "./processes";
import type { Login, Target } from "./target";

export type Program = "psql" | "pg_dump" | "pg_restore";

interface Command {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

export class Client {
  /** In the container. */
  private readonly files: string[] = [];

  private constructor(
    private readonly target: Target,
    /** Image whose programs are used; undefined for those in the container or on PATH. */
    private readonly image: string | undefined,
    private readonly folder: string,
  ) {}

  /** @throws {UserError} when no programs of the server's version can be had. */
  static async open(target: Target): Promise<Client> {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-db-"));
    const image = target.container ? undefined : await imageFor(target);
    // A path on Docker's command line could mean more than one file.
    const authority = target.server?.sslRootCert;
    if (image && authority) copyFileSync(authority, join(folder, "authority.pem"));
    return new Client(target, image, folder);
  }

  /** Removes the files that it made. */
  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    const { container } = this.target;
    if (container && this.files.length > 0)
      await run("docker", ["exec", container, "rm", "-f", ...this.files]);
  }

  /** A file of this run's own that the programs can read, under the path that they know it by. */
  async file(name: string, content: string): Promise<string> {
    if (this.target.container) {
      const path = `/tmp/${this.folder.split("/").at(-1)}-${name}`;
      await run("docker", ["exec", "--interactive", this.target.container, "sh", "-c", `cat > ${path}`], {
        input: content,
      });
      this.files.push(path);
      return path;
    }
    writeFileSync(join(this.folder, name), content, { mode: 0o600 });
    return this.image ? `/exchange/${name}` : join(this.folder, name);
  }

  /** Starts a program with pipes on all three streams. */
  start(program: Program, args: string[]): ChildProcess {
    const { owner, database } = this.target;
    const { command, args: all, env } = this.command(program, args, owner, database);
    return spawn(command, all, { env, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** Starts a shell script beside the programs, which find the database and the owner's login in their environment. */
  shell(script: string, args: string[], database: string): ChildProcess {
    const login = this.target.owner;
    const { command, args: all, env } = this.command("sh", ["-c", script, "sh", ...args], login, database);
    return spawn(command, all, { env, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** What a statement prints, bare. */
  async sql(
    statement: string,
    database = this.target.database,
    login: Login = this.target.owner,
  ): Promise<string> {
    const { command, args: all, env } = this.command("psql", bare, login, database);
    return (await run(command, all, { env, input: statement })).stdout.trim();
  }

  private command(program: Program | "sh", args: string[], login: Login, database: string): Command {
    const { container } = this.target;
    if (container) {
      const variables = [`--env=PGUSER=${login.user}`, `--env=PGDATABASE=${database}`];
      return {
        command: "docker",
        args: ["exec", "--interactive", ...variables, container, program, ...args],
        env: process.env,
      };
    }
    const certificate = this.image ? "/exchange/authority.pem" : undefined;
    const connection = { ...connectionVariables(this.target, login, certificate), PGDATABASE: database };
    const env = { ...process.env, ...connection };
    if (!this.image) return { command: program, args, env };
    return {
      command: "docker",
      args: [
        ...["run", "--rm", "--interactive", "--network=host", `--volume=${this.folder}:/exchange:ro`],
        // Names alone: the values come from this process's environment, and show on no command line.
        ...Object.keys(connection).map((name) => `--env=${name}`),
        ...[`--entrypoint=${program}`, this.image, ...args],
      ],
      env,
    };
  }
}

function connectionVariables(
  { server }: Target,
  { user, password }: Login,
  certificate: string | undefined,
): Record<string, string> {
  return {
    PGHOST: server?.host ?? "",
    PGPORT: String(server?.port ?? ""),
    PGUSER: user,
    PGSSLMODE: server?.sslmode ?? "",
    ...(server?.sslRootCert ? { PGSSLROOTCERT: certificate ?? server.sslRootCert } : {}),
    ...(password === undefined ? {} : { PGPASSWORD: password }),
  };
}

/** A dump is restored by programs of the server's own version: newer ones say what older servers do not know. */
async function imageFor(target: Target): Promise<string | undefined> {
  const major = await serverMajor(target);
  if (onPath("pg_dump") && (await majorOfProgram()) === major) return undefined;
  const images = [`postgres:${major}`, `django-nomad/postgres:${major}`];
  for (const image of images) {
    if (await isPresent(image)) return image;
  }
  try {
    await run("docker", ["pull", images[0]]);
    return images[0];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(
      `The server at ${target.server?.host} is PostgreSQL ${major}: install its pg_dump, pg_restore and psql on PATH, or ` +
        `Docker with the image ${images[0]}.\n${error.message}`,
    );
  }
}

/** As libpq checks a certificate with these settings: the server gets the password in whatever form it asks for. */
export function tlsOf(
  server: Pick<NonNullable<Target["server"]>, "sslmode" | "sslRootCert"> | undefined,
): pg.ClientConfig["ssl"] {
  if (server?.sslmode === "disable") return false;
  const ca = server?.sslRootCert ? readFileSync(server.sslRootCert, "utf8") : undefined;
  // With an authority "require" is as strict as "verify-ca", which asks for no name.
  if (server?.sslmode === "verify-ca" || (server?.sslmode === "require" && ca !== undefined))
    return { ca, checkServerIdentity: () => undefined };
  return server?.sslmode === "require" ? { rejectUnauthorized: false } : { ca };
}

async function serverMajor({ server, owner, database }: Target): Promise<number> {
  const client = new pg.Client({
    host: server?.host,
    port: server?.port,
    user: owner.user,
    password: owner.password,
    database,
    ssl: tlsOf(server),
    connectionTimeoutMillis: 15_000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>("show server_version_num");
    return Math.floor(Number(rows[0].server_version_num) / 10_000);
  } catch (error) {
    throw new UserError(
      `The database ${database} at ${server?.host}:${server?.port} does not answer: ${(error as Error).message}`,
    );
  } finally {
    await client.end().catch(() => undefined); // the first error is the one to tell
  }
}

async function majorOfProgram(): Promise<number> {
  const { stdout } = await run("pg_dump", ["--version"]);
  return Number(/(\d+)/.exec(stdout)?.[1] ?? 0);
}

async function isPresent(image: string): Promise<boolean> {
  try {
    await run("docker", ["image", "inspect", image]);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}
