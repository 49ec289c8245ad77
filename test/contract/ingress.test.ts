/** HAProxy with the files of examples/ingress, in front of a server of the test's own: its first and its last seconds. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { hclValue } from "../../local/ingress";
import { ensureImages } from "../../local/images";
import { ensureTool } from "../../local/tools";
import { repoRoot } from "../../commands/base/paths";
import { forget, remember } from "../support/leftovers";
import { type PortBlock, takePortBlock } from "../support/portBlock";
import { waitUntil } from "../support/waiting";

const docker = (...args: string[]): string => execFileSync("docker", args, { stdio: "pipe" }).toString();

interface IngressJob {
  ID: string;
  TaskGroups: { Tasks: { Env: Record<string, string>; Services: { Name: string }[] }[] }[];
}

/** The example's job with these variables, as the `nomad` of `beforeAll` reads it; it asks no agent. */
let nomad: string;
function jobOf(variables: object): IngressJob {
  const given = Object.entries(variables).map(([name, value]) => {
    const text = typeof value === "string" ? value : hclValue(value);
    return `-var=${name}=${text}`;
  });
  const args = ["job", "run", "-output", ...given, "ingress.nomad.hcl"];
  const printed = execFileSync(nomad, args, { cwd: join(repoRoot, "examples", "ingress") });
  return (JSON.parse(printed.toString()) as { Job: IngressJob }).Job;
}

const variablesOf = (variables: object): Record<string, string> =>
  jobOf({ service: "shop", ...variables }).TaskGroups[0].Tasks[0].Env;

beforeAll(async () => {
  nomad = (await ensureTool("nomad")).path;
});

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
  const start = (servers: string, more: Record<string, string> = {}): void => {
    const [http, health] = block.ports;
    url = `http://127.0.0.1:${http}/`;
    writeFileSync(join(folder, "servers"), servers);
    const env = {
      ...{ INGRESS_ADDRESS: "127.0.0.1", NOMAD_PORT_http: http, NOMAD_PORT_health: health },
      ...{
        CHECK_PATH: "/",
        CHECK_HEADERS: "hdr Host localhost",
        CHECK_STATUS: "200-399",
        INSTANCE_REQUESTS: 8,
      },
      ...{ STOP_NOTICE: "5s", READY_PATH: "/ingress-ready" },
      ...more,
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

  it.each([
    [{}, "http"],
    [{ TRUST_FORWARDED_PROTO: "false" }, "http"],
    [{ TRUST_FORWARDED_PROTO: "true" }, "https"],
  ])("passes on a load balancer's X-Forwarded-Proto only when it is told to: %j", async (more, expected) => {
    const told: unknown[] = [];
    instance.on("request", ({ url, headers }) => url === "/told" && told.push(headers["x-forwarded-proto"]));
    start(listed(), more);
    await waitUntil("it is ready", async () => (await status("ingress-ready")) === 200);
    await fetch(`${url}told`, { headers: { "X-Forwarded-Proto": "https", Connection: "close" } });
    expect(told).toEqual([expected]);
  });

  it("sends each header of the check, whatever its value means to HAProxy", async () => {
    const value = `50% "\${x}" %[y] 'z'`;
    const tokens = new Set<unknown>();
    instance.on("request", ({ headers }) => tokens.add(headers["x-health-token"]));
    start(listed(), {
      CHECK_HEADERS: variablesOf({ check_headers: { "X-Health-Token": value } }).CHECK_HEADERS,
    });
    await waitUntil("it is ready", async () => (await status("ingress-ready")) === 200);
    expect(tokens).toContain(value);
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
  it("is named after the service, so that it never replaces another application's, unless it is given a name", () => {
    const idOf = (variables: object): string => jobOf(variables).ID;
    expect([idOf({ service: "shop" }), idOf({ service: "blog" })]).toEqual(["ingress-shop", "ingress-blog"]);
    expect(idOf({ service: "shop", name: "front" })).toBe("front");
  });

  it("never registers itself as the service that it is in front of", () => {
    const serviceOf = (variables: object): string => jobOf(variables).TaskGroups[0].Tasks[0].Services[0].Name;
    expect(serviceOf({ service: "shop" })).toBe("ingress-shop");
    expect(serviceOf({ service: "ingress", name: "ingress" })).toBe("ingress-proxy");
  });

  it("trusts no header of a client unless it is told to", () => {
    expect(variablesOf({}).TRUST_FORWARDED_PROTO).toBe("false");
    expect(variablesOf({ trust_forwarded_proto: true }).TRUST_FORWARDED_PROTO).toBe("true");
  });

  it("checks with the Host of check_host, over https, unless check_headers says otherwise", () => {
    const word = (text: string): string => `%[str(${Buffer.from(text).toString("base64")}),b64dec]`;
    expect(variablesOf({ check_host: "shop.example.com" }).CHECK_HEADERS).toBe(
      `hdr host ${word("shop.example.com")} hdr x-forwarded-proto ${word("https")}`,
    );
    expect(variablesOf({ check_headers: { Host: "a", "X-Forwarded-Proto": "http" } }).CHECK_HEADERS).toBe(
      `hdr host ${word("a")} hdr x-forwarded-proto ${word("http")}`,
    );
  });
});
