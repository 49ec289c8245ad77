import { type AddressInfo, createServer, connect, type Server, type Socket } from "node:net";

/** A port of this machine that leads to another one, until it is closed. */
export interface TcpForwarder {
  port: number;
  /** How many clients came so far. */
  clients: number;
  close(): Promise<void>;
}

/**
 * @param port where to listen; 0 for any.
 * @param silent accepts clients and says nothing, as a host behind a dropping firewall seems to.
 */
export async function forwardTcp(
  port: number,
  target: { host: string; port: number },
  silent = false,
): Promise<TcpForwarder> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    // A reset is what a cut connection looks like here; the other end is what the test looks at.
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const server: Server = createServer((client) => {
    forwarder.clients += 1;
    keep(client);
    if (silent) return;
    const upstream = connect(target.port, target.host);
    keep(upstream);
    client.pipe(upstream).pipe(client);
  });
  const forwarder: TcpForwarder = {
    port: 0,
    clients: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  forwarder.port = (server.address() as AddressInfo).port;
  return forwarder;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const nobody = await forwardTcp(0, { host: "127.0.0.1", port: 0 });
  await nobody.close();
  return nobody.port;
}
