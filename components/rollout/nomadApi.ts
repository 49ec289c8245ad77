/** The few calls to Nomad's HTTP API that following a rollout takes. */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** How to reach Nomad; the same sources as the provider's: its config, then the environment. */
export interface NomadConnection {
  /** For example `https://nomad.example.com:4646`. */
  address: string;
  /** ACL token. */
  token?: string;
  region?: string;
  /** PEM texts. */
  ca?: string;
  cert?: string;
  key?: string;
  skipVerify?: boolean;
}

/** Nomad answered, but not with what was asked for; or it did not answer at all. */
export class NomadApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

export interface Answer<T> {
  body: T;
  /** For the next blocking query on the same path. */
  index: number;
}

export interface Query {
  [name: string]: string | number | undefined;
}

/** Reads a provider setting by its name in the `nomad` config, for example `caFile`. */
export type Setting = (name: string) => string | undefined;

/** @param setting the provider's own config; it wins over the environment. */
export function nomadConnection(setting: Setting, env: NodeJS.ProcessEnv = process.env): NomadConnection {
  const pem = (text: string, file: string, variable: string): string | undefined => {
    const path = setting(file) ?? env[variable];
    return setting(text) ?? (path ? readFileSync(path, "utf8") : undefined);
  };
  return {
    address: setting("address") ?? env.NOMAD_ADDR ?? "http://127.0.0.1:4646",
    token: setting("secretId") ?? env.NOMAD_TOKEN,
    region: setting("region") ?? env.NOMAD_REGION,
    ca: pem("caPem", "caFile", "NOMAD_CACERT"),
    cert: pem("certPem", "certFile", "NOMAD_CLIENT_CERT"),
    key: pem("keyPem", "keyFile", "NOMAD_CLIENT_KEY"),
    skipVerify: (setting("skipVerify") ?? env.NOMAD_SKIP_VERIFY) === "true",
  };
}

/** For a `nomad` command about a namespace: ` -namespace web`, or nothing for the default one. */
export function namespaceOption(namespace: string | undefined): string {
  return namespace === undefined ? "" : ` -namespace ${namespace}`;
}

/**
 * Nomad refuses an address that has more than 100 connections (http_max_conns_per_client), and the provider needs
 * some of them: a stack of a hundred applications asks one question after the other.
 */
const pool = { keepAlive: true, maxSockets: 20, scheduling: "lifo", timeout: 5_000 } as const;
const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };

/** One client; every call is a single request that `signal` can end. */
export class NomadApi {
  private clockOffsetMs = 0;

  constructor(
    private readonly connection: NomadConnection,
    private readonly namespace: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Nomad's clock, in milliseconds. This machine's may be minutes off, and a rollout would look late that is not.
   */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  /** {@link namespaceOption} of this client's namespace. */
  get namespaceOption(): string {
    return namespaceOption(this.namespace);
  }

  /** @throws {NomadApiError} */
  async get<T>(path: string, query: Query = {}): Promise<Answer<T>> {
    const { text, index } = await this.send("GET", path, query);
    return { body: JSON.parse(text) as T, index };
  }

  /** The body; undefined when there is no such thing. @throws {NomadApiError} */
  async find<T>(path: string, query: Query = {}): Promise<T | undefined> {
    try {
      return (await this.get<T>(path, query)).body;
    } catch (error) {
      if (error instanceof NomadApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** @throws {NomadApiError} */
  async text(path: string, query: Query = {}): Promise<string> {
    return (await this.send("GET", path, query)).text;
  }

  /** A question that takes a body. @throws {NomadApiError} */
  async post<T>(path: string, body: unknown): Promise<T> {
    return JSON.parse((await this.send("POST", path, {}, JSON.stringify(body))).text) as T;
  }

  /** @throws {NomadApiError} */
  async put(path: string, body: unknown): Promise<void> {
    await this.send("PUT", path, {}, JSON.stringify(body));
  }

  private send(
    method: string,
    path: string,
    query: Query,
    body?: string,
  ): Promise<{ text: string; index: number }> {
    const { address, token, region, ca, cert, key, skipVerify } = this.connection;
    const url = new URL(path, address);
    for (const [name, value] of Object.entries({ namespace: this.namespace, region, ...query })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const options = {
      method,
      signal: this.signal,
      headers: {
        ...(token ? { "X-Nomad-Token": token } : {}),
        ...(body ? { "Content-Type": "application/json" } : {}),
      },
      ca,
      cert,
      key,
      rejectUnauthorized: !skipVerify,
    };
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(new NomadApiError(`Nomad at ${address} can't be reached: ${error.message || String(error)}`));
      const [ask, agent] =
        url.protocol === "https:" ? [httpsRequest, agents.https] : [httpRequest, agents.http];
      const request = ask(url, { ...options, agent }, (response) => {
        let text = "";
        this.readClock(response.headers.date);
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", fail).on("end", () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300)
            resolve({ text, index: Number(response.headers["x-nomad-index"] ?? 0) });
          else reject(new NomadApiError(`Nomad refused ${method} ${path}: ${status} ${text.trim()}`, status));
        });
      });
      request.on("error", fail).end(body);
    });
  }

  /** The header counts whole seconds: a smaller difference is none. */
  private readClock(date: string | undefined): void {
    const offset = Date.parse(date ?? "") - Date.now();
    this.clockOffsetMs = Math.abs(offset) > 2_000 ? offset : 0;
  }
}
