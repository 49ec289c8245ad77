import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { isOurListener } from "../../local/listener";

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  port = address.port;
});
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

it("a port on which this user listens is ours", () => {
  expect(isOurListener(port)).toBe(true);
});

it("one on which another user listens is not, and its owner is told nothing", () => {
  expect(isOurListener(port, (process.getuid?.() ?? 0) + 1)).toBe(false);
});

it("nor is one on which nobody listens any more", async () => {
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  expect(isOurListener(port)).toBe(false);
});
