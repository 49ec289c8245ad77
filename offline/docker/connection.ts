import type Docker from "dockerode";
import { type Log, type Properties } from "../host/types";
import { type Address, dockerAddress } from "./address";
import { withoutCredentials } from "../../components/nomad/address";
import { RegistryAuth } from "./registryAuth";

/**
 * The Docker host that the provider was configured for. The client is only loaded, and Docker only
 * called, when a resource really needs it: an unchanged preview does without either.
 */
export class Connection {
  private config: Properties = {};
  private address?: Address;
  private docker?: Promise<Docker>;
  log: Log = () => undefined;

  configure(config: Properties, log: Log): void {
    this.config = config;
    this.log = log;
    this.address = undefined;
    this.docker = undefined;
  }

  /** Runs `call` on Docker; when Docker can't be reached, says so and where it was looked for. */
  async run<T>(call: (docker: Docker) => Promise<T>): Promise<T> {
    this.address ??= dockerAddress(this.config);
    const { host, ...options } = this.address;
    this.docker ??= import("dockerode").then(
      ({ default: Client }) => new Client({ ...options, host: options.hostname }),
    );
    const docker = await this.docker;
    try {
      return await call(docker);
    } catch (error) {
      throw explained(error, host);
    }
  }

  /** Credentials for the registry that an image comes from. */
  get registryAuth(): RegistryAuth {
    return new RegistryAuth(this.config);
  }
}

const UNREACHABLE =
  /^(ECONNREFUSED|ENOENT|EACCES|EPERM|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET)$/;

function explained(error: unknown, host: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const connecting = syscall === "connect" || syscall === "getaddrinfo" || code === "ECONNRESET";
  if (code === undefined || !UNREACHABLE.test(code) || !connecting) return error;
  const denied = code === "EACCES" || code === "EPERM";
  const hint = denied
    ? 'may this user use it? (usually: a member of the group "docker", or root)'
    : "is the daemon running? Start it, or set docker:host or DOCKER_HOST to where it listens.";
  return new Error(`Docker is not reachable at ${withoutCredentials(host)}: ${hint} (${message})`);
}

/** The HTTP status of an error from Docker; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === "number" ? status : undefined;
}

/** What Docker said, without the client's own preamble. */
export function reasonOf(error: unknown): string {
  const body = (error as { json?: { message?: unknown } }).json;
  if (body !== null && typeof body === "object" && typeof body.message === "string") return body.message;
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [^-]* - /, "").trim();
}

/** Runs `call`; undefined when Docker knows no such thing. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
