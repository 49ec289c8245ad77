import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { agentConfig, portsFrom } from "../../agentConfig";
import { advertise } from "../../../test/support/clusterConfig";
import { send } from "../../../test/support/send";
import { waitUntil } from "../../../test/support/waiting";
import { freePorts, spawnAgent } from "../../../test/contract/support/nomadAgent";
import { type Ensured, OwnAgent, triedJob } from "./support/ownAgent";

const isRoot = process.getuid?.() === 0;

describe("the Nomad agent that npm start runs", () => {
  let own: OwnAgent;
  let agent: Ensured;

  beforeAll(async () => {
    own = await OwnAgent.prepare();
    agent = await own.ensure();
  });
  afterAll(() => own.clone.remove());

  describe("asks for a token", () => {
    it("that stands in a file of its owner alone, in a folder that nobody else can enter", () => {
      expect(readFileSync(own.file("nomad", "token"), "utf8").trim()).toBe(agent.token);
      expect(statSync(own.file("nomad", "token")).mode & 0o777).toBe(0o600);
      expect(statSync(own.file("nomad")).mode & 0o777).toBe(0o700);
      // Only root can try it as somebody else.
      const another = isRoot ? { uid: 65534, gid: 65534 } : {};
      const reading = (path: string) => () => execFileSync("cat", [path], { ...another, stdio: "pipe" });
      expect(reading(join(own.clone.folder, "package.json"))).not.toThrow();
      if (isRoot) expect(reading(own.file("nomad", "token"))).toThrow(/Permission denied/);
    });

    it("that neither its log nor its settings nor its command line show", () => {
      const shown = [
        own.file("log", "nomad.log"),
        own.file("nomad", "agent.hcl"),
        `/proc/${own.pid}/cmdline`,
      ];
      for (const file of shown) expect(readFileSync(file, "utf8")).not.toContain(agent.token);
    });

    const page = { "Content-Type": "text/plain", Origin: "https://page.example.com" };
    it.each<[string, { headers?: Record<string, string>; token?: string }]>([
      ["another user of the machine", {}],
      ["a web page that posts plain text", { headers: page }],
      [
        "a web page whose name leads to this machine",
        { headers: { ...page, Host: "page.example.com:4646" } },
      ],
      ["somebody with a token that was made up", { token: "00000000-0000-4000-8000-000000000000" }],
    ])("and registers no job of %s", async (_, who) => {
      const body = triedJob("intruder", "docker", { image: "intruder" });
      for (const method of ["POST", "PUT"]) {
        expect((await send(method, `${agent.address}/v1/jobs`, { body, ...who })).status).toBe(403);
      }
      expect((await send("GET", `${agent.address}/v1/jobs`, who)).status).toBe(403);
      expect(await own.clone.nomadGet("/v1/jobs")).toEqual([]);
    });

    it("and gives nobody a second one that may do everything", async () => {
      const { status, text } = await send("POST", `${agent.address}/v1/acl/bootstrap`, { body: {} });
      expect([status, text]).toEqual([400, expect.stringContaining("already done")]);
    });
  });

  it("listens on loopback alone", () => {
    const listening = own.listening();
    expect(listening.length).toBeGreaterThanOrEqual(4);
    for (const address of listening) expect(address).toBe("0100007F");
  });

  it("lets no other agent join, which would be sent all that it knows, tokens included", async () => {
    const [http, rpc, serf] = (await freePorts(3)) as [number, number, number];
    const home = mkdtempSync(join(tmpdir(), "django-nomad-guest-"));
    const [config, role, log] = ["agent.hcl", "role.hcl", "log"].map((name) => join(home, name));
    writeFileSync(config, agentConfig({ http, rpc, serf }, join(home, "data")));
    const joining = `retry_join = ["127.0.0.1:${own.port("serf")}"]\n    retry_max = 1\n    retry_interval = "100ms"`;
    const server = `server {\n  enabled = true\n  server_join {\n    ${joining}\n  }\n}`;
    writeFileSync(role, `name = "guest"\n${advertise({ http, rpc, serf })}\n${server}\n`);
    const guest = spawnAgent(own.nomad, [`-config=${config}`, `-config=${role}`], log);
    const said = (): string => (existsSync(log) ? readFileSync(log, "utf8") : "");
    try {
      await waitUntil("the guest has tried to join", () =>
        Promise.resolve(/join completed|max join retry exhausted/.test(said())),
      );
      expect(said()).not.toContain("join completed");
      const { Members } = await own.clone.nomadGet<{ Members: { Name: string }[] }>("/v1/agent/members");
      expect(Members.map(({ Name }) => Name)).toEqual([expect.stringMatching(/^django-nomad-.*\.global$/)]);
    } finally {
      await guest.end("SIGKILL");
      rmSync(home, { recursive: true, force: true });
    }
  });

  // The first byte on that port says what is to be spoken.
  it.each([
    ["requests", 1],
    ["the replication of all that it knows", 2],
  ])("closes its port for other agents to whoever has no certificate of its own: %s", async (_, first) => {
    const socket = connect(own.port("rpc"), "127.0.0.1");
    try {
      await once(socket, "connect");
      const closed = once(socket.resume(), "close", { signal: AbortSignal.timeout(5000) });
      socket.write(Buffer.from([first]));
      await closed;
    } finally {
      socket.destroy();
    }
  });

  describe("is kept", () => {
    it("by a command that finds it running", async () => {
      const before = own.pid;
      expect(await own.ensure()).toEqual({ ...agent, replaced: false });
      expect(own.pid).toBe(before);
    });

    it("by a command that comes back after one was killed before it had given the token", async () => {
      // A new agent knows no token yet, as one whose starter was killed.
      await own.script('require("./local/nomadAgent.ts").stopAgent()');
      await own.script(
        'require("./local/processes.ts").startBackground("nomad", process.argv[1], process.argv.slice(2))',
        ...[own.nomad, "agent", "-dev"],
        ...["agent.hcl", "gossip.hcl"].map((name) => `-config=${own.file("nomad", name)}`),
      );
      const before = own.pid;
      // Two at once, as from two terminals.
      const both = await Promise.all([own.ensure(), own.ensure()]);
      for (const found of both) expect(found).toEqual({ ...agent, replaced: false });
      expect(own.pid).toBe(before);
    });
  });

  it("has the same token again after it was killed", async () => {
    process.kill(own.pid, "SIGKILL");
    const { token } = agent;
    agent = await own.ensure();
    expect(agent).toEqual({ address: own.clone.nomad, token, replaced: false });
    expect(await own.clone.nomadGet("/v1/jobs")).toEqual([]);
  });

  describe("that can't be used any more is replaced", () => {
    it("when its token is another than the clone's", async () => {
      writeFileSync(own.file("nomad", "token"), "11111111-1111-4111-8111-111111111111\n");
      agent = await own.ensure();
      expect(agent.replaced).toBe(true);
      expect(await own.clone.nomadGet("/v1/jobs")).toEqual([]);
    });

    it("when an older version of the clone had started it, for everybody; a verb refuses it and says so", async () => {
      await own.script('require("./local/nomadAgent.ts").stopAgent()');
      rmSync(own.file("nomad", "token"));
      const config = own.file("nomad", "agent.hcl");
      const ports = portsFrom(Number(new URL(agent.address).port));
      writeFileSync(config, agentConfig(ports, own.file("nomad", "data")));
      await own.script(
        'require("./local/processes.ts").startBackground("nomad", process.argv[1], process.argv.slice(2))',
        ...[own.nomad, "agent", "-dev", `-config=${config}`],
      );
      await waitUntil("it answers everybody", async () => {
        const answer = await send("GET", `${agent.address}/v1/nodes`, {}).catch(() => undefined);
        return answer?.status === 200 && answer.text.includes('"raw_exec"');
      });

      const { code, output } = await own.clone.verb("preview");
      expect(code).toBe(2);
      expect(output).toMatch(
        /Nomad agent at http:\S+ was started with other settings .*`npm start` replaces/,
      );

      agent = await own.ensure();
      expect(agent.replaced).toBe(true);
      expect((await send("GET", `${agent.address}/v1/jobs`, {})).status).toBe(403);
      expect(await own.clone.nomadGet("/v1/jobs")).toEqual([]);
    });
  });
});
