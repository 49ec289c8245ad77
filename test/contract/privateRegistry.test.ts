/** A password of a registry reaches Docker from the job's variable, whatever it is made of. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildJob, registryPasswordName, secretsPath } from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";
import { waitUntil } from "../support/waiting";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

let agent: NomadAgent;
let registry: Server;
/** Who asked for which path. */
const asked: string[] = [];

beforeAll(async () => {
  registry = createServer((request, response) => {
    const [, encoded] = (request.headers.authorization ?? "").split(" ");
    asked.push(`${request.url} ${encoded ? Buffer.from(encoded, "base64").toString() : "nobody"}`);
    // As a registry with basic authentication that has no such image.
    if (encoded) response.writeHead(404, { "content-type": "application/json" }).end("{}");
    else response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end();
  }).listen(0, "127.0.0.1");
  await once(registry, "listening");
  agent = await startNomadAgent();
});
afterAll(async () => {
  await agent.stop();
  registry.close();
});

async function put(path: string, body: unknown): Promise<void> {
  const response = await fetch(agent.address + path, { method: "PUT", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

it("Docker logs in with the user's name and with every character of the password", async () => {
  const jobName = `registry-${randomBytes(4).toString("hex")}`;
  const password = 'a "quoted" $word ${not.filled} #and a hash \\ é';
  const path = secretsPath(jobName);
  await put(`/v1/var/${path}`, { Path: path, Items: { [registryPasswordName]: password } });
  const { port } = registry.address() as AddressInfo;
  const spec = {
    ...walkthrough,
    jobName,
    networkMode: undefined,
    count: 1,
    image: `127.0.0.1:${port}/shop:1`,
    registryAuth: { username: "ci", serverAddress: `127.0.0.1:${port}` },
    secrets: { path, names: [registryPasswordName], fingerprint: "00000000" },
  };
  const job = buildJob(spec);
  expect(JSON.stringify(job)).not.toContain("quoted");
  await put("/v1/jobs", { Job: job });
  await waitUntil("a pull with a password", () =>
    Promise.resolve(asked.some((line) => line.startsWith("/v2/shop/manifests/1 ci:"))),
  );
  expect(asked).toContain(`/v2/shop/manifests/1 ci:${password}`);
  await fetch(`${agent.address}/v1/job/${jobName}?purge=true`, { method: "DELETE" });
});
