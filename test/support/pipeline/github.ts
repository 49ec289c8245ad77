/** The part of GitHub that a job talks to: an issuer of ID tokens on this machine, with a key of its own. */
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import type { Claims } from "../../../commands/ci/idToken";
import type { Env } from "./workflow";

const issuer = "https://token.actions.githubusercontent.com";

export interface Issuer {
  /** PEM: what Nomad verifies its tokens with. */
  publicKey: string;
  /** A token of those claims. */
  jwt: (claims: Claims) => string;
  /** What a job with these claims is given, so that it can ask for one. */
  envOf: (claims: Claims) => Env;
  close: () => Promise<void>;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwt = (claims: Claims): string => {
    const now = Math.floor(Date.now() / 1000);
    const body = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded({ iss: issuer, iat: now, nbf: now, exp: now + 300, ...claims })}`;
    return `${body}.${sign("sha256", Buffer.from(body), privateKey).toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://issuer");
    const claims = JSON.parse(url.searchParams.get("claims") ?? "{}") as Claims;
    if (request.headers.authorization !== "Bearer of this job") return void response.writeHead(401).end();
    response.end(JSON.stringify({ value: jwt({ ...claims, aud: url.searchParams.get("audience") }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    jwt,
    envOf: (claims) => ({
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/?claims=${encodeURIComponent(JSON.stringify(claims))}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of this job",
    }),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
