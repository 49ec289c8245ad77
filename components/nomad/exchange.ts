/** One exchange with Nomad. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { printable, uncut } from "../messages/printable";
import { withoutCredentials } from "./address";
import { type NomadConnection, settingName } from "./connection";

/** Nomad answered, but not with what was asked for; or it did not answer at all. */
export class NomadApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
    /** What is wrong with the token itself, when that is the cause: it has expired, for instance. */
    readonly tokenProblem?: string,
  ) {
    super(message);
  }
}

export interface Exchange {
  method: string;
  url: URL;
  body?: string;
  signal: AbortSignal;
  /** How long Nomad may say nothing: an agent that hangs still takes connections. @default 10000 */
  silenceMs?: number;
  /** What is read of an answer that may be long. @default everything */
  maxBytes?: number;
}

export interface Reply {
  status: number;
  text: string;
  headers: NodeJS.Dict<string | string[]>;
  /** Whether the answer was longer than `maxBytes`. */
  cut: boolean;
}

/**
 * Nomad refuses an address that has more than 100 connections (http_max_conns_per_client), and the provider needs
 * some of them: a stack of a hundred applications asks one question after the other.
 */
const pool = { keepAlive: true, maxSockets: 20, scheduling: "lifo", timeout: 5_000 } as const;
const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };

/** One request; whatever Nomad answers is a reply. @throws {NomadApiError} when it does not answer. */
export async function exchange(
  connection: NomadConnection,
  { method, url, body, signal, silenceMs = 10_000, maxBytes = Infinity }: Exchange,
): Promise<Reply> {
  if (connection.problem !== undefined) throw new NomadApiError(connection.problem);
  const { address, token, ca, cert, key, serverName: servername, skipVerify } = connection;
  const headers = {
    ...connection.headers,
    ...(token ? { "X-Nomad-Token": token } : {}),
    ...(body ? { "Content-Type": "application/json" } : {}),
  };
  const options = { method, signal, headers, ca, cert, key, servername, rejectUnauthorized: !skipVerify };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        new NomadApiError(
          `Nomad at ${withoutCredentials(address)} can't be reached: ${printable(whyUnreachable(error, connection), uncut)}`,
        ),
      );
    const [ask, agent] =
      url.protocol === "https:" ? [httpsRequest, agents.https] : [httpRequest, agents.http];
    const request = ask(url, { ...options, agent }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const answer = (cut: boolean): void => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: statusOf(response.statusCode ?? 0, text), text, headers: response.headers, cut });
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes <= maxBytes) return;
        answer(true);
        response.destroy();
      });
      response.on("error", fail).on("end", () => answer(false));
    });
    request.setTimeout(silenceMs, () => request.destroy(new Error(`no answer within ${silenceMs / 1000} s`)));
    request.on("error", fail).end(body);
  });
}

/** What a client's agent refuses, such as a log, some versions of Nomad pass on as a failure of the server. */
function statusOf(status: number, text: string): number {
  return status === 500 && /^Permission denied\s*$/.test(text) ? 403 : status;
}

/** OpenSSL's words, and what to do about them. */
function whyUnreachable(error: Error & { code?: string }, connection: NomadConnection): string {
  const setting = (name: string): string => settingName(connection, name);
  if (error.name === "AbortError") return "no answer in time";
  const said = error.message || error.code || String(error);
  if (/self.signed|unable to (get|verify)|UNABLE_TO/i.test(`${said} ${error.code}`)) {
    return `${said}: an authority unknown to this machine signed its certificate. Name the authority's PEM file in ${setting("caFile")} (or NOMAD_CACERT)`;
  }
  if (/altnames|Hostname\/IP/i.test(said)) {
    return `${said} Use an address that the certificate names, or NOMAD_TLS_SERVER_NAME`;
  }
  if (/wrong version number|packet length too long/i.test(said)) {
    return `the server does not speak TLS: ${setting("address")} (or NOMAD_ADDR) must begin with http://, or enable TLS on the cluster`;
  }
  if (/certificate required|bad certificate/i.test(said)) {
    return `it requires a client certificate: set ${setting("certFile")} and keyFile (or NOMAD_CLIENT_CERT and NOMAD_CLIENT_KEY)`;
  }
  return said;
}
