/** The test is the engine here: it starts the plugin. Its children are other processes, of its own user and of another. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { buildPlugins } from "../../build";
import { place } from "../../host/engineOnly";

/** What any program of this machine may try: the beginning of HTTP/2, which a gRPC server answers with its settings. */
const preface = `
  const [, port, uid] = process.argv;
  // Not when it is started: another user need not be able to run this Node.
  if (uid) process.setuid(Number(uid));
  const socket = require("node:net").connect(Number(port), "127.0.0.1");
  socket.setTimeout(5000, () => end("silent"));
  const end = (word) => { process.stdout.write(word); process.exit(0); };
  socket.on("data", () => end("answered")).on("close", () => end("closed")).on("error", () => end("closed"));
  socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]));
`;

/** What another process gets from a port; `uid` makes it another user's. */
function stranger(port: number, uid?: number): string {
  const user = uid === undefined ? [] : [String(uid)];
  const { stdout } = spawnSync(process.execPath, ["-e", preface, String(port), ...user], {
    encoding: "utf8",
  });
  return stdout;
}

const users: [string, number | undefined][] = [
  ["the same user", undefined],
  // Only root can become somebody else.
  ...(process.getuid?.() === 0 ? [["another user", 65534] as [string, number]] : []),
];

describe("an offline plugin", () => {
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-engine-"));
  beforeAll(() => buildPlugins(folder), 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  let plugin: ChildProcess | undefined;
  afterEach(() => {
    plugin?.kill();
  });

  const start = async (name: string): Promise<number> => {
    plugin = spawn(join(folder, name), ["127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
    const [port] = (await once(plugin.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    return Number(String(port));
  };

  it.each([
    ["pulumi-resource-nomad", ResourceProviderClient],
    ["pulumi-language-nodejs", LanguageRuntimeClient],
  ])("%s answers the engine that started it, and no other process", async (name, Client) => {
    const port = await start(name);
    for (const [whose, uid] of users) expect([whose, stranger(port, uid)]).toEqual([whose, "closed"]);
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const version = await new Promise<string>((resolve, reject) =>
      client.getPluginInfo(new Empty(), (error, info) =>
        error ? reject(error) : resolve(info.getVersion()),
      ),
    );
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    // The engine's open connection lets nobody else in.
    for (const [whose, uid] of users) expect([whose, stranger(port, uid)]).toEqual([whose, "closed"]);
    client.close();
  });

  it("would be found out by this test if it answered", async () => {
    const open = createServer((socket) => socket.end("settings")).listen(0, "127.0.0.1");
    await once(open, "listening");
    const { port } = open.address() as { port: number };
    const asked = spawn(process.execPath, ["-e", preface, String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(asked.stdout, "data")) as [Buffer];
    expect(String(said)).toBe("answered");
    open.close();
  });
});

it("an address and a port are written as the system lists them", () => {
  expect(place("127.0.0.1", 8080)).toBe("0100007F:1F90");
  expect(place("::ffff:127.0.0.2", 80)).toBe("0200007F:0050");
});
