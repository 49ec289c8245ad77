/** The few calls to Nomad's HTTP API that following a rollout takes. */
import { withoutCredentials } from "./address";
import { lackingRight } from "./refusal";
import { tokenProblem } from "./token";
import { printable, uncut } from "../messages/printable";
import { pause } from "./pause";
import { type NomadConnection, settingName } from "./connection";
import { exchange, NomadApiError, type Reply } from "./exchange";

export { type NomadConnection, nomadConnection } from "./connection";
export { NomadApiError } from "./exchange";

export interface Answer<T> {
  body: T;
  /** For the next blocking query on the same path. */
  index: number;
}

export interface Query {
  [name: string]: string | number | undefined;
}

/** For a `nomad` command: ` -region eu -namespace web`, or nothing where neither is named. */
export function placeOptions({ region, namespace }: { region?: string; namespace?: string }): string {
  return `${region === undefined ? "" : ` -region ${region}`}${namespace === undefined ? "" : ` -namespace ${namespace}`}`;
}

/** How long a client waits for a Nomad that does not answer, in milliseconds. */
export interface Patience {
  /** Silence that ends a request. @default 10000 */
  silenceMs?: number;
  /** For how long a question is asked again: servers elect a leader, or start again. @default 0 */
  askAgainMs?: number;
}

const betweenQuestionsMs = 500;

/** One client; `signal` ends every call. */
export class NomadApi {
  private clockOffsetMs = 0;

  constructor(
    private readonly connection: NomadConnection,
    private readonly namespace: string | undefined,
    private readonly signal: AbortSignal,
    private readonly patience: Patience = {},
  ) {}

  /**
   * Nomad's clock, in milliseconds. This machine's may be minutes off, and a rollout would look late that is not.
   */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  get region(): string | undefined {
    return this.connection.region;
  }

  /** {@link placeOptions} of this client. */
  get placeOptions(): string {
    return placeOptions({ region: this.region, namespace: this.namespace });
  }

  /** What is wrong with the token itself; undefined when nothing is. @param self answer to `GET /v1/acl/token/self`. */
  tokenProblem(self: Pick<Reply, "status" | "text">): string | undefined {
    return tokenProblem(self.status, self.text, settingName(this.connection, "secretId"));
  }

  /** @throws {NomadApiError} */
  async get<T>(path: string, query: Query = {}): Promise<Answer<T>> {
    const { text, headers } = await this.question(path, query);
    return { body: parsed<T>(text, `GET ${path}`), index: Number(headers["x-nomad-index"] ?? 0) };
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
    return (await this.question(path, query)).text;
  }

  /** The beginning of an answer that may be long. @throws {NomadApiError} */
  async start(path: string, query: Query, maxBytes: number): Promise<Pick<Reply, "text" | "cut">> {
    return this.send("GET", path, query, undefined, maxBytes);
  }

  /** A question that takes a body. @throws {NomadApiError} */
  async post<T>(path: string, body: unknown, query: Query = {}): Promise<T> {
    return parsed<T>((await this.send("POST", path, query, JSON.stringify(body))).text, `POST ${path}`);
  }

  /** @throws {NomadApiError} */
  async put(path: string, body: unknown): Promise<void> {
    await this.send("PUT", path, {}, JSON.stringify(body));
  }

  /** @throws {NomadApiError} */
  async delete(path: string, query: Query = {}): Promise<void> {
    await this.send("DELETE", path, query);
  }

  /** One request, whatever comes of it. @throws {NomadApiError} when Nomad does not answer. */
  async ask(
    method: string,
    path: string,
    query: Query = {},
    body?: string,
    maxBytes?: number,
  ): Promise<Reply> {
    const reply = await exchange(this.connection, {
      method,
      url: this.url(path, query),
      body,
      maxBytes,
      signal: this.signal,
      silenceMs: this.patience.silenceMs,
    });
    this.readClock(reply.headers.date as string | undefined);
    return reply;
  }

  /** Asked again while Nomad's servers do not answer. What one of its clients says or does not is final. */
  private async question(path: string, query: Query): Promise<Reply> {
    const end = Date.now() + (this.patience.askAgainMs ?? 0);
    for (;;) {
      try {
        return await this.send("GET", path, query);
      } catch (error) {
        const passing = error instanceof NomadApiError && (error.status ?? 500) >= 500;
        if (!passing || path.startsWith("/v1/client/") || this.signal.aborted || Date.now() >= end)
          throw error;
      }
      await pause(betweenQuestionsMs, this.signal);
    }
  }

  private async send(
    method: string,
    path: string,
    query: Query,
    body?: string,
    maxBytes?: number,
  ): Promise<Reply> {
    const reply = await this.ask(method, path, query, body, maxBytes);
    const { status, text } = reply;
    if (status >= 200 && status < 300) return reply;
    const said = `Nomad refused ${method} ${path}: ${status} ${printable(text, uncut)}`;
    if (status === 400 && /HTTP request to an HTTPS server/.test(text)) {
      throw new NomadApiError(
        `${said} Write https:// in ${settingName(this.connection, "address")} (or NOMAD_ADDR).`,
        status,
      );
    }
    if (status !== 403) throw new NomadApiError(said, status);
    const token = await this.ask("GET", "/v1/acl/token/self");
    const problem = this.tokenProblem(token);
    const { search } = this.url(path, query);
    const why = problem ?? lackingRight({ method, path, query: search, namespace: this.namespace });
    throw new NomadApiError(why === undefined ? said : `${said}: ${why}`, status, problem);
  }

  private url(path: string, query: Query): URL {
    const { address, region } = this.connection;
    const whole = address.replace(/\/$/, "") + path;
    // Node's own error would carry the address with all that is in it.
    if (!URL.canParse(whole)) {
      const shown = withoutCredentials(address);
      throw new NomadApiError(
        `${settingName(this.connection, "address")} (or NOMAD_ADDR) is "${shown}", not an address such as https://HOST:4646`,
      );
    }
    const url = new URL(whole);
    for (const [name, value] of Object.entries({ namespace: this.namespace, region, ...query })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  /** The header counts whole seconds, so a smaller difference says nothing. */
  private readClock(date: string | undefined): void {
    const offset = Date.parse(date ?? "") - Date.now();
    this.clockOffsetMs = Math.abs(offset) > 2_000 ? offset : 0;
  }
}

/** @throws {NomadApiError} when the answer is no JSON: something else answers at Nomad's address. */
function parsed<T>(text: string, question: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new NomadApiError(`Nomad's answer to ${question} is not JSON: ${printable(text)}`, 502);
  }
}
