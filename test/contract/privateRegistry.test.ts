/** A password of a registry reaches Docker from the job's variable, whatever it is made of. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  buildBackupJob,
  buildJob,
  registryPasswordName,
  scheduledBackupPath,
  secretsPath,
} from "../../components/jobspec";
import type { PeriodicJob } from "../../components/jobspec/nomadTypes";
import { walkthrough } from "../support/appSpecs";
import { backup } from "../support/jobShapes";
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

/** Its host volume is no matter here: the client has none of that name. */
function withoutVolumes(job: PeriodicJob | undefined): PeriodicJob {
  if (!job) throw new Error("There is no job for the schedule");
  const [group] = job.TaskGroups;
  const [task] = group.Tasks;
  return {
    ...job,
    TaskGroups: [{ ...group, Volumes: undefined, Tasks: [{ ...task, VolumeMounts: undefined }] }],
  };
}

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

it("Docker logs in for the image of scheduled backups with the password of their own variable", async () => {
  const jobName = `registry-${randomBytes(4).toString("hex")}`;
  const path = scheduledBackupPath(jobName);
  await put(`/v1/var/${path}`, {
    Path: path,
    Items: { [registryPasswordName]: "of the dumps", POSTGRES_PASSWORD: "x" },
  });
  const { port } = registry.address() as AddressInfo;
  const image = `127.0.0.1:${port}/dumper:1`;
  const spec = { ...walkthrough, jobName, networkMode: undefined };
  const job = withoutVolumes(
    buildBackupJob({ ...spec, backup: { ...backup, image, registryAuth: { username: "ci" } } }),
  );
  await put("/v1/jobs", { Job: job });
  await put(`/v1/job/${job.ID}/periodic/force`, {});
  await waitUntil("a pull with a password", () =>
    Promise.resolve(asked.some((line) => line.startsWith("/v2/dumper/manifests/1 ci:"))),
  );
  expect(asked).toContain("/v2/dumper/manifests/1 ci:of the dumps");
  await fetch(`${agent.address}/v1/job/${job.ID}?purge=true`, { method: "DELETE" });
});
