import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withoutCredentials } from "../../components/nomad/address";
import { type CheckFailure, type Properties } from "../host/types";
import { revealAll } from "./schema/values";

/** Where Docker listens, and what proves who is calling. */
export interface Address {
  /** As the user wrote it, for messages. */
  host: string;
  socketPath?: string;
  hostname?: string;
  port?: number;
  protocol?: "http" | "https";
  ca?: string;
  cert?: string;
  key?: string;
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * The address from the provider's inputs, else from DOCKER_CONTEXT and DOCKER_HOST, else the one that the
 * docker command uses, else the local socket.
 */
export function dockerAddress(config: Properties): Address {
  const given = revealAll(config) as Record<string, string | undefined>;
  const context = given.context ?? process.env.DOCKER_CONTEXT;
  const host =
    (context ? contextHost(context) : undefined) ??
    given.host ??
    process.env.DOCKER_HOST ??
    currentContextHost() ??
    DEFAULT_HOST;
  const failure = hostFailure(host);
  if (failure !== undefined) throw new Error(`docker:host ${failure.reason}`);
  if (host.startsWith("unix://")) return { host, socketPath: host.slice("unix://".length) };
  if (host.startsWith("npipe://")) return { host, socketPath: host.slice("npipe://".length) };
  const url = new URL(host);
  const tls = tlsMaterial(given);
  const secure = url.protocol === "https:" || tls.cert !== undefined;
  return {
    host,
    hostname: url.hostname,
    port: Number(url.port || (secure ? 2376 : 2375)),
    protocol: secure ? "https" : "http",
    ...tls,
  };
}

/** What is wrong with a host, before anything is tried. */
export function hostFailure(host: string): CheckFailure | undefined {
  if (/^(unix|npipe):\/\/.+/.test(host)) return undefined;
  if (/^(tcp|https?):\/\/[^/]+/.test(host)) return undefined;
  const known = "unix:///var/run/docker.sock, tcp://HOST:PORT or https://HOST:PORT";
  const shown = withoutCredentials(host);
  const reason = host.startsWith("ssh://")
    ? `is ${shown}, and ssh needs the published docker plugin. Forward the socket (ssh -L) and use ${known}`
    : `is ${shown}, which is not an address of Docker. Use ${known}`;
  return { property: "host", reason };
}

function tlsMaterial(given: Record<string, string | undefined>): Pick<Address, "ca" | "cert" | "key"> {
  const directory =
    given.certPath ?? (process.env.DOCKER_TLS_VERIFY === "1" ? process.env.DOCKER_CERT_PATH : undefined);
  const read = (name: string) =>
    directory === undefined ? undefined : readFileSync(join(directory, name), "utf8");
  return {
    ca: given.caMaterial ?? process.env.DOCKER_CA_MATERIAL ?? read("ca.pem"),
    cert: given.certMaterial ?? process.env.DOCKER_CERT_MATERIAL ?? read("cert.pem"),
    key: given.keyMaterial ?? process.env.DOCKER_KEY_MATERIAL ?? read("key.pem"),
  };
}

/** The host of a Docker context, from the file that `docker context` keeps about it. */
function contextHost(context: string): string | undefined {
  if (context === "default") return undefined;
  const id = createHash("sha256").update(context).digest("hex");
  const file = join(dockerFolder(), "contexts", "meta", id, "meta.json");
  if (!existsSync(file)) {
    throw new Error(
      `docker:context is "${context}", but there is no such Docker context (${file} is missing). ` +
        `"docker context ls" lists those there are.`,
    );
  }
  const meta = JSON.parse(readFileSync(file, "utf8")) as { Endpoints?: { docker?: { Host?: string } } };
  return meta.Endpoints?.docker?.Host;
}

/** What "docker context use" chose, if anything. */
function currentContextHost(): string | undefined {
  const file = join(dockerFolder(), "config.json");
  if (!existsSync(file)) return undefined;
  const { currentContext } = JSON.parse(readFileSync(file, "utf8")) as { currentContext?: string };
  return currentContext ? contextHost(currentContext) : undefined;
}

function dockerFolder(): string {
  return process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
}
