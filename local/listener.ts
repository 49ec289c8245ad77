/** Whose a port is: every user of the machine may listen on a free one, and would be told what is sent there. */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";

/** State of a socket that listens, as Linux lists it. */
const listening = "0A";

/** True when a process of this user listens on the port of 127.0.0.1. @param uid for the tests. */
export function isOurListener(port: number, uid = process.getuid?.()): boolean {
  const bytes = [127, 0, 0, 1];
  const address = (endianness() === "LE" ? bytes.reverse() : bytes).map((byte) => hex(byte, 2)).join("");
  const place = `${address}:${hex(port, 4)}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .some((line) => {
      const [, local, , state, , , , owner] = line.trim().split(/\s+/);
      return local === place && state === listening && Number(owner) === uid;
    });
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
