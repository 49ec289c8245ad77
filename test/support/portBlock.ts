/** Ports for the agents of one test cluster and for what runs on them. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Agents of clones use ports up to 9550, and their services those from 20000. Port 10080 is left out: `fetch` refuses it as a
 * "bad port", so an instance that got it would look dead.
 */
const firstPort = 10_100;
const blocks = 30;
const portsInBlock = 300;

export interface PortBlock {
  /** The ports that belong to the holder, in order. */
  ports: number[];
  /** Lets another cluster have them. */
  release(): Promise<void>;
}

/**
 * Takes a block of ports that no other process on this machine has. Its first port stays open as the mark of its
 * holder, so a process that crashes gives its block back.
 * @throws when every block is taken.
 */
export async function takePortBlock(): Promise<PortBlock> {
  for (let block = 0; block < blocks; block++) {
    const mark = firstPort + block * portsInBlock;
    const server = await listen(mark);
    if (!server) continue;
    const ports = Array.from({ length: portsInBlock - 1 }, (_, index) => mark + 1 + index);
    return { ports, release: async () => void (await once(server.close(), "close")) };
  }
  throw new Error(
    `All ${blocks} blocks of ports from ${firstPort} on are taken: are that many clusters running?`,
  );
}

/** Undefined when the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return server.unref();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
}
