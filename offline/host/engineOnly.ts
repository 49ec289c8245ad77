/**
 * Who is at the other end of a connection. The protocol between engine and plugin has no password, and a port on
 * loopback is open to every user of the machine: a plugin that holds a token would work for all of them.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { endianness } from "node:os";
import { type Server, ServerCredentials } from "@grpc/grpc-js";

/** Where Linux lists connections. */
const tables = ["/proc/net/tcp", "/proc/net/tcp6"];

/**
 * Has `server` listen on a free port of loopback, and take connections from the process that started this one alone:
 * the engine. Everybody else's are closed before a byte of them is read.
 *
 * @returns the port.
 * @throws where the system does not say whose a connection is.
 */
export async function listenToEngine(server: Server): Promise<number> {
  const engine = process.ppid;
  if (linesOf(tables[0]).length === 0) {
    throw new Error(
      `${tables[0]} can't be read, so nobody could be told from the engine: the offline plugins need Linux. Install the published ones`,
    );
  }
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    // A caller that goes away meanwhile is no fault of the plugin's.
    socket.on("error", () => socket.destroy());
    if (belongsTo(engine, socket)) injectConnection(socket);
    else socket.destroy();
  });
  return listening(listener);
}

function listening(listener: NetServer): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = listener.address();
      if (address === null || typeof address === "string") reject(new Error("no port to listen on"));
      else resolve(address.port);
    });
  });
}

/** Whether the other end of a connection is a socket that the process of that id holds. */
function belongsTo(pid: number, { remoteAddress, remotePort, localAddress, localPort }: Socket): boolean {
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return false;
  const inode = inodeOf(place(remoteAddress, remotePort), place(localAddress, localPort));
  return inode !== undefined && holds(pid, `socket:[${inode}]`);
}

/** The socket that is connected from one place to another; undefined when there is none any more. */
function inodeOf(from: string, to: string): string | undefined {
  for (const table of tables) {
    for (const line of linesOf(table)) {
      const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
      if (isPlace(local, from) && isPlace(remote, to)) return inode;
    }
  }
  return undefined;
}

/** A socket of IPv6 that speaks IPv4 is listed with a longer address. */
function isPlace(listed: string | undefined, wanted: string): boolean {
  return (
    listed === wanted ||
    (listed?.length === 37 && /^0{16}(FFFF0{4}|0{4}FFFF)/.test(listed) && listed.endsWith(wanted))
  );
}

function linesOf(table: string): string[] {
  try {
    return readFileSync(table, "utf8").split("\n");
  } catch {
    return []; // A machine without IPv6 has no second table.
  }
}

/** An IPv4 address and a port as the tables have them: hexadecimal, the address in the machine's own order of bytes. */
export function place(address: string, port: number): string {
  const bytes = address
    .replace(/^::ffff:/, "")
    .split(".")
    .map(Number);
  const ordered = endianness() === "LE" ? bytes.reverse() : bytes;
  return `${ordered.map((byte) => hex(byte, 2)).join("")}:${hex(port, 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function holds(pid: number, socket: string): boolean {
  const folder = `/proc/${pid}/fd`;
  let open: string[];
  try {
    open = readdirSync(folder);
  } catch {
    return false; // The engine is gone, or is another user's.
  }
  return open.some((fd) => targetOf(`${folder}/${fd}`) === socket);
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // Closed since the folder was read.
  }
}
