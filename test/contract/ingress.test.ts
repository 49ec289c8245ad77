/** HAProxy with the files of examples/ingress, in front of a server of the test's own: its first and its last seconds. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ensureImages } from "../../local/images";
import { ensureTool } from "../../local/tools";
import { repoRoot } from "../../commands/base/paths";
import { forget, remember } from "../support/leftovers";
import { type PortBlock, takePortBlock } from "../support/portBlock";
import { waitUntil } from "../support/waiting";

const docker = (...args: string[]): string => execFileSync("docker", args, { stdio: "pipe" }).toString();

describe("the ingress", () => {
  const name = `django-nomad-test-ingress-${randomBytes(4).toString("hex")}`;
  let block: PortBlock;
  let instance: Server;
  let url: string;
  let folder: string;

  const status = (path = ""): Promise<number | undefined> =>
    fetch(`${url}${path}`, { headers: { Connection: "close" } }).then(
      ({ status }) => status,
      () => undefined,
    );
  /** @param servers lines of the list that Nomad's template writes. */
  const start = (servers: string): void => {
    const [http, health] = block.ports;
    url = `http://127.0.0.1:${http}/`;
    writeFileSync(join(folder, "servers"), servers);
    const env = {
      ...{ INGRESS_ADDRESS: "127.0.0.1", NOMAD_PORT_http: http, NOMAD_PORT_health: health },
      ...{ CHECK_PATH: "/", CHECK_HOST: "localhost", CHECK_STATUS: "200-399", INSTANCE_REQUESTS: 8 },
      ...{ STOP_NOTICE: "5s", READY_PATH: "/ingress-ready" },
    };
    const variables = Object.entries(env).map(([key, value]) => `--env=${key}=${value}`);
    const place = ["--network=host", `--volume=${folder}:/local:ro`, "--label=django-nomad.test=ingress"];
    remember({ kind: "container", name });
    const command = ["haproxy", "-db", "-f", "/local/haproxy.cfg"];
    docker("run", "--detach", "--name", name, ...place, ...variables, "django-nomad/haproxy:3.0", ...command);
  };

  beforeEach(async () => {
    await ensureImages({ only: ["haproxy"] });
    block = await takePortBlock();
    folder = mkdtempSync(join(tmpdir(), "django-nomad-ingress-"));
    // HAProxy runs as a user of its own.
    chmodSync(folder, 0o755);
    cpSync(join(repoRoot, "examples", "ingress"), folder, { recursive: true });
    instance = createServer((_, response) => response.end("served")).listen(0, "127.0.0.1");
    await once(instance, "listening");
  });
  afterEach(async () => {
    docker("rm", "--force", name);
    forget({ kind: "container", name });
    instance.close();
    rmSync(folder, { recursive: true });
    await block.release();
  });
  const listed = (): string => `web-1 127.0.0.1 ${(instance.address() as AddressInfo).port}\n`;

  it("answers the first request that reaches it, and no 503 while it gets to know the instances", async () => {
    start(listed());
    const statuses: (number | undefined)[] = [];
    await waitUntil("twenty answers", async () => {
      statuses.push(await status());
      return statuses.filter((one) => one !== undefined).length === 20;
    });
    expect(new Set(statuses.filter((one) => one !== undefined))).toEqual(new Set([200]));
  });

  it("says 503 at once when there is no instance, and at its ready path", async () => {
    start("");
    await waitUntil("it listens", async () => (await status()) !== undefined);
    const begin = Date.now();
    expect([await status(), await status("ingress-ready")]).toEqual([503, 503]);
    expect(Date.now() - begin).toBeLessThan(2000);
  });

  it("says at its ready path that it will stop, while it serves on", async () => {
    start(listed());
    await waitUntil("it is ready", async () => (await status("ingress-ready")) === 200);
    docker("kill", "--signal", "SIGUSR1", name);
    await waitUntil("it says that it stops", async () => (await status("ingress-ready")) === 503, 4000);
    expect(await status()).toBe(200);
    await waitUntil("it has ended", () =>
      Promise.resolve(docker("inspect", "--format", "{{.State.Running}}", name).trim() === "false"),
    );
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", name).trim()).toBe("0");
  });
});

describe("the ingress's job", () => {
  it("is named after the service, so that it never replaces another application's, unless it is given a name", async () => {
    const { path } = await ensureTool("nomad");
    const idOf = (...variables: string[]): string => {
      const args = ["job", "run", "-output", ...variables.map((one) => `-var=${one}`), "ingress.nomad.hcl"];
      const printed = execFileSync(path, args, { cwd: join(repoRoot, "examples", "ingress") });
      const { Job } = JSON.parse(printed.toString()) as { Job: { ID: string } };
      return Job.ID;
    };
    expect([idOf("service=shop"), idOf("service=blog")]).toEqual(["ingress-shop", "ingress-blog"]);
    expect(idOf("service=shop", "name=front")).toBe("front");
  });
});
