import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { NomadApi } from "../../../components/nomad/api";
import { FakeNomad } from "../../support/fakeNomad";

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

describe("a Nomad that does not answer", () => {
  it("is given up after a silence, and named: an agent that hangs still takes connections", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const api = new NomadApi({ address }, undefined, AbortSignal.timeout(30_000), { silenceMs: 100 });
      await expect(api.get("/v1/jobs")).rejects.toThrow(
        `Nomad at ${address} can't be reached: no answer within 0.1 s`,
      );
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  describe("while it elects a leader", () => {
    let nomad: FakeNomad;
    beforeEach(async () => {
      nomad = await FakeNomad.start();
    });
    afterEach(() => nomad.stop());
    const patient = (askAgainMs: number): NomadApi =>
      new NomadApi({ address: nomad.address }, undefined, AbortSignal.timeout(20_000), { askAgainMs });

    it("is asked again by whoever has patience", async () => {
      const answers = [{ status: 500, text: "No cluster leader" }, { jobs: 1 }];
      nomad.answer("/v1/jobs", () => answers.shift() ?? null);
      expect((await patient(10_000).get("/v1/jobs")).body).toEqual({ jobs: 1 });
    });

    it("is quoted in one line that steers neither Pulumi nor a terminal", async () => {
      const text = "no\u001b[2J <{% if x %}>\nerror: \u202eall is well\n";
      nomad.refuse("/v1/job/shop", 400, text).answer("/v1/jobs", "<html>\u009b2J\n</html>");
      await expect(patient(0).get("/v1/job/shop")).rejects.toThrow(
        "Nomad refused GET /v1/job/shop: 400 no\\x1b[2J <\\{% if x %}> error: \\u202eall is well",
      );
      await expect(patient(0).get("/v1/jobs")).rejects.toThrow(
        "Nomad's answer to GET /v1/jobs is not JSON: <html>\\x9b2J </html>",
      );
    });

    it("is not asked for ever, and not again where its answer stays the same", async () => {
      nomad.refuse("/v1/jobs", 500, "No cluster leader").refuse("/v1/job/shop", 404, "job not found");
      await expect(patient(600).get("/v1/jobs")).rejects.toThrow("No cluster leader");
      expect(nomad.asked.length).toBeGreaterThan(1);
      expect(nomad.asked.length).toBeLessThan(5);
      nomad.asked.length = 0;
      await expect(patient(10_000).get("/v1/job/shop")).rejects.toThrow("job not found");
      nomad.refuse("/v1/client/fs/logs/a0", 500, "no such log");
      await expect(patient(10_000).text("/v1/client/fs/logs/a0")).rejects.toThrow("no such log");
      expect(nomad.asked).toEqual(["GET /v1/job/shop", "GET /v1/client/fs/logs/a0"]);
    });
  });
});
