import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { neededRight, policyCommand, type Refused } from "../../components/nomad/refusal";
import { withoutCredentials } from "../../components/nomad/address";
import { type NomadSettings } from "./settings";

/** An answer of Nomad that is not a success. */
export class NomadError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Query {
  namespace?: string;
  [parameter: string]: string | number | boolean | undefined;
}

export interface Call {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

/** How long Nomad may take to answer a question that does not wait for anything. */
const ANSWER_SECONDS = 60;

/**
 * How long one blocking query asks Nomad to hold the answer back until something changes. Nomad looks at the token
 * when a query begins: one that has expired is noticed with the next.
 */
const BLOCK_SECONDS = 10;

/** Nomad's HTTP API. Requests go out with the region, token, headers and certificates of the settings. */
export class NomadClient {
  private login: Promise<string> | undefined;

  constructor(readonly settings: NomadSettings) {}

  get<T>(path: string, call?: Call): Promise<T> {
    return this.send<T>("GET", path, call).then(({ body }) => body);
  }

  put<T>(path: string, call?: Call): Promise<T> {
    return this.send<T>("PUT", path, call).then(({ body }) => body);
  }

  delete<T>(path: string, call?: Call): Promise<T> {
    return this.send<T>("DELETE", path, call).then(({ body }) => body);
  }

  /** Like {@link get}, but undefined when there is no such thing. */
  async find<T>(path: string, call?: Call): Promise<T | undefined> {
    try {
      return await this.get<T>(path, call);
    } catch (error) {
      if (error instanceof NomadError && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * Asks again whenever the answer changed, without polling, until `done` returns something.
   * @throws the signal's reason when that is aborted first.
   */
  async watch<T, R>(path: string, call: Call, done: (answer: T) => R | undefined): Promise<R> {
    let index: string | undefined;
    for (;;) {
      const query = { ...call.query, ...(index !== undefined && { index, wait: `${BLOCK_SECONDS}s` }) };
      const { body, index: next } = await this.send<T>("GET", path, { ...call, query });
      const result = done(body);
      if (result !== undefined) return result;
      index = next;
    }
  }

  private async send<T>(method: string, path: string, call: Call = {}): Promise<{ body: T; index?: string }> {
    const { authJwt } = this.settings;
    const token = authJwt === undefined ? this.settings.token : await (this.login ??= this.signIn(authJwt));
    return this.exchange<T>(method, path, call, token);
  }

  private async signIn({
    authMethod,
    loginToken,
  }: {
    authMethod: string;
    loginToken: string;
  }): Promise<string> {
    const body = { AuthMethodName: authMethod, LoginToken: loginToken };
    return (await this.exchange<{ SecretID: string }>("POST", "/v1/acl/login", { body }, undefined)).body
      .SecretID;
  }

  private exchange<T>(
    method: string,
    path: string,
    { query = {}, body, signal }: Call,
    token: string | undefined,
  ): Promise<{ body: T; index?: string }> {
    const { address, region, headers, tls } = this.settings;
    if (address === "") return Promise.reject(new NomadUnreachable(addressless));
    const url = new URL(address.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries({ region, ...query })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method,
          signal,
          // Nomad holds a blocking query up to a sixteenth longer than it was asked to.
          timeout: 1000 * (query.index === undefined ? ANSWER_SECONDS : ANSWER_SECONDS + BLOCK_SECONDS * 2),
          headers: { ...headers, ...(token !== undefined && { "X-Nomad-Token": token }) },
          ca: tls.ca,
          cert: tls.cert,
          key: tls.key,
          servername: tls.serverName,
          rejectUnauthorized: tls.rejectUnauthorized,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", (error) => reject(this.unreachable(error)));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const status = response.statusCode ?? 0;
            if (status < 200 || status > 299)
              return reject(this.refused(status, text, { method, path, query: url.search }));
            const index = response.headers["x-nomad-index"];
            try {
              resolve({ body: parse(text) as T, index: index?.toString() });
            } catch {
              reject(
                new Error(
                  `${withoutCredentials(address)}${path} did not answer with JSON, so it may not be Nomad: ${text.slice(0, 200)}`,
                ),
              );
            }
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.on("error", (error) => reject(signal?.aborted === true ? signal.reason : this.unreachable(error)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  private refused(status: number, text: string, request: Refused): NomadError {
    const { searchParams } = new URL(request.query ?? "", "http://nomad");
    const namespace = searchParams.get("namespace") ?? this.settings.namespace;
    const right = status === 403 ? neededRight({ ...request, namespace }) : undefined;
    const hint = right
      ? `. It takes a token (nomad:secretId or NOMAD_TOKEN) that has not expired, with ${right}; \`${policyCommand()}\` prints its policy`
      : "";
    return new NomadError(status, `Unexpected response code: ${status} (${text.trim()})${hint}`);
  }

  private unreachable(error: Error & { code?: string }): Error {
    const reason = (error.message || error.code || String(error)).replace(
      /^.*:(tlsv?[\d.]* alert [\w ]+):[^]*$/,
      "$1",
    );
    if (/certificate|alert|SSL/.test(reason)) {
      const keys =
        "nomad:caFile, certFile and keyFile (or NOMAD_CACERT, NOMAD_CLIENT_CERT and NOMAD_CLIENT_KEY)";
      return new NomadUnreachable(
        `Nomad can't be reached at ${withoutCredentials(this.settings.address)}: ${reason}. Check ${keys}`,
      );
    }
    return new NomadUnreachable(
      `Nomad can't be reached at ${withoutCredentials(this.settings.address)}: ${reason}. ` +
        "Is it running there? The address comes from nomad:address in the stack's config, else from NOMAD_ADDR; a refresh " +
        "asks where the last `up` did, and `pulumi up --refresh=false` once tells the state of another address",
    );
  }
}

/** A refresh does not read the config: it asks as the last `up` did. */
const addressless =
  "Nomad's address is not known here: the stack's state was made with NOMAD_ADDR, which is not set now. Set it again; or, " +
  "where nomad:address has come into the stack's config since, run once `pulumi up --refresh=false`: the state has it then";

/** Nobody answers, as opposed to an answer that says no. */
class NomadUnreachable extends Error {}

/** Submit times are nanoseconds, more than a JavaScript number can hold: they are kept as text. */
function parse(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text.replace(/"SubmitTime":(\d+)/g, '"SubmitTime":"$1"'));
}
