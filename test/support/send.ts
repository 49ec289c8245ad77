/** One request of a test to a server whose certificate an authority of its own signed: `fetch` takes none. */
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface SendOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Of Nomad. */
  token?: string;
  /** PEM file. */
  authority?: string;
  headers?: Record<string, string>;
}

export function send(
  method: string,
  url: string,
  { body, token, authority, headers = {} }: SendOptions,
): Promise<{ status: number; text: string }> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  const all = token === undefined ? headers : { ...headers, "X-Nomad-Token": token };
  const ca = authority === undefined ? undefined : readFileSync(authority);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: all, ca }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject).on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
