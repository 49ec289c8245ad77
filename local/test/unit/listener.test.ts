import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isListenerOf } from "../../listener";

describe("the listener on a port of this machine", () => {
  const server = createServer();
  let port: number;
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => void server.close());

  it("is the process that opened it", () => {
    expect(isListenerOf(process.pid, port)).toBe(true);
  });

  it("is no other process, also one of the same user: it would be sent this clone's token", async () => {
    const other = spawn("sleep", ["60"], { stdio: "ignore" });
    await once(other, "spawn");
    expect(isListenerOf(other.pid ?? 0, port)).toBe(false);
    other.kill();
    await once(other, "exit");
    expect(isListenerOf(other.pid ?? 0, port)).toBe(false);
  });

  it("is nobody where nothing listens", async () => {
    const closed = createServer();
    closed.listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port: free } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    expect(isListenerOf(process.pid, free)).toBe(false);
  });
});
