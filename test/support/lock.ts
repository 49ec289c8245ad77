/** What locks a Nomad cluster: access control, and TLS for everything. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates";

export interface Lock {
  certificates: Certificates;
}

/** @param home where its certificates are kept. */
export function makeLock(home: string): Lock {
  const folder = join(home, "certificates");
  mkdirSync(folder);
  // Agents know one another by the names of their roles.
  const roles = ["server", "client"].map((role) => `DNS:${role}.global.nomad`);
  return { certificates: makeCertificates(folder, [...roles, "DNS:localhost", "IP:127.0.0.1"]) };
}

/** The part of every agent's configuration. */
export function lockConfig({ certificates: { authority, certificate, key } }: Lock): string {
  return `
acl {
  enabled = true
  # A test can't wait a minute for the end of a token.
  token_min_expiration_ttl = "1s"
}

tls {
  http                   = true
  rpc                    = true
  ca_file                = "${authority}"
  cert_file              = "${certificate}"
  key_file               = "${key}"
  verify_server_hostname = true
  # People and pipelines have tokens, not certificates.
  verify_https_client    = false
}
`;
}
