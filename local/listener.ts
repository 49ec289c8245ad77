/** Whose a port is: every process of the machine may listen on a free one, and would be told what is sent there. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";

/** State of a socket that listens, as Linux lists it. */
const listening = "0A";

/** True when that process of this user is the one that listens on the port of 127.0.0.1. */
export function isListenerOf(pid: number, port: number): boolean {
  const bytes = [127, 0, 0, 1];
  const address = (endianness() === "LE" ? bytes.reverse() : bytes).map((byte) => hex(byte, 2)).join("");
  const place = `${address}:${hex(port, 4)}`;
  const sockets = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local === place && state === listening)
    .map((fields) => `socket:[${fields[9]}]`);
  return sockets.some((socket) => openFiles(pid).includes(socket));
}

/** Where its file descriptors lead; none of a process that has ended, or is another user's. */
function openFiles(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((name) => linkOf(`${folder}/${name}`));
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Empty for one that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
