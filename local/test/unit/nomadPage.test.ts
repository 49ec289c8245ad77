import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { jobPage } from "../../nomadPage";

describe("the page of the job that npm start prints", () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const answering = (status: number, body: string): Promise<string> =>
    new Promise((resolve) => {
      server = createServer((_, response) => response.writeHead(status).end(body)).listen(
        0,
        "127.0.0.1",
        () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      );
    });

  it("is the job's in its namespace where Nomad has its pages", async () => {
    const address = await answering(200, '<title>Nomad</title><link href="/ui/assets/nomad-ui.css">');
    expect(await jobPage(address, "shop/web", "default")).toBe(`${address}/ui/jobs/shop%2Fweb@default`);
  });

  it.each([
    [200, "<p>Nomad UI is not available in this binary.</p>"],
    [200, "<html><p>Nomad UI is disabled</p></html>"],
    [404, "404 page not found"],
  ])("is not printed where Nomad has none (%s: %s)", async (status, body) => {
    expect(await jobPage(await answering(status, body), "django", "default")).toBeUndefined();
  });
});
