/** A PostgreSQL server as a company has it: over TLS alone, signed by an authority of its own, with an administrator who is no superuser. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { ensureDocker } from "../../local/docker";
import { ensurePostgres, type PostgresMajor } from "../../local/images";
import { makeCertificates, signCertificate } from "./certificates";
import { forget, remember } from "./leftovers";
import { waitUntil } from "./waiting";

export interface Login {
  user: string;
  password: string;
  database?: string;
}

export interface TlsPostgres {
  /** Address on Docker's own bridge: this machine and every container reach it there. */
  host: string;
  /** May create roles and databases. */
  admin: Login;
  superuser: Login;
  /** PEM file of the authority. */
  authority: string;
  /** Name of the container. */
  container: string;
  query(login: Login, sql: string): Promise<Record<string, unknown>[]>;
  /** Gives the server a certificate that is valid for so many days: 0 has expired a second later. */
  certify(days: number): void;
  stop(): void;
}

const docker = (...args: string[]): string => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Waits for its key, which is made for the address that it gets only when it runs. */
const entrypoint = `
until [ -e /certificates/ready ]; do sleep 0.1; done
install -o postgres -m 600 /certificates/server.key /tmp/server.key
printf 'local all all trust\\nhostssl all all all scram-sha-256\\n' >/tmp/pg_hba.conf
exec docker-entrypoint.sh postgres -c fsync=off -c ssl=on -c ssl_cert_file=/certificates/server.crt \\
  -c ssl_key_file=/tmp/server.key -c hba_file=/tmp/pg_hba.conf`;

/** Starts the server and waits until it answers over TLS. */
export async function startTlsPostgres(major: PostgresMajor): Promise<TlsPostgres> {
  await ensureDocker();
  const image = await ensurePostgres(major);
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-tls-"));
  chmodSync(folder, 0o755);
  const container = `django-nomad-test-tls-${randomBytes(4).toString("hex")}`;
  const superuser = { user: "postgres", password: randomBytes(12).toString("hex") };
  const admin = { user: "admin", password: randomBytes(12).toString("hex"), database: "postgres" };
  const stop = (): void => {
    docker("rm", "--force", "--volumes", container);
    forget({ kind: "container", name: container });
    rmSync(folder, { recursive: true, force: true });
  };
  remember({ kind: "container", name: container });
  docker(
    ...["run", "--detach", `--name=${container}`, "--label=django-nomad.test=postgres"],
    ...[`--env=POSTGRES_PASSWORD=${superuser.password}`, `--volume=${folder}:/certificates:ro`],
    ...["--tmpfs=/var/lib/postgresql/data", "--entrypoint=sh", image, "-c", entrypoint],
  );
  try {
    const host = docker("inspect", "--format={{.NetworkSettings.IPAddress}}", container);
    const { authority } = makeCertificates(folder, [`IP:${host}`]);
    writeFileSync(join(folder, "ready"), "");
    const query = (login: Login, sql: string) => runQuery(host, readFileSync(authority, "utf8"), login, sql);
    await waitUntil("PostgreSQL answers over TLS", () =>
      query(superuser, "select 1").then(
        () => true,
        () => false,
      ),
    );
    await query(superuser, `create role admin login createrole createdb password '${admin.password}'`);
    const certify = (days: number): void => {
      signCertificate(folder, days);
      docker("exec", container, "sh", "-c", "kill -HUP $(head -n 1 /var/lib/postgresql/data/postmaster.pid)");
    };
    return { host, admin, superuser, authority, container, query, certify, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function runQuery(
  host: string,
  ca: string,
  { user, password, database = "postgres" }: Login,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new Client({ host, user, password, database, ssl: { ca }, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
