import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { NomadApi } from "../../../components/rollout/nomadApi";

describe("questions to Nomad", () => {
  let server: Server;
  let connections = 0;
  let most = 0;
  beforeEach(async () => {
    server = createServer((_, response) => void setTimeout(() => response.end("{}"), 5));
    server.on("connection", (socket) => {
      most = Math.max(most, ++connections);
      socket.on("close", () => connections--);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("of a hundred applications at once need far fewer connections than Nomad allows, and are all answered", async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = async (): Promise<unknown> =>
      (await new NomadApi({ address }, undefined, AbortSignal.timeout(30_000)).get("/v1/jobs")).body;
    const answers = await Promise.all(Array.from({ length: 300 }, ask));
    expect(answers).toHaveLength(300);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(50);
  });
});
