import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Properties } from "../host/types";
import { revealAll } from "./schema/values";

/** What Docker's pull call takes to log in to a registry. */
export interface Credentials {
  username: string;
  password: string;
  serveraddress: string;
}

interface Configured {
  address: string;
  authDisabled?: boolean;
  configFile?: string;
  configFileContent?: string;
  username?: string;
  password?: string;
}

interface ConfigFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

const HUB = "https://index.docker.io/v1/";

/** Finds credentials in the provider's `registryAuth`, else where `docker login` leaves them. */
export class RegistryAuth {
  private readonly configured: Configured[];

  constructor(config: Properties) {
    const given = revealAll(config).registryAuth ?? [];
    // Provider inputs that are not text arrive as JSON.
    this.configured = (typeof given === "string" ? JSON.parse(given) : given) as Configured[];
  }

  /** Undefined when nothing is known about the registry: Docker then asks it anonymously. */
  async forImage(image: string): Promise<Credentials | undefined> {
    const registry = registryOf(image);
    const entry = this.configured.find(({ address }) => hostOf(address) === hostOf(registry));
    if (entry?.authDisabled) return undefined;
    if (entry?.configFileContent !== undefined)
      return fromFile(JSON.parse(entry.configFileContent) as ConfigFile, registry);
    if (entry?.configFile !== undefined) return fromFile(readConfig(entry.configFile), registry);
    const username = entry?.username ?? (entry && process.env.DOCKER_REGISTRY_USER);
    const password = entry?.password ?? (entry && process.env.DOCKER_REGISTRY_PASS);
    if (username && password) return { username, password, serveraddress: registry };
    return fromFile(readConfig(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker")), registry);
  }
}

/** The registry of an image name: the first part when it looks like a host, else Docker Hub. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : HUB;
}

function readConfig(path: string): ConfigFile {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "config.json") : path;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ConfigFile) : {};
}

async function fromFile(config: ConfigFile, registry: string): Promise<Credentials | undefined> {
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  if (helper) return fromHelper(helper, registry);
  const key = Object.keys(config.auths ?? {}).find((address) => hostOf(address) === hostOf(registry));
  const entry = key === undefined ? undefined : config.auths?.[key];
  if (entry?.username && entry.password) {
    return { username: entry.username, password: entry.password, serveraddress: registry };
  }
  if (!entry?.auth) return undefined;
  const decoded = Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: registry };
}

/** Asks a credential helper, the way the docker command does. One that knows nothing fails, which is no error. */
function fromHelper(helper: string, registry: string): Promise<Credentials | undefined> {
  return new Promise((resolve) => {
    const child = execFile(`docker-credential-${helper}`, ["get"], (error, stdout) => {
      if (error) return resolve(undefined);
      const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
      resolve({ username: Username, password: Secret, serveraddress: registry });
    });
    child.stdin?.on("error", () => resolve(undefined));
    child.stdin?.end(registry);
  });
}

function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "").split("/")[0];
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}
