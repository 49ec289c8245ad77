/**
 * Keeps other agents out. Nomad's ports for agents ask for no token: a server that joins there is sent everything, tokens
 * included. So the agent takes part with nobody: a key for the gossip and certificates for the rest that it alone has.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentHome } from "./agentToken";
import { run } from "../commands/base/run";

const folder = join(agentHome, "tls");
const gossipFile = join(agentHome, "gossip.hcl");

/** Part of the agent's configuration. Its HTTP API stays plain: it is on loopback, and asks for a token. */
export const peersConfig = `
tls {
  rpc                    = true
  ca_file                = "${join(folder, "nomad-agent-ca.pem")}"
  cert_file              = "${join(folder, "global-server-nomad.pem")}"
  key_file               = "${join(folder, "global-server-nomad-key.pem")}"
  verify_server_hostname = true
}
`;

/**
 * Makes key and certificates for an agent that is about to start.
 * @returns a further file of its configuration.
 */
export async function makePeerSecrets(nomad: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const days = ["-days", "3650"];
  await run(nomad, ["tls", "ca", "create", ...days], { cwd: folder });
  await run(nomad, ["tls", "cert", "create", "-server", ...days], { cwd: folder });
  // Nobody is to be let in later either.
  rmSync(join(folder, "nomad-agent-ca-key.pem"));
  rmSync(gossipFile, { force: true });
  const encrypt = randomBytes(32).toString("base64");
  writeFileSync(gossipFile, `server {\n  encrypt = "${encrypt}"\n}\n`, { mode: 0o600, flag: "wx" });
  return gossipFile;
}
