/** Where a stack's database is, read from the stack's state. */
import { resolve } from "node:path";
import { type LocalEnvironment } from "../pulumi/environment";
import { repoRoot } from "../base/paths";
import { run } from "../base/run";
import { UserError } from "../base/step";

/** One login on one server. */
export interface Login {
  user: string;
  /** Undefined where the server asks for none: inside its own container. */
  password?: string;
}

/** A stack's database, in its container or on a server that was there before. */
export interface Target {
  stack: string;
  database: string;
  /** Owns the schema: dumps and restores. */
  owner: Login;
  /** May make a scratch database. */
  admin: Login;
  /** The database's container; undefined for a server elsewhere. */
  container?: string;
  server?: { host: string; port: number; sslmode: string; sslRootCert?: string };
}

interface Resource {
  type: string;
  urn: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** @throws {UserError} when the stack has no database of this program's. */
export async function findTarget({ pulumi, env }: LocalEnvironment, stack: string): Promise<Target> {
  const { stdout } = await run(pulumi, ["stack", "export", "--show-secrets", "--stack", stack], {
    env,
    cwd: repoRoot,
  });
  const state = JSON.parse(stdout) as { deployment: { resources?: Resource[] } };
  const target = targetOf(stack, state.deployment.resources ?? []);
  if (target) return target;
  throw new UserError(
    `Stack ${stack} has no database of this program: set postgres or database in Pulumi.${stack}.yaml and run \`up\``,
  );
}

/** @param resources of the stack's state, secrets shown. */
export function targetOf(stack: string, resources: readonly Resource[]): Target | undefined {
  const inside = (part: string, type: string): Resource[] =>
    resources.filter((resource) => resource.type === type && resource.urn.includes(part));
  const [container] = inside("index:PostgresContainer$", "docker:index/container:Container");
  if (container) return ofContainer(stack, container);
  const part = "index:PostgresDatabase$";
  const [server] = inside(part, "pulumi:providers:postgresql");
  const [database] = inside(part, "postgresql:index/database:Database");
  if (!server || !database) return undefined;
  const roles = inside(part, "postgresql:index/role:Role").map(({ inputs }) => inputs ?? {});
  return ofServer(stack, server.inputs ?? {}, database.inputs ?? {}, roles);
}

function ofContainer(stack: string, { inputs = {} }: Resource): Target {
  const envs = (plain(inputs.envs) as unknown[]).map((entry) => String(plain(entry)));
  const setting = (name: string): string =>
    envs.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const user = { user: setting("POSTGRES_USER") };
  return {
    stack,
    database: setting("POSTGRES_DB"),
    owner: user,
    admin: user,
    container: String(inputs.name),
  };
}

function ofServer(
  stack: string,
  server: Record<string, unknown>,
  database: Record<string, unknown>,
  roles: Record<string, unknown>[],
): Target {
  const owner = roles.find(({ name }) => name === database.owner);
  const certificate = text(server.sslrootcert);
  return {
    stack,
    database: String(database.name),
    owner: { user: String(database.owner), password: text(owner?.password) },
    admin: { user: String(server.username), password: text(server.password) ?? process.env.PGPASSWORD },
    server: {
      host: String(server.host),
      port: Number(server.port),
      sslmode: String(server.sslmode),
      sslRootCert: certificate === undefined ? undefined : resolve(repoRoot, certificate),
    },
  };
}

/** A secret in an export is a JSON text inside an object. */
function plain(value: unknown): unknown {
  const secret = (value as { plaintext?: string } | null)?.plaintext;
  return secret === undefined ? value : (JSON.parse(secret) as unknown);
}

function text(value: unknown): string | undefined {
  const given = plain(value);
  return given === undefined || given === null || given === "" ? undefined : String(given);
}
